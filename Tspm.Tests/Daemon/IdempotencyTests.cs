using Tspm.Protocol;

namespace Tspm.Tests.Daemon;

/// <summary>A request that is repeated with its key is carried out once.</summary>
[Timeout(60_000)]
internal sealed class IdempotencyTests
{
    const string Web = """{"define":[{"name":"web","command":"web"}],"client":{"environment":{},"workingDirectory":"/"}}""";

    [Test]
    public async Task A_start_whose_answer_was_lost_is_repeated_and_starts_once(CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using (var lost = world.Connect())
        {
            lost.Send($$"""{"id":1,"method":"start","params":{{Web}},"idempotencyKey":"k"}""" + "\n");
            while (world.Handle.Views().Count == 0) await Task.Delay(1, cancellation);
        }
        using var again = world.Connect();
        var answer = again.Call("start", Web, key: "k").GetProperty("result");
        await Assert.That(answer.GetProperty("success").GetBoolean()).IsTrue();
        await Assert.That(answer.GetProperty("processes").GetArrayLength()).IsEqualTo(1);
        // Without the key it is another request: it is online already.
        await Assert.That(again.Call("start", Web).GetProperty("error").GetProperty("message").GetString()!)
            .Contains("already online");
        // A successor does not know the key; the flag says the same.
        await Assert.That(again.Call("start",
            Web[..^1] + ",\"again\":true}").GetProperty("result").GetProperty("success").GetBoolean()).IsTrue();
        await Assert.That(world.Handle.Views().Single().State.Restarts).IsEqualTo(0);
    }

    [Test]
    public async Task Two_connections_with_one_key_at_the_same_time_do_it_once(CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var first = world.Connect();
        first.Call("start", Web);
        var clients = Enumerable.Range(0, 8).Select(_ => world.Connect()).ToList();
        foreach (var client in clients) client.Send("""{"id":1,"method":"scale","params":{"selector":"web","by":1},"idempotencyKey":"r"}""" + "\n");
        foreach (var client in clients)
            await Assert.That(client.Read()!.Value.GetProperty("result").GetProperty("success").GetBoolean()).IsTrue();
        await Assert.That(world.Handle.Views().Count).IsEqualTo(2);
        foreach (var client in clients) client.Dispose();
    }

    [Test]
    public async Task A_key_is_for_one_request_and_not_endless(CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var client = world.Connect();
        client.Call("start", Web, key: "k");
        var other = client.Call("stop", """{"selectors":["web"]}""", key: "k").GetProperty("error");
        await Assert.That(other.GetProperty("code").GetInt32()).IsEqualTo(ErrorCode.InvalidRequest);
        await Assert.That(other.GetProperty("message").GetString()!).Contains("'start'");
        var endless = client.Call("stop", """{"selectors":["web"]}""", key: new string('k', 201)).GetProperty("error");
        await Assert.That(endless.GetProperty("message").GetString()!).Contains("200");
        await Assert.That(world.Handle.Views().Single().Pid).IsNotNull();
    }

    [Test]
    public async Task What_was_refused_because_the_daemon_leaves_is_tried_again_when_it_stays(
        CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var client = world.Connect();
        await world.Context.Changes.Close(TimeSpan.FromSeconds(5));
        world.Context.Changes.Seal();
        await Assert.That(client.Call("start", Web, key: "k").GetProperty("error").GetProperty("code").GetInt32())
            .IsEqualTo(ErrorCode.ShuttingDown);
        world.Context.Changes.Open();
        await Assert.That(client.Call("start", Web, key: "k").GetProperty("result").GetProperty("success").GetBoolean())
            .IsTrue();
    }
}
