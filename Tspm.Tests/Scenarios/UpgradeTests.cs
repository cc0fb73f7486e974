using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>daemon upgrade</c>: another version, and nobody notices. What is refused or goes wrong is in
/// <see cref="UpgradeRefusedTests"/>.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class UpgradeTests
{
    const int SIGUSR1 = 10;

    [Test]
    public async Task Under_writers_and_pings_and_requests_nothing_is_lost_refused_or_restarted(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var load = await UpgradeLoad.Start(box, writers: 20, unthrottled: 2, cancellation);
        var before = await box.List();
        var (daemon, guardian) = await box.DaemonPids();
        using var follower = box.Begin("logs", "w3", "-f", "--raw", "--lines", "1000000");
        await follower.UntilOut("line 100\n");
        load.BeginAsking();
        await load.UntilAsked(20);

        var upgraded = await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "new/tspm"));

        var (nextDaemon, nextGuardian) = await box.DaemonPids();
        await Assert.That(upgraded.Out)
            .IsEqualTo($"upgraded from {OtherVersion.Present} to {OtherVersion.Number} (pid {nextDaemon}), "
                + $"{before.Count} processes kept\n");
        await Assert.That(nextDaemon).IsNotEqualTo(daemon);
        await Assert.That(nextGuardian).IsEqualTo(guardian);
        foreach (var pid in new[] { nextDaemon, guardian })
            await Assert.That(new FileInfo($"/proc/{pid}/exe").LinkTarget)
                .IsEqualTo(Path.Combine(box.Folder, "new/tspm"));
        await load.UntilAsked(20);
        await Assert.That(await load.EndAsking()).IsEqualTo("");
        var after = await box.List();
        await Assert.That(after.Select(entry => (entry.Name, entry.Pid, entry.State, entry.Restarts)).ToList())
            .IsEquivalentTo(before.Select(entry => (entry.Name, entry.Pid, entry.State, entry.Restarts)).ToList());
        await Assert.That(await load.EndWriting()).IsEqualTo("");
        var followed = await follower.UntilOut("the end\n");
        await Assert.That(followed == File.ReadAllText(box.OutLog("w3"))).IsTrue()
            .Because("the stream has every line, once");
    }

    [Test]
    public async Task Without_a_name_what_lies_now_at_the_daemons_path_takes_over(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var installed = await OtherVersion.Copy(box, "bin/tspm");
        (await box.RunProgram(installed, "start", "sleep 1000", "--name", "s")).Exits(0);
        var (_, guardian) = await box.DaemonPids();
        var pid = await box.PidOf("s");
        File.Move(await OtherVersion.Newer(box, "bin/tspm.new"), installed, overwrite: true);
        await Assert.That(new FileInfo($"/proc/{guardian}/exe").LinkTarget).EndsWith("(deleted)");
        var upgraded = await box.Ok("daemon", "upgrade");
        await Assert.That(upgraded.Out).Contains($"to {OtherVersion.Number} ").And.Contains("1 process kept");
        var (daemon, same) = await box.DaemonPids();
        await Assert.That((same, await box.PidOf("s"))).IsEqualTo((guardian, pid));
        foreach (var member in new[] { daemon, guardian })
            await Assert.That(new FileInfo($"/proc/{member}/exe").LinkTarget).IsEqualTo(installed);
        await Assert.That((await box.Status()).GetProperty("version").GetString()).IsEqualTo(OtherVersion.Number);
        // And a daemon that crashes later is of the new version too.
        LiveProcess.Kill(daemon);
        await box.Until(async () =>
            await box.Run("status", "--json") is { ExitCode: 0 } ran
                && ran.Json.GetProperty("pid").GetInt32() != daemon ? ran : null, "another daemon answers");
        await Assert.That((await box.Status()).GetProperty("version").GetString()).IsEqualTo(OtherVersion.Number);
    }

    [Test]
    public async Task How_a_child_ended_in_the_middle_of_the_upgrade_is_known(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "brief", "--restart", "never", "--", "sh", "-c",
            "trap 'echo bye; exit 42' USR1; echo ready; while :; do sleep 0.02; done");
        await box.Ok("start", "--name", "back", "--restart-delay", "0", "--", "sleep", "1000");
        await box.UntilOut("brief", "ready");
        int brief = await box.PidOf("brief"), back = await box.PidOf("back");
        using var upgrade = await UntilLeft(box);
        LiveProcess.Kill(brief, SIGUSR1);
        LiveProcess.Kill(back);
        await box.UntilGone(brief);
        await box.UntilGone(back);
        LiveProcess.Kill(upgrade.Guardian, LiveProcess.SIGCONT);
        await Assert.That(await upgrade.Command.End()).IsEqualTo(0).Because(upgrade.Command.Err);
        var ended = await box.UntilState("brief", "stopped");
        await Assert.That(ended.ExitCode).IsEqualTo(42);
        await Assert.That(await box.UntilOut("brief", "bye")).IsEqualTo("ready\nbye\n");
        var restarted = await box
            .Until("back", entry => entry is { IsOnline: true, Restarts: 1 }, "back was restarted");
        await Assert.That(restarted.Signal).IsEqualTo("SIGKILL");
    }

    [Test]
    public async Task A_SIGTERM_in_the_middle_of_the_upgrade_ends_everything_after_it(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        using var upgrade = await UntilLeft(box);
        LiveProcess.Kill(upgrade.Guardian, LiveProcess.SIGTERM);
        LiveProcess.Kill(upgrade.Guardian, LiveProcess.SIGCONT);
        await box.UntilGone(upgrade.Guardian);
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
        // The one who asked for the upgrade was told of it in time, or sees the end; it does not start what was to end.
        if (await upgrade.Command.End() != 0)
            await Assert.That(upgrade.Command.Err).Contains("stopped while the new version took over");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        await Assert.That(TspmBox.Text(Path.Combine(box.Home, "daemon.log"))).Contains("daemon stopped");
    }

    [Test]
    public async Task Five_upgrades_leak_no_descriptor(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        foreach (var name in new[] { "a", "b", "c" }) await box.Ok("start", "sleep 1000", "--name", name);
        string[] versions = [await OtherVersion.Newer(box, "new/tspm"), await OtherVersion.Copy(box, "old/tspm")];
        await box.Ok("daemon", "upgrade", versions[1]);
        var (daemon, guardian) = await box.DaemonPids();
        await UntilQuiet(box, daemon);
        var before = (Descriptors(daemon), Descriptors(guardian));
        for (var i = 0; i < 5; i++) await box.Ok("daemon", "upgrade", versions[i % 2]);
        var (nextDaemon, sameGuardian) = await box.DaemonPids();
        await Assert.That(sameGuardian).IsEqualTo(guardian);
        await UntilQuiet(box, nextDaemon);
        await Assert.That((Descriptors(nextDaemon), Descriptors(guardian))).IsEqualTo(before);
        // And none reaches a child that the new version starts.
        await box.Ok("start", "sleep 1000", "--name", "d");
        await Assert.That(Directory.GetFiles($"/proc/{await box.PidOf("d")}/fd").Length).IsEqualTo(3);
        await box.Ok("restart", "a");
        await box.Ok("delete", "all");
        await box.Until(() => !Descriptors(guardian).Contains("/run/", StringComparison.Ordinal),
            "the guardian has let go of all FIFOs");
    }

    /// <summary>
    /// The connections of commands that have ended are closed a moment later: then there are the listener and the
    /// channel.
    /// </summary>
    static Task UntilQuiet(TspmBox box, int daemon) =>
        box.Until(() =>
            Descriptors(daemon).Split('\n').Count(line => line.StartsWith("socket", StringComparison.Ordinal)) == 2,
                "no connection is open");

    [Test]
    public async Task In_the_foreground_it_stays_the_same_process_and_ends_as_before(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var foreground = box.Begin("daemon");
        await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null, "the daemon answers");
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "new/tspm"));
        await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(foreground.Pid);
        await Assert.That(await box.PidOf("s")).IsEqualTo(pid);
        await box.Until(() =>
            foreground.Err.Contains($"daemon {OtherVersion.Number} is ready", StringComparison.Ordinal),
                "the new version speaks to the same terminal");
        foreground.Signal(LiveProcess.SIGTERM);
        await Assert.That(await foreground.End()).IsEqualTo(0);
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
    }

    [Test]
    public async Task Changes_meanwhile_are_all_done_once(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var changes = Enumerable.Range(0, 2).Select(number => Task.Run(async () =>
        {
            var count = 0;
            for (; !over.IsCancellationRequested; count++) await box.Ok("set", "s", $"env.K{number}={count}");
            return count;
        })).ToList();
        foreach (var name in new[] { "1/tspm", "2/tspm", "3/tspm" })
            await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, name));
        over.Cancel();
        var counts = await Task.WhenAll(changes);
        var env = (await box.Ok("env", "s", "--json")).Json.GetProperty("env");
        for (var number = 0; number < counts.Length; number++)
            await Assert.That(env.GetProperty($"K{number}").GetString()).IsEqualTo($"{counts[number] - 1}");
    }

    /// <summary>So a client knows: what could not be sent was not begun.</summary>
    [Test]
    public async Task Every_request_that_could_be_sent_is_answered_before_the_end(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        var clients = Enumerable.Range(0, 4).Select(async _ =>
        {
            using var socket = new RawSocket(box, cancellation);
            // Not all at once: what is on the way is more than one read takes, and fits into the last moments of a
            // daemon on a busy machine.
            using var room = new SemaphoreSlim(400);
            var sending = Task.Run(async () =>
            {
                for (var sent = 0; ; sent++)
                {
                    await room.WaitAsync(cancellation);
                    try
                    {
                        await socket.Send("""{"jsonrpc":"2.0","id":1,"method":"ping"}""" + "\n");
                    }
                    catch (System.Net.Sockets.SocketException)
                    {
                        return sent;
                    }
                }
            });
            var answered = 0;
            for (; await socket.Read() is not null; answered++) room.Release();
            room.Release();
            return (Sent: await sending, Answered: answered);
        }).ToList();
        await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "new/tspm"));
        foreach (var (sent, answered) in await Task.WhenAll(clients))
        {
            await Assert.That(sent).IsGreaterThan(0);
            await Assert.That(answered).IsEqualTo(sent);
        }
    }

    [Test]
    public async Task Without_a_daemon_there_is_nothing_to_upgrade(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("daemon", "upgrade")).Exits(4).Says("no daemon is running");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    /// <summary>
    /// An upgrade at the point at which the daemon has handed over and ended, and the guardian, frozen, does not know
    /// yet.
    /// </summary>
    static async Task<Frozen> UntilLeft(TspmBox box)
    {
        var (daemon, guardian) = await box.DaemonPids();
        var binary = await OtherVersion.Newer(box, "new/tspm");
        LiveProcess.Kill(guardian, LiveProcess.SIGSTOP);
        var command = box.Begin("daemon", "upgrade", binary);
        await box.UntilGone(daemon);
        return new Frozen(command, guardian);
    }

    sealed record Frozen(RunningCommand Command, int Guardian) : IDisposable
    {
        public void Dispose() => Command.Dispose();
    }

    /// <summary>What is open, one a line, without the numbers of sockets, which differ.</summary>
    static string Descriptors(int pid) => string.Join('\n', Directory.GetFiles($"/proc/{pid}/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? "gone").Select(target =>
            target.StartsWith("socket:", StringComparison.Ordinal) ? "socket" : target).Order(StringComparer.Ordinal));
}
