using System.Diagnostics;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// Another machine's daemon through a real sshd on 127.0.0.1 with keys of its own: what the verbs do there they do
/// here.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class RemoteScenarios
{
    const int SIGSTOP = 19;

    [Test]
    public async Task Every_verb_works_on_another_machine(CancellationToken cancellation)
    {
        await using var there = new TspmBox(cancellation);
        await using var here = await SshHost.Client(there, cancellation);
        string[] host = ["-H", here.Address];
        (await here.Box.Run([.. host, "list"])).Exits(4).Says("no daemon is running on");
        (await here.Box.Run([.. host, "list", "--json"])).Exits(4);
        await here.Box
            .Ok([.. host, "start", "--name", "web", "-e", "A=1", "--", "sh", "-c",
                "echo \"$WHERE $A $PWD\"; exec sleep 1000"]);
        // The environment and the folder are those that ssh gives there.
        await there.UntilOut("web", $"there 1 {there.Folder}\n");
        await Assert.That(File.Exists(here.Box.SocketPath)).IsFalse().Because("nothing was started here");
        await Assert.That((await here.Box.Ok([.. host, "pid", "web"])).Out.Trim())
            .IsEqualTo($"{await there.PidOf("web")}");
        foreach (var verb in new[] { "list", "describe web", "env web", "status", "ping", "version", "metrics",
            "search web", "why web", "events", "logs web", "set web restart.delayMs=10", "signal USR2 nobody",
                "restart web", "scale web 2", "reset web", "rename web shop", "flush shop", "reopen", "stop shop",
                    "start shop", "stop-all", "delete shop", "daemon start" })
        {
            var ran = await here.Box.Run([.. verb.Split(' '), .. host]);
            await Assert.That(ran.ExitCode).IsEqualTo(verb.Contains("nobody", StringComparison.Ordinal) ? 3 : 0)
                .Because(ran.ToString());
        }
        here.Box.Variables["TSPM_HOST"] = here.Address;
        await Assert.That((await here.Box.Ok("status", "--json")).Json.GetProperty("home").GetString())
            .IsEqualTo(there.Home);
        Directory.CreateDirectory(here.Box.Home);
        File.WriteAllText(Path.Combine(here.Box.Home, "settings.json"), $$$"""{"hosts":{"prod":"{{{here.Address}}}"}}""");
        await here.Box.Ok("-H", "prod", "ping");
        (await here.Box.Run("-H", "prud", "ping")).Exits(2).Says("ssh://");
        await here.Box.Ok("daemon", "stop");
        (await here.Box.Run("ping")).Exits(4).Says("no daemon is running on");
    }

    [Test]
    public async Task Logs_are_followed_over_the_death_of_the_daemon_there(CancellationToken cancellation)
    {
        await using var there = new TspmBox(cancellation);
        await using var here = await SshHost.Client(there, cancellation);
        await there.Ok("start", "--name", "n", "--", "sh", "-c",
            "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.02; done");
        using var follower = here.Box.Begin("logs", "n", "-f", "--out", "--lines", "1000000", "-H", here.Address);
        await follower.UntilOut("line 50\n");
        LiveProcess.Kill((await there.DaemonPids()).Daemon);
        await follower.UntilOut("line 300\n");
        follower.Signal(LiveProcess.SIGINT);
        await Assert.That(await follower.End()).IsEqualTo(130);
        var lines = follower.Out.TrimEnd('\n').Split('\n');
        await Assert.That(lines.Select((line, i) => line == $"line {i}").All(same => same)).IsTrue()
            .Because(follower.Out);
    }

    [Test]
    public async Task A_dead_link_ends_with_exit_4_within_ten_seconds(CancellationToken cancellation)
    {
        await using var there = new TspmBox(cancellation);
        await using var here = await SshHost.Client(there, cancellation);
        await there.Ok("start", "sleep 1000", "--name", "s");
        using var follower = here.Box.Begin("logs", "-f", "-H", here.Address);
        using var waiting = here.Box
            .Begin("start", "--name", "slow", "--ready", "delay:60s", "-H", here.Address, "--", "sleep", "1000");
        await there.UntilState("slow", "starting");
        // The other side of the connections freezes: nothing is closed, and nothing comes any more.
        foreach (var pid in here.SessionPids()) LiveProcess.Kill(pid, SIGSTOP);
        var begun = Stopwatch.GetTimestamp();
        await Assert.That(await follower.End()).IsEqualTo(4).Because(follower.Err);
        await Assert.That(await waiting.End()).IsEqualTo(4).Because(waiting.Err);
        await Assert.That(Stopwatch.GetElapsedTime(begun)).IsLessThan(TimeSpan.FromSeconds(12))
            .Because("ssh gives up after nine");
        await Assert.That(follower.Err).Contains("the connection to");
        here.KillSessions();
    }

    [Test]
    public async Task Who_cannot_be_reached_is_said_and_nothing_of_ssh_is_asked_for(CancellationToken cancellation)
    {
        await using var there = new TspmBox(cancellation);
        await using var here = await SshHost.Client(there, cancellation);
        (await here.Box.Run("list", "-H", $"ssh://127.0.0.1:{FreePort.Take()}")).Exits(4)
            .Says("the connection to 127.0.0.1");
        (await here.Box.Run("list", "-H", "ssh://-oProxyCommand=true")).Exits(2).Says("--host");
        (await here.Box.Run("list", "-H", "http://x")).Exits(2);
        here.Box.Variables["PATH"] = "/nonexistent";
        (await here.Box.Run("list", "-H", here.Address)).Exits(4).Says("ssh");
    }
}
