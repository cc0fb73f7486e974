using System.Text.Json;
using Tspm.Protocol;

namespace Tspm.Tests.Daemon;

/// <summary>What the kind of a method means to a daemon that leaves to its successor.</summary>
[Timeout(60_000)]
internal sealed class DispatchTests
{
    [Test]
    [Arguments("stop", ErrorCode.ShuttingDown), Arguments("list", 0)]
    // A newer client asks for what only the successor may know.
    [Arguments("fly", ErrorCode.ShuttingDown)]
    public async Task A_daemon_that_leaves_begins_no_change(string method, int code, CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var client = world.Connect();
        await world.Context.Changes.Close(TimeSpan.FromSeconds(5));
        world.Context.Changes.Seal();
        await Assert.That(CodeOf(client.Call(method, Parameters(method)))).IsEqualTo(code);
    }

    [Test]
    public async Task An_unknown_method_is_refused_and_not_recorded(CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var client = world.Connect();
        await Assert.That(CodeOf(client.Call("fly", "{}"))).IsEqualTo(ErrorCode.MethodNotFound);
        client.Call("stop", """{"selectors":["all"]}""");
        await world.Context.Events.Settled();
        var recorded = await File.ReadAllTextAsync(world.Home.EventsFile, cancellation);
        await Assert.That(recorded).Contains("\"stop\"").And.DoesNotContain("fly");
    }

    static string Parameters(string method) => method == "stop" ? """{"selectors":["all"]}""" : "{}";

    static int CodeOf(JsonElement answer) =>
        answer.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : 0;
}
