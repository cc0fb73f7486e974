using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// No descriptors, no pids, a home that cannot be written to: the daemon says so, goes on answering, and recovers by
/// itself.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ScarcityTests
{
    [Test]
    public async Task With_no_descriptors_left_for_more_children_everything_still_answers(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Shell("ulimit -n 64; exec tspm daemon start")).Exits(0);
        var started = 0;
        Ran refused;
        while ((refused = await box.Run("start", "echo hello; exec sleep 1000", "--name", $"p{started}",
            "--no-wait")).ExitCode == 0)
        {
            var last = await box.Get($"p{started}");
            if (last.State == "waiting") break;
            started++;
            if (started > 60) throw new InvalidOperationException("64 descriptors were enough for 60 processes");
        }
        await Assert.That(started).IsGreaterThan(2);
        var failed = (await box.List()).Single(entry => entry.Name == $"p{started}");
        await Assert.That(failed.Reason).Contains("descriptors are in use");
        await Assert.That((await box.List()).Count(entry => entry.IsOnline)).IsEqualTo(started);
        await Assert.That((await box.Ok("status")).Out).Contains("descriptors are in use");
        await Assert.That((await box.Ok("logs", "p0")).Out).Contains("hello");
        await box.Ok("describe", "p0");
        await box.Ok("stop", "p0", "p1");
        // With room again, what waits is started by itself.
        await box.UntilState($"p{started}", "online");
        // That the session's hard limit is low is told for as long as it is.
        var troubles = (await box.Status()).GetProperty("troubles").ToString();
        await Assert.That(troubles).DoesNotContain("descriptors are in use").And.Contains("hard limit nofile=64");
        await box.Ok("stop", "all");
    }

    [Test]
    public async Task With_no_pids_left_everything_still_answers(CancellationToken cancellation)
    {
        Tools.RequireRoot(); // to be somebody else, for whom there is a limit
        Tools.Require("setpriv");
        await using var box = new TspmBox(cancellation);
        var nobody = await AsAnother(box);
        var hog = await CProgram.Build(box, "hog", Hog);
        // The limit counts the threads of guardian and daemon, too.
        (await box.Shell($"prlimit --nproc=60:60 {nobody} tspm daemon start")).Exits(0);
        (await box.Shell($"{nobody} tspm start --name first -- sleep 1000")).Exits(0);
        (await box.Shell($"{nobody} tspm start --name hog -- {hog}")).Exits(0);
        var callers = Enumerable.Range(0, 12).Select(_ => new RawSocket(box, cancellation)).ToList();
        await box.UntilOut("hog", "full");
        // All at once: who makes threads only when they are wanted could not make them now.
        foreach (var caller in callers) await caller.Send("""{"jsonrpc":"2.0","id":1,"method":"list"}""" + "\n");
        foreach (var caller in callers)
            await Assert.That((await caller.Read())!.Value.GetProperty("result").GetRawText()).Contains("hog");
        callers.ForEach(caller => caller.Dispose());
        (await box.Shell($"{nobody} tspm start --name late -- sleep 1000")).Exits(1)
            .Says("cannot create a process: Resource temporarily unavailable");
        await Assert.That((await box.Shell($"{nobody} tspm list")).Exits(0).Out).Contains("first");
        await Assert.That((await box.Shell($"{nobody} tspm status")).Exits(0).Out)
            .Contains("no process can be started: cannot create a process");
        (await box.Shell($"{nobody} tspm stop hog")).Exits(0);
        await box.Until(async () =>
            (await box.Shell($"{nobody} tspm list late")).Out.Contains("online", StringComparison.Ordinal) ? "" : null,
                "what could not be started is");
        (await box.Shell($"{nobody} tspm daemon stop")).Exits(0);
    }

    /// <summary>
    /// Beyond so many descriptors it starts programs from another thread, and that may be wanted for the first time
    /// when there is none to be had.
    /// </summary>
    [Test]
    public async Task With_no_pids_and_many_descriptors_a_start_fails_like_any_other(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        Tools.Require("setpriv");
        await using var box = new TspmBox(cancellation);
        var nobody = await AsAnother(box);
        var hog = await CProgram.Build(box, "hog", Hog);
        (await box.Shell($"prlimit --nproc=120:120 {nobody} tspm daemon start")).Exits(0);
        (await box.Shell($"{nobody} tspm start --name first -i 35 -- sleep 1000")).Exits(0);
        (await box.Shell($"{nobody} tspm start --name hog -- {hog}")).Exits(0);
        await box.UntilOut("hog", "full");
        var (daemon, _) = await box.DaemonPids();
        await Assert.That(HasSpawner(daemon)).IsFalse();
        var callers = Enumerable.Range(0, 100).Select(_ => new RawSocket(box, cancellation)).ToList();
        foreach (var caller in callers) await caller.Call("ping");
        await Assert.That(Directory.GetFiles($"/proc/{daemon}/fd").Length).IsGreaterThan(256);
        (await box.Shell($"{nobody} tspm start --name late -- sleep 1000")).Exits(1)
            .Says("cannot create a process: Resource temporarily unavailable");
        (await box.Shell($"{nobody} tspm stop hog")).Exits(0);
        await box.Until(async () =>
            (await box.Shell($"{nobody} tspm list late")).Out.Contains("online", StringComparison.Ordinal) ? "" : null,
                "what could not be started is");
        await Assert.That((await box.DaemonPids()).Daemon).IsEqualTo(daemon);
        await Assert.That(HasSpawner(daemon)).IsTrue();
        callers.ForEach(caller => caller.Dispose());
        (await box.Shell($"{nobody} tspm daemon stop")).Exits(0);
    }

    static bool HasSpawner(int daemon) =>
        Directory.GetDirectories($"/proc/{daemon}/task").Any(task => File.ReadAllText(task + "/comm") == "spawn\n");

    /// <summary>Takes all pids there are, and says so.</summary>
    const string Hog = """
        #include <stdio.h>
        #include <unistd.h>
        int main(void) { for (;;) { pid_t p = fork(); if (p == 0) for (;;) pause(); if (p < 0) break; } puts("full"); fflush(stdout); for (;;) pause(); }
        """;

    [Test]
    public async Task In_a_home_that_became_read_only_verbs_take_effect_and_say_that_nothing_is_saved(
        CancellationToken cancellation)
    {
        Tools.RequireRoot(); // permissions do not hold root back
        Tools.Require("setpriv");
        await using var box = new TspmBox(cancellation);
        var nobody = await AsAnother(box);
        (await box.Shell($"{nobody} tspm start --name a -- sleep 1000")).Exits(0);
        (await box.Shell($"{nobody} tspm start --name w -- sh -c 'while :; do echo x; sleep 0.02; done'")).Exits(0);
        await box.Shell("chmod 0500 h h/run h/logs; chmod 0400 h/processes.json h/run/*.json");
        (await box.Shell($"{nobody} tspm stop a")).Exits(1).Says("not saved: Permission denied");
        await Assert.That((await box.Shell($"{nobody} tspm list a")).Exits(0).Out).Contains("stopped");
        await Assert.That((await box.Shell($"{nobody} tspm status")).Exits(0).Out).Contains("not saved");
        await Assert.That((await box.Shell($"{nobody} tspm logs w --lines 1")).Exits(0).Out).Contains("x");
        (await box.Shell($"{nobody} tspm start a")).Exits(1);
        await box.Shell("chmod 0700 h h/run h/logs; chmod 0600 h/processes.json h/run/*.json");
        await box.Until(async () =>
            (await box.Shell($"{nobody} tspm status --json")).Out.Contains("\"troubles\":[]", StringComparison.Ordinal)
                ? ""
                : null, "nothing troubles the daemon any more");
        (await box.Shell($"{nobody} tspm start a")).Exits(0);
        await Assert.That(File.ReadAllText(Path.Combine(box.Home, "processes.json"))).Contains("\"a\"");
        (await box.Shell($"{nobody} tspm daemon stop")).Exits(0);
    }

    [Test]
    public async Task The_daemon_is_killed_late_for_want_of_memory_and_its_children_are_not(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        if ((await box.Shell("echo -900 > /proc/self/oom_score_adj")).ExitCode != 0)
            Skip.Test("SKIPPED: this user may not lower the score");
        var own = File.ReadAllText("/proc/self/oom_score_adj");
        await box.Ok("start", "--name", "c", "--", "sh", "-c", "sleep 1000 & echo $!; wait");
        var grandchild = int.Parse(await box.UntilOut("c", "\n"));
        var (daemon, guardian) = await box.DaemonPids();
        foreach (var pid in new[] { daemon, guardian })
            await Assert.That(File.ReadAllText($"/proc/{pid}/oom_score_adj")).IsEqualTo("-900\n");
        foreach (var pid in new[] { await box.PidOf("c"), grandchild })
            await Assert.That(File.ReadAllText($"/proc/{pid}/oom_score_adj")).IsEqualTo(own);
        // The next daemon inherits the low score; what it starts does not.
        LiveProcess.Kill(daemon);
        await box.Until(async () => await box.Run("restart", "c") is { ExitCode: 0 } ran ? ran : null,
            "it was restarted by another daemon");
        await Assert.That(File.ReadAllText($"/proc/{await box.PidOf("c")}/oom_score_adj")).IsEqualTo(own);
        await box.Ok("stop", "c");
    }

    /// <summary>
    /// Gives the box to a user without rights, of its own because limits count per user. The result goes before a
    /// command.
    /// </summary>
    static async Task<string> AsAnother(TspmBox box)
    {
        var uid = FirstUid + Interlocked.Increment(ref s_users);
        (await box.Shell($"chown {uid}:{uid} '{box.Folder}'")).Exits(0);
        var prefix = $"setpriv --reuid={uid} --regid={uid} --clear-groups";
        if ((await box.Shell($"{prefix} test -x '{PublishedExecutable.Path}'")).ExitCode != 0)
            Skip.Test("SKIPPED: the executable lies where other users may not go");
        return prefix;
    }

    /// <summary>Above those that systems give away; nobody else has it.</summary>
    static readonly int FirstUid = 200_000 + Environment.ProcessId % 10_000 * 10;

    static int s_users;
}
