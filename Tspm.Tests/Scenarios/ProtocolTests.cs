using System.Text;
using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// The protocol as bytes on the control socket: nothing that comes in may disturb the daemon or the next request.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ProtocolTests
{
    [Test]
    [Arguments("{nonsense", -32700), Arguments("\u0000\u0001", -32700),
        Arguments("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32600), Arguments("42", -32600),
            Arguments("\"text\"", -32600),
     Arguments("""{"jsonrpc":"2.0","id":1}""", -32600), Arguments("""{"jsonrpc":"2.0","id":1,"method":"fly"}""", -32601), Arguments("""{"jsonrpc":"2.0","id":1,"method":7}""", -32600),
     Arguments("""{"jsonrpc":"2.0","id":1,"method":"stop"}""", -32602), Arguments("""{"jsonrpc":"2.0","id":1,"method":"stop","params":{"selectors":"web"}}""", -32602),
     Arguments("""{"jsonrpc":"2.0","id":1,"method":"stop","params":[1]}""", -32602), Arguments("""{"jsonrpc":"2.0","id":1,"method":"stop","params":{"selectors":["x"],"wait":"yes"}}""", -32602),
     Arguments("""{"jsonrpc":"2.0","id":1,"method":"stop","params":{"selectors":["nobody"]}}""", -32003)]
    public async Task A_bad_request_gets_a_precise_error_and_the_connection_goes_on(string line, int code,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        using var socket = new RawSocket(box, cancellation);
        var answer = await socket.Ask(line);
        await Assert.That(answer.GetProperty("error").GetProperty("code").GetInt32()).IsEqualTo(code);
        await Assert.That(answer.GetProperty("error").GetProperty("message").GetString()!.Length).IsGreaterThan(10);
        await Assert.That(answer.TryGetProperty("result", out var result) && result.ValueKind != JsonValueKind.Null)
            .IsFalse();
        if (code is -32700 || line[0] is '[' or '4' or '"')
            await Assert.That(answer.GetProperty("id").ValueKind).IsEqualTo(JsonValueKind.Null);
        var next = await socket.Call("ping");
        await Assert.That(next.GetProperty("result").GetProperty("pid").GetInt32())
            .IsEqualTo((await box.DaemonPids()).Daemon);
    }

    [Test]
    public async Task An_unknown_field_names_the_nearest_and_its_path(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        using var socket = new RawSocket(box, cancellation);
        var error = (await socket.Ask("""{"jsonrpc":"2.0","id":1,"method":"stop","params":{"selectors":["x"],"waitTimeutMs":5}}""")).GetProperty("error");
        await Assert.That(error.GetProperty("message").GetString()!).Contains("waitTimeoutMs");
        await Assert.That(error.GetProperty("data").GetProperty("path").GetString()).IsEqualTo("params.waitTimeutMs");
        var wrong = (await socket.Ask("""{"jsonrpc":"2.0","id":1,"method":"stop","params":{"selectors":["x"],"waitTimeoutMs":"soon"}}""")).GetProperty("error").GetProperty("data");
        await Assert.That(wrong.GetProperty("path").GetString()).IsEqualTo("params.waitTimeoutMs");
        await Assert.That(wrong.GetProperty("expected").GetString()!.Length).IsGreaterThan(0);
        await Assert.That(wrong.GetProperty("found").GetString()!.Length).IsGreaterThan(0);
    }

    [Test]
    public async Task Half_a_line_and_a_close_are_no_request(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        using (var socket = new RawSocket(box, cancellation)) await socket.Send("""{"jsonrpc":"2.0","id":1,"method":"stop","params":{"selectors":["s"]}}""");
        using (var socket = new RawSocket(box, cancellation))
        {
            await socket.Send("""{"jsonrpc":"2.0","id":1,"meth""");
            socket.FinishSending();
            await Assert.That(await socket.Read()).IsNull();
        }
        await Assert.That((await box.Get("s")).IsOnline).IsTrue();
    }

    [Test]
    public async Task A_line_of_one_mebibyte_is_read_and_a_longer_one_refused_with_the_limit(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        using var socket = new RawSocket(box, cancellation);
        const string Start = """{"jsonrpc":"2.0","id":1,"method":"search","params":{"text":""", End = "\"}}";
        var head = Start + " \"";
        var longest = head + new string('x', 1024 * 1024 - head.Length - End.Length) + End;
        await Assert.That((await socket.Ask(longest)).TryGetProperty("result", out _)).IsTrue();
        await socket.Send(new string('x', 1024 * 1024 + 10) + "\n");
        var refused = (await socket.Read())!.Value.GetProperty("error");
        await Assert.That(refused.GetProperty("message").GetString()!).Contains("1");
        await Assert.That(refused.GetProperty("code").GetInt32()).IsEqualTo(-32007);
        await box.Ok("ping");
    }

    [Test]
    public async Task Of_more_than_128_connections_the_next_is_told_the_limit(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        var sockets = new List<RawSocket>();
        try
        {
            for (var i = 0; i < 128; i++)
            {
                sockets.Add(new RawSocket(box, cancellation));
                await Assert.That((await sockets[i].Call("ping")).TryGetProperty("result", out _)).IsTrue();
            }
            using var oneMore = new RawSocket(box, cancellation);
            var refused = await oneMore.Read();
            await Assert.That(refused!.Value.GetProperty("error").GetProperty("message").GetString()!).Contains("128");
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
        await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null, "there is room again");
    }

    [Test]
    public async Task A_client_that_goes_away_in_the_middle_disturbs_nobody_and_its_request_is_done(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "s", "--", "sh", "-c",
            "trap 'sleep 0.2; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("s", "ready");
        using (var socket = new RawSocket(box, cancellation)) await socket.Send("""{"jsonrpc":"2.0","id":1,"method":"stop","params":{"selectors":["s"]}}""" + "\n");
        await box.UntilState("s", "stopped");
        using (var follower = new RawSocket(box, cancellation)) await follower.Send("""{"jsonrpc":"2.0","id":1,"method":"logs","params":{"follow":true}}""" + "\n");
        await box.Ok("start", "s");
        await box.UntilState("s", "online");
    }

    [Test]
    public async Task The_same_idempotency_key_does_not_do_it_twice(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        const string Restart = """{"jsonrpc":"2.0","id":1,"method":"restart","params":{"selectors":["s"]},"idempotencyKey":"k1"}""";
        using var socket = new RawSocket(box, cancellation);
        var first = await socket.Ask(Restart);
        using var another = new RawSocket(box, cancellation);
        var second = await another.Ask(Restart);
        await Assert.That(second.ToString()).IsEqualTo(first.ToString());
        await Assert.That((await box.Get("s")).Restarts).IsEqualTo(1);
    }

    [Test]
    public async Task Many_requests_in_one_write_are_answered_each(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        using var socket = new RawSocket(box, cancellation);
        var all = new StringBuilder();
        for (var i = 0; i < 50; i++) all.Append($$"""{"jsonrpc":"2.0","id":"r{{i}}","method":"ping"}""").Append('\n');
        await socket.Send(all.ToString());
        var ids = new HashSet<string>();
        for (var i = 0; i < 50; i++) ids.Add((await socket.Read())!.Value.GetProperty("id").GetString()!);
        await Assert.That(ids.Count).IsEqualTo(50);
    }

    [Test]
    public async Task A_notification_is_done_without_an_answer(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        using var socket = new RawSocket(box, cancellation);
        await socket.Send("""{"jsonrpc":"2.0","method":"stop","params":{"selectors":["s"]}}""" + "\n");
        await Assert.That((await socket.Call("ping")).GetProperty("id").GetInt32()).IsEqualTo(1);
        await box.UntilState("s", "stopped");
    }
}
