using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>set</c>: each field takes effect as soon as it can, and the answer says which ones wait for the next start.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class SetTests
{
    [Test]
    public async Task A_memory_limit_counts_for_what_runs(CancellationToken cancellation)
    {
        _ = Tools.Python;
        await using var box = new TspmBox(cancellation);
        box.Write("fat.py", "import time\nfat = bytearray(80 << 20)\nprint('fat')\ntime.sleep(1000)");
        await box.Ok("start", "fat.py", "--name", "fat");
        await box.UntilOut("fat", "fat\n");
        var pid = await box.PidOf("fat");
        var set = await box.Ok("set", "fat", "memoryLimitBytes=50MB", "monitorIntervalMs=100ms");
        await Assert.That(set.Err).IsEqualTo("");
        await box.Until("fat", entry => entry.Pid != pid, "it was restarted");
    }

    [Test]
    public async Task A_restart_policy_and_a_stop_timeout_count_for_what_runs(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "s", "--", "sh", "-c",
            "trap '' TERM; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("s", "ready");
        await Assert.That((await box.Ok("set", "s", "stop.timeoutMs=200ms", "restart.policy=never")).Err).IsEqualTo("");
        LiveProcess.Kill(await box.PidOf("s"));
        await box.UntilState("s", "stopped");
        await box.Ok("start", "s");
        (await box.Ok("stop", "s")).Says("did not end within 200 ms");
    }

    [Test]
    public async Task What_a_child_got_at_its_birth_waits_and_is_named(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        var set = await box.Ok("set", "s", "env.PORT=8080", "restart.delayMs=5s", "umask=027");
        await Assert.That(set.Err).IsEqualTo("s: env.PORT, umask take effect at the next start: tspm restart s\n");
        await Assert.That(await box.PidOf("s")).IsEqualTo(pid);
        await box.Ok("restart", "s");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("s"))["PORT"]).IsEqualTo("8080");
        await box.Ok("stop", "s");
        // Nothing runs with earlier values.
        await Assert.That((await box.Ok("set", "s", "env.PORT=8081")).Err).IsEqualTo("");
    }

    [Test]
    public async Task What_an_earlier_change_left_waiting_is_named_until_the_restart(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        async Task Describes(string? pending)
        {
            var row = (await box.Ok("describe", "s")).Out.Split('\n')
                .SingleOrDefault(static line => line.StartsWith("pending\t", StringComparison.Ordinal));
            await Assert.That(row).IsEqualTo(pending is null ? null : "pending\t" + pending);
        }

        await Describes(null);
        await box.Ok("set", "s", "--env", "A=1");
        const string waits = "env.A takes effect at the next start: tspm restart s";
        await Describes(waits);
        // This counts at once, and the other one waits as before.
        const string stillWaits = "an earlier change (env.A) takes effect at the next start: tspm restart s";
        await Assert.That((await box.Ok("set", "s", "--memory", "100M")).Err).IsEqualTo($"s: {stillWaits}\n");
        const string bothWait = "env.A, umask take effect at the next start: tspm restart s";
        await Assert.That((await box.Ok("set", "s", "umask=027")).Err).IsEqualTo(
            "s: umask takes effect at the next start, and so does an earlier change (env.A): tspm restart s\n");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await Describes(bothWait);
        await Assert.That((await box.Ok("describe", "s", "--json")).Json.GetProperty("pending").GetRawText())
            .IsEqualTo("""["env.A","umask"]""");
        // As it was started: nothing waits any more.
        await Assert.That((await box.Ok("set", "s", "umask=")).Err).IsEqualTo($"s: {stillWaits}\n");
        await Assert.That((await box.Ok("set", "s", "env.A=")).Err).IsEqualTo("");
        await Describes(null);
        await box.Ok("set", "s", "env.A=2");
        await box.Ok("restart", "s");
        await Describes(null);
    }

    [Test]
    [Arguments("cwd=/tmp", "use projectDir"), Arguments("cron=0 3 * * *", "use schedule.cron"),
        Arguments("script=a.js", "use command")]
    public async Task Another_tools_name_of_a_field_is_answered_with_ours(string assignment, string said,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 1000", "--name", "s");
        (await box.Run("set", "s", assignment)).Exits(2).Says(said);
    }
}
