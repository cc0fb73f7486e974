using System.Text;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Tests.Daemon;

/// <summary>What the control socket allows: each limit is met, told, and disturbs nobody else.</summary>
[Timeout(60_000)]
internal sealed class LimitTests
{
    static SocketLimits With(params (string Name, int Value)[] limits) =>
        SocketLimits.From(limits.ToDictionary(limit => limit.Name, limit => limit.Value));

    static int CodeOf(System.Text.Json.JsonElement? answer) =>
        answer!.Value.GetProperty("error").GetProperty("code").GetInt32();

    [Test]
    public async Task Who_says_nothing_is_told_and_closed_and_who_has_spoken_may_be_silent(
        CancellationToken cancellation)
    {
        using var world = new SocketWorld(With(("firstRequestMs", 200)));
        using var spoken = world.Connect();
        spoken.Call("ping");
        using var silent = world.Connect();
        using var trickling = world.Connect();
        trickling.Send("{\"jsonrpc\":");
        foreach (var client in new[] { silent, trickling })
        {
            var told = client.Read();
            await Assert.That(CodeOf(told)).IsEqualTo(ErrorCode.LimitExceeded);
            await Assert.That(told!.Value.GetProperty("error").GetProperty("message").GetString())
                .IsEqualTo("no request arrived within 200 ms; the connection is closed");
            await Assert.That(client.ReadLine()).IsNull();
        }
        await Assert.That(spoken.Call("ping").TryGetProperty("result", out _)).IsTrue();
        await Assert.That(world.Context.Counters.SilentClients).IsEqualTo(2);
    }

    [Test]
    public async Task A_request_that_has_begun_has_to_come_to_its_end(CancellationToken cancellation)
    {
        using var world = new SocketWorld(With(("restOfRequestMs", 200)));
        using var client = world.Connect();
        client.Call("ping");
        client.Send("{\"jsonrpc\":\"2.0\",");
        var told = client.Read();
        await Assert.That(told!.Value.GetProperty("error").GetProperty("message").GetString())
            .Contains("the rest of a request did not arrive within 200 ms");
        await Assert.That(client.ReadLine()).IsNull();
    }

    [Test]
    public async Task Who_does_not_read_is_closed_and_nobody_waits_for_it(CancellationToken cancellation)
    {
        using var world = new SocketWorld(With(("slowReaderMs", 200), ("requestsPerSecond", 0)));
        using var slow = world.Connect();
        var many = Encoding.UTF8
            .GetBytes(string.Concat(Enumerable.Repeat("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}\n", 50)));
        using var other = world.Connect();
        try
        {
            while (world.Context.Counters.SlowReaders == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                slow.Send(many);
                await Assert.That(other.Call("ping").TryGetProperty("result", out _)).IsTrue();
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Closed in the middle of what it sent.
        }
        await Assert.That(world.Context.Counters.SlowReaders).IsEqualTo(1);
        await Assert.That(other.Call("ping").TryGetProperty("result", out _)).IsTrue();
    }

    [Test]
    public async Task Too_many_requests_are_refused_with_the_time_to_wait_and_the_connection_goes_on(
        CancellationToken cancellation)
    {
        using var world = new SocketWorld(With(("requestsPerSecond", 5), ("requestBurst", 3)));
        using var client = world.Connect();
        for (var i = 0; i < 3; i++)
            await Assert.That(client.Call("ping", id: i).TryGetProperty("result", out _)).IsTrue();
        var refused = client.Call("ping", id: 77);
        await Assert.That(CodeOf(refused)).IsEqualTo(ErrorCode.LimitExceeded);
        await Assert.That(refused.GetProperty("id").GetInt32()).IsEqualTo(77);
        await Assert.That(refused.GetProperty("error").GetProperty("data").GetProperty("retryAfterMs").GetInt32())
            .IsEqualTo(200);
        // Another connection has an allowance of its own, and this one has it again after the wait, which it need not
        // count itself.
        using var another = world.Connect();
        await Assert.That(another.Call("ping").TryGetProperty("result", out _)).IsTrue();
        await Assert.That(client.Call("ping").TryGetProperty("result", out _)).IsTrue();
        await Assert.That(world.Context.Counters.ForStatus()["requestsTooFast"]).IsEqualTo(1);
    }

    [Test]
    public async Task A_refused_request_was_not_begun(CancellationToken cancellation)
    {
        using var world = new SocketWorld(With(("requestsPerSecond", 1), ("requestBurst", 1)));
        using var client = world.Connect();
        client.Call("ping");
        var before = world.State();
        var refused = client.Call("add", """{"define":[{"name":"x","command":"x"}],"client":{"environment":{},"workingDirectory":"/"}}""", key: "k");
        await Assert.That(CodeOf(refused)).IsEqualTo(ErrorCode.LimitExceeded);
        await Assert.That(world.State()).IsEqualTo(before);
    }

    [Test]
    public async Task A_burst_is_given_back_once_and_not_twice(CancellationToken cancellation)
    {
        using var world = new SocketWorld(With(("requestsPerSecond", 1), ("requestBurst", 20)));
        using var client = world.Connect();
        client.Call("ping");
        await Task.Delay(TimeSpan.FromSeconds(1.2), cancellation);
        for (var i = 0; i < 22; i++) client.Send("{\"id\":1,\"method\":\"ping\"}\n");
        var answered = 0;
        while (client.Read() is { } answer && answer.TryGetProperty("result", out _)) answered++;
        await Assert.That(answered).IsBetween(20, 21);
    }

    [Test]
    public async Task One_more_than_the_connections_that_are_allowed_is_told_and_closed(CancellationToken cancellation)
    {
        using var world = new SocketWorld(With(("connections", 3)));
        var clients = Enumerable.Range(0, 3).Select(_ => world.Connect()).ToList();
        foreach (var client in clients) client.Call("ping");
        using (var oneMore = world.Connect())
        {
            var told = oneMore.Read();
            await Assert.That(CodeOf(told)).IsEqualTo(ErrorCode.LimitExceeded);
            await Assert.That(told!.Value.GetProperty("error").GetProperty("message").GetString())
                .Contains("3 connections");
            await Assert.That(oneMore.ReadLine()).IsNull();
        }
        await Assert.That(world.Context.Counters.TooMany).IsEqualTo(1);
        clients[0].Dispose();
        while (world.Context.Counters.Open == 3) await Task.Delay(5, cancellation);
        using var next = world.Connect();
        await Assert.That(next.Call("ping").TryGetProperty("result", out _)).IsTrue();
        foreach (var client in clients) client.Dispose();
    }

    [Test]
    [Arguments("""{"limits":{"conections":5}}""", "did you mean 'connections'")]
    [Arguments("""{"limits":{"connections":1}}""", "limits.connections must be a whole number from 2 to 10000, but is 1")]
    [Arguments("""{"limits":{"requestsPerSecond":-1}}""", "from 0 to 1000000, but is -1")]
    [Arguments("""{"limits":{"connections":"many"}}""", "limits.connections must be a whole number, but is \"many\"")]
    [Arguments("""{"limits":[]}""", "limits must be an object")]
    public async Task A_limit_that_cannot_be_is_said_and_the_defaults_hold(string json, string said,
        CancellationToken cancellation)
    {
        using var folder = new Config.TemporaryFolder();
        var home = new Tspm.Storage.TspmHome(folder.Path);
        File.WriteAllText(home.SettingsFile, json);
        var settings = Tspm.Storage.SettingsFile.Read(home, out var trouble);
        await Assert.That(trouble!).Contains(said).And.Contains(home.SettingsFile);
        await Assert.That(SocketLimits.From(settings.Limits).Connections).IsEqualTo(128);
    }
}
