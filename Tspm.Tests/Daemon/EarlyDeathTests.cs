using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Tests.Daemon;

/// <summary>A start that watches for a while whether what came up dies again.</summary>
[Timeout(60_000)]
internal sealed class EarlyDeathTests
{
    const string Web =
        """{"define":[{"name":"web","command":"x"}],"client":{"environment":{},"workingDirectory":"/"}}""";

    /// <summary>A stop is on record already when the start begins.</summary>
    [Test]
    [Arguments(true), Arguments(false)]
    public async Task It_is_one_unless_somebody_asked_for_it(bool isCrash, CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var client = world.Connect();
        using var other = world.Connect();
        other.Call("start", Web);
        other.Call("stop", """{"selectors":["web"]}""");
        client.Send("""{"id":1,"method":"start","params":{"selectors":["web"],"settleMs":60000}}""" + "\n");
        while (world.Handle.Views().Single().State.Observed != ProcessState.Online) await Task.Delay(5, cancellation);
        if (!isCrash) other.Call("stop", """{"selectors":["web"]}""");
        else await world.OnItsThread(static supervisor => supervisor.Table.Processes.Single().Signal(Signals.SIGKILL));
        var answer = client.Read()!.Value.GetProperty("result");
        var error = answer.GetProperty("processes")[0].TryGetProperty("error", out var said) ? said.GetString() : null;
        await Assert.That(answer.GetProperty("success").GetBoolean()).IsEqualTo(!isCrash);
        if (isCrash) await Assert.That(error!).StartsWith("was killed by SIGKILL").And.EndsWith("see: tspm why web");
        else await Assert.That(error).IsNull();
    }

    /// <summary>PM2's users start what is meant to end, and wonder why it runs again and again.</summary>
    [Test]
    [Arguments(0, "; if it is meant to end, make it a job: tspm set web --job; see: tspm why web")]
    [Arguments(1, "; see: tspm why web")]
    public async Task It_is_said_what_follows(int code, string expected, CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var client = world.Connect();
        client.Send($$$"""{"id":1,"method":"start","params":{{{Web[..^1]}}},"settleMs":60000}}""" + "\n");
        while (world.Handle.Views() is not [{ State.Observed: ProcessState.Online }]) await Task.Delay(5, cancellation);
        await world.OnItsThread(supervisor =>
        {
            var key = supervisor.Table.Processes.Single().Key;
            world.Machine.Exit(world.Machine.Only(key), new ExitStatus(code, null));
            return true;
        });
        var outcome = client.Read()!.Value.GetProperty("result").GetProperty("processes")[0];
        await Assert.That(outcome.GetProperty("error").GetString()!)
            .StartsWith($"exited with code {code} after ").And.EndsWith("and is being restarted" + expected);
    }
}
