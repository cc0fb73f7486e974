using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Crashes and what the restart policy makes of them.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class RestartPolicyTests
{
    [Test]
    public async Task A_crash_waits_with_the_time_of_the_next_try_and_stop_cancels_it(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "c", "--restart-delay", "1h", "--no-wait", "--", "sh", "-c", "exit 3");
        var waiting = await box.UntilState("c", "waiting");
        await Assert.That(waiting.NextStartInMs!.Value).IsBetween(1, 3_600_000);
        await Assert.That(waiting.ExitCode).IsEqualTo(3);
        await Assert.That(waiting.Failures).IsEqualTo(1);
        await Assert.That(waiting.Pid).IsNull();
        await Assert.That(waiting.Desired).IsEqualTo("up");
        await box.Ok("stop", "c");
        var stopped = await box.Get("c");
        await Assert.That(stopped.State).IsEqualTo("stopped");
        await Assert.That(stopped.NextStartInMs).IsNull();
        await Assert.That(stopped.Desired).IsEqualTo("down");
    }

    [Test]
    public async Task After_so_many_failures_in_a_row_it_is_errored_and_says_why(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "c", "--restart-delay", "1", "--max-restarts", "4", "--no-wait", "--", "sh",
            "-c", "echo run; exit 9");
        var errored = await box.UntilState("c", "errored");
        await Assert.That(errored.Failures).IsEqualTo(4);
        await Assert.That(errored.Restarts).IsEqualTo(3);
        await Assert.That(errored.ExitCode).IsEqualTo(9);
        await Assert.That(errored.Reason).Contains("4");
        await box.Until(() => File.ReadAllLines(box.OutLog("c")).Length == 4, "four runs printed");
        await box.Ok("start", "c", "--no-wait");
        var again = await box
            .Until("c", entry => entry.State == "errored" && entry.Restarts >= 6, "it was tried again by hand");
        await Assert.That(again.Failures).IsEqualTo(4);
    }

    [Test]
    public async Task On_failure_leaves_a_success_alone(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "good", "--restart", "on-failure", "--no-wait", "--", "true");
        await box.Ok("start", "--name", "bad", "--restart", "on-failure", "--restart-delay", "1h", "--no-wait", "--",
            "false");
        var good = await box.UntilState("good", "stopped");
        await Assert.That(good.ExitCode).IsEqualTo(0);
        await Assert.That(good.Desired).IsEqualTo("down");
        await box.UntilState("bad", "waiting");
    }

    [Test]
    [Arguments("--restart=never"), Arguments("--no-autorestart")]
    public async Task Never_means_never(string flag, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "c", flag, "--", "sleep", "1000");
        LiveProcess.Kill(await box.PidOf("c"));
        var ended = await box.UntilState("c", "stopped");
        await Assert.That(ended.Signal).IsEqualTo("SIGKILL");
        await Assert.That(ended.ExitCode).IsNull();
        await Assert.That(ended.Restarts).IsEqualTo(0);
        await Assert.That(ended.Desired).IsEqualTo("down");
    }

    [Test]
    public async Task A_stop_exit_code_ends_it_for_good_and_others_do_not(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "c", "--stop-exit-codes", "3,77", "--restart-delay", "1h", "--no-wait", "--",
            "sh", "-c", "exit 77");
        await box.Ok("start", "--name", "d", "--stop-exit-codes", "3", "--stop-exit-codes", "77", "--restart-delay",
            "1h", "--no-wait", "--", "sh", "-c", "exit 4");
        var ended = await box.UntilState("c", "stopped");
        await Assert.That(ended.ExitCode).IsEqualTo(77);
        await box.UntilState("d", "waiting");
    }

    [Test]
    public async Task A_manual_restart_clears_the_failures_and_counts(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "c", "--restart-delay", "0", "--", "sleep", "1000");
        LiveProcess.Kill(await box.PidOf("c"));
        var first = await box.Until("c", entry => entry is { IsOnline: true, Restarts: 1 }, "it was restarted");
        await Assert.That(first.Failures).IsEqualTo(1);
        await box.Ok("restart", "c");
        var restarted = await box.Get("c");
        await Assert.That(restarted.Pid).IsNotEqualTo(first.Pid);
        await Assert.That(restarted.Failures).IsEqualTo(0);
        await Assert.That(restarted.Restarts).IsEqualTo(2);
        await box.Ok("reset", "c");
        await Assert.That((await box.Get("c")).Restarts).IsEqualTo(0);
    }

    [Test]
    public async Task Too_much_memory_is_a_restart_with_the_reason(CancellationToken cancellation)
    {
        _ = Tools.Python;
        await using var box = new TspmBox(cancellation);
        box.Write("fat.json", """
            { "processes": [ { "name": "fat", "command": "python3", "args": ["-c", "import time; x = bytearray(80 * 1024 * 1024); time.sleep(1000)"],
              "memoryLimitBytes": 50000000, "monitorIntervalMs": 100, "restart": { "delayMs": 3600000, "maxDelayMs": 3600000 } } ] }
            """);
        await box.Ok("start", "fat.json", "--no-wait");
        var after = await box
            .Until("fat", entry => entry.Restarts > 0 || entry.State == "waiting", "it was restarted for its memory");
        await Assert.That(after.Reason).Contains("memory");
    }
}
