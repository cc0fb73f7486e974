using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// The home is removed or moved while the daemon runs: it is made again, the same children go on, and nothing is ever
/// started twice.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class LostHomeScenarios
{
    const string Ticks = "trap 'exit 0' TERM; i=0; while :; do echo line $i; i=$((i+1)); sleep 0.05; done";

    [Test]
    [Arguments("rm -r h")]
    [Arguments("mv h moved")]
    [Arguments("rm -r h; mkdir -m 700 h; touch h/something")]
    [Arguments("rm h/tspm.sock")]
    [Arguments("rm h/daemon.lock h/tspm.sock")]
    [Arguments("rm -r h/run")]
    [Arguments("rm -r h/logs")]
    public async Task The_daemon_makes_its_home_again_and_everything_goes_on(string how, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "-i", "2", "--", "sh", "-c", Ticks);
        await box.Ok("start", "--name", "in", "-e", "A=1", "--", "sleep", "1000");
        await box.Ok("set", "in", "stdin=pipe");
        await box.Ok("restart", "in");
        await box.UntilOut("w~0", "line 1\n");
        var pids = await Pids(box);
        var daemon = await box.DaemonPids();
        await box.Shell(how);

        await box.Until(async () => await box.Run("list") is { ExitCode: 0 } ran ? ran : null,
            "it can be reached again");
        await box.Until(async () =>
            await box.Run("status") is { ExitCode: 0 } ran
                && ran.Out.Contains("was removed or moved while the daemon was running, and was recreated",
                    StringComparison.Ordinal) ? ran : null, "status says so");
        await Same(box, pids, daemon);
        await Assert.That((await box.Ok("events")).Out).Contains("homeLost");
        await Assert.That(File.GetUnixFileMode(box.Home))
            .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await GoesOn(box);

        // All of it is on disk again: another daemon finds the same children, their output, and what happened.
        LiveProcess.Kill(daemon.Daemon);
        await box.Until(async () =>
            await box.Run("status", "--json") is { ExitCode: 0 } ran
                && ran.Json.GetProperty("pid").GetInt32() != daemon.Daemon ? ran : null, "another daemon answers");
        await Assert.That(await Pids(box)).IsEquivalentTo(pids);
        await GoesOn(box);
        await box.Ok("send", "in", "hello");
        if (how is not ("rm -r h/run" or "rm -r h/logs" or "rm h/tspm.sock"))
            await Assert.That((await box.Ok("status")).Out).Contains("was recreated");
        await Assert.That((await box.Ok("describe", "in", "--json", "--show-env")).Out).Contains("\"A\"");
        await box.Ok("delete", "all");
        await Assert.That(pids.Any(LiveProcess.IsAlive)).IsFalse();
    }

    [Test]
    [Arguments("rm -r h")]
    [Arguments("mv h moved")]
    public async Task A_start_right_after_the_home_went_finds_the_same_daemon(string how,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "--", "sh", "-c", Ticks);
        var (pid, daemon) = (await box.PidOf("w"), await box.DaemonPids());
        var again = await box
            .Shell($"{how}; tspm start --name w -- sh -c 'sleep 1000'; tspm start --name x -- sleep 1000");
        await Assert.That(again.Err).Contains("'w' is already online");
        await Assert.That(await box.DaemonPids()).IsEqualTo(daemon);
        await Assert.That((await box.PidOf("w"), (await box.Get("x")).State)).IsEqualTo((pid, "online"));
        await Assert.That(Guardians(box)).IsEquivalentTo([daemon.Guardian]);
        await box.Ok("stop", "all");
    }

    [Test]
    public async Task A_home_on_a_memory_file_system_is_made_again_too(CancellationToken cancellation)
    {
        if (!Directory.Exists("/dev/shm")) Skip.Test("SKIPPED: there is no /dev/shm");
        await using var box = new TspmBox(cancellation);
        box.Home = $"/dev/shm/ts{Environment.ProcessId}";
        box.Variables["TSPM_HOME"] = box.Home;
        try
        {
            await box.Ok("start", "--name", "w", "--", "sh", "-c", Ticks);
            var (pid, daemon) = (await box.PidOf("w"), await box.DaemonPids());
            Directory.Delete(box.Home, recursive: true);
            await box.Until(async () => await box.Run("list") is { ExitCode: 0 } ran ? ran : null,
                "it can be reached again");
            await Assert.That(await box.PidOf("w")).IsEqualTo(pid);
            await Assert.That(await box.DaemonPids()).IsEqualTo(daemon);
            await box.Ok("daemon", "stop");
        }
        finally
        {
            if (Directory.Exists(box.Home)) Directory.Delete(box.Home, recursive: true);
        }
    }

    [Test]
    public async Task After_the_home_was_made_again_another_guardian_takes_over_the_same_children(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "-i", "2", "--", "sh", "-c", Ticks);
        await box.UntilOut("w~0", "line 1\n");
        var (pids, daemon) = (await Pids(box), await box.DaemonPids());
        await box.Shell("rm -r h");
        await box.Until(async () => await box.Run("list") is { ExitCode: 0 } ran ? ran : null,
            "it can be reached again");
        await box.UntilFile("h/processes.json", "\"w\"");
        LiveProcess.Kill(daemon.Guardian);
        await box.UntilGone(daemon.Daemon);
        await box.Ok("start", "--name", "x", "--", "sleep", "1000");
        await Assert.That((await box.List("w")).Select(entry => entry.Pid!.Value)).IsEquivalentTo(pids);
        await GoesOn(box);
        await box.Ok("stop", "all");
        await Assert.That(pids.Any(LiveProcess.IsAlive)).IsFalse();
    }

    [Test]
    public async Task A_home_that_somebody_else_has_by_then_is_left_alone_until_it_is_free(
        CancellationToken cancellation)
    {
        Tools.Require("flock");
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "--", "sh", "-c", Ticks);
        var (pid, daemon) = (await box.PidOf("w"), await box.DaemonPids());
        var log = $"/proc/{daemon.Daemon}/fd/"
            + Directory.GetFiles($"/proc/{daemon.Daemon}/fd").Select(Path.GetFileName)
            .First(fd =>
                new FileInfo($"/proc/{daemon.Daemon}/fd/{fd}").LinkTarget?.EndsWith("daemon.log",
                    StringComparison.Ordinal) == true);
        var other = await box
            .Shell("rm -r h; mkdir -m 700 h; setsid flock -x h/daemon.lock sh -c 'echo $$ > held; exec sleep 1000' "
                + ">/dev/null 2>&1 & while [ ! -s held ]; do sleep 0.01; done; cat held");
        await box.Until(() => TspmBox.Text(log).Contains($"kill {daemon.Guardian}", StringComparison.Ordinal),
            "daemon.log says that it cannot be reached");
        await Assert.That(File.Exists(Path.Combine(box.Home, "processes.json")) || File.Exists(box.SocketPath))
            .IsFalse();
        await Assert.That(LiveProcess.IsAlive(pid)).IsTrue();
        LiveProcess.Kill(int.Parse(other.Out));
        await box.Until(async () => await box.Run("list") is { ExitCode: 0 } ran ? ran : null,
            "it can be reached again");
        await Assert.That((await box.PidOf("w"), await box.DaemonPids())).IsEqualTo((pid, daemon));
        await box.Ok("stop", "all");
    }

    [Test]
    [Arguments("daemon")]
    [Arguments("both")]
    public async Task Programs_whose_home_went_while_no_daemon_lived_are_not_started_a_second_time(string dead,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "--", "sh", "-c", Ticks);
        var (pid, daemon) = (await box.PidOf("w"), await box.DaemonPids());
        LiveProcess.Kill(daemon.Guardian, LiveProcess.SIGSTOP);
        LiveProcess.Kill(daemon.Daemon);
        await box.UntilGone(daemon.Daemon);
        if (dead == "both") LiveProcess.Kill(daemon.Guardian);
        await box.Shell("rm -r h");
        if (dead == "both") await box.UntilGone(daemon.Guardian);
        else LiveProcess.Kill(daemon.Guardian, LiveProcess.SIGCONT);

        var refused = (await box.Run("start", "--name", "w", "--", "sh", "-c", Ticks)).Exits(1);
        refused.Says($"it is still running (pid {pid})").Says($"kill {pid}");
        await Assert.That((await box.Ok("status")).Out).Contains($"w (pid {pid})");
        if (dead == "daemon") await Assert.That((await box.Ok("status")).Out).Contains("was removed or moved");
        await Assert.That(LiveProcess.IsAlive(pid)).IsTrue();
        // Killed, it would leave its "sleep" behind for a moment, which is refused as well. Asked, it waits for it.
        LiveProcess.Kill(pid, 15);
        await box.UntilGone(pid);
        await box.Ok("start", "w");
        await Assert.That((await box.Status()).GetProperty("troubles").GetRawText()).DoesNotContain("still run");
        await box.Ok("stop", "all");
    }

    [Test]
    public async Task A_guardian_that_cannot_come_back_is_named_and_nothing_is_started_beside_it(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "--", "sh", "-c", Ticks);
        var (pid, daemon) = (await box.PidOf("w"), await box.DaemonPids());
        LiveProcess.Kill(daemon.Guardian, LiveProcess.SIGSTOP);
        await box.Shell("mv h moved");
        (await box.Run("start", "--name", "w", "--", "sleep", "1000")).Exits(1)
            .Says($"(guardian pid {daemon.Guardian})").Says($"kill {daemon.Guardian}");
        await Assert.That(Guardians(box)).IsEquivalentTo([daemon.Guardian]);
        LiveProcess.Kill(daemon.Guardian, LiveProcess.SIGCONT);
        await box.Until(async () => await box.Run("list") is { ExitCode: 0 } ran ? ran : null,
            "it can be reached again");
        await Assert.That(await box.PidOf("w")).IsEqualTo(pid);
        await box.Ok("stop", "all");
    }

    static IEnumerable<int> Guardians(TspmBox box) =>
        LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}")
            .Where(pid => LiveProcess.CommandOf(pid).StartsWith("tspm __guardian", StringComparison.Ordinal));

    static async Task<List<int>> Pids(TspmBox box) => [.. (await box.List()).Select(entry => entry.Pid!.Value)];

    static async Task Same(TspmBox box, List<int> pids, (int, int) daemon)
    {
        await Assert.That(await Pids(box)).IsEquivalentTo(pids);
        await Assert.That(await box.DaemonPids()).IsEqualTo(daemon);
        await Assert.That(Guardians(box).Count()).IsEqualTo(1);
    }

    /// <summary>New lines come, whole and in order.</summary>
    static async Task GoesOn(TspmBox box)
    {
        var file = box.OutLog("w~1");
        await box.Until(() => File.Exists(file), "there is a log");
        var before = TspmBox.Text(file).Length;
        await box.Until(() => TspmBox.Text(file).Length > before + 30, "it grows");
        var numbers = TspmBox.Text(file).Split('\n')[..^1]
            .Select(line => int.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        await Assert.That(numbers.SequenceEqual(Enumerable.Range(numbers[0], numbers.Count))).IsTrue();
    }
}
