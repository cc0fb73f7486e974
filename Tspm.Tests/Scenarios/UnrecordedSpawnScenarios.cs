using System.Globalization;
using Tspm.Libc;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Guardian and daemon are killed between the start of a child and the record of it.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class UnrecordedSpawnScenarios
{
    const string Unknown = "it is not known whether it ran or how it ended";

    /// <summary>
    /// Leaves a process that writes elsewhere, on the first run, and dies; on the second it stays.
    /// </summary>
    static string LeavesOneBehind(string launcher) => $$"""
        echo $$ >> runs
        if [ -e left ]; then while :; do sleep 0.05; done; fi
        {{launcher}} sh -c 'exec > /dev/null 2>&1; echo $$ > left.new; mv left.new left; while :; do sleep 0.05; done' &
        while [ ! -e left ]; do sleep 0.01; done
        kill -9 $$
        """;

    [Test]
    public async Task What_the_child_left_behind_ends_before_the_next_one_and_its_end_is_called_unknown(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await StartAndDie(box, "always", LeavesOneBehind("env -i PATH=$PATH"));
        var left = int.Parse(await box.UntilFile("left", "\n"), CultureInfo.InvariantCulture);
        Reap(First(box));
        await Assert.That(LiveProcess.IsAlive(left)).IsTrue();

        await box.Ok("daemon", "start");
        await box.UntilGone(left);
        await box.Until("web", entry => entry.Pid is { } pid && Runs(box).Contains(pid), "the next child runs");
        await Assert.That(Runs(box).Count).IsEqualTo(2);
        var exit = (await box.Ok("describe", "web", "--json")).Json.GetProperty("recentExits")[0];
        await Assert.That(exit.GetProperty("reason").GetString()!).Contains(Unknown);
        var why = (await box.Ok("why", "web")).Out;
        await Assert.That(why).Contains(Unknown).And.DoesNotContain("pid 0");
        await Assert.That((await box.Ok("describe", "web")).Out).DoesNotContain("pid 0");
        await Assert.That((await box.Ok("events")).Out).DoesNotContain("pid 0");
    }

    [Test]
    public async Task A_job_that_may_have_run_is_not_run_again_by_itself(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await StartAndDie(box, "never", "echo $$ >> runs; exit 0");
        Reap(First(box));

        await box.Ok("daemon", "start");
        var entry = await box.UntilState("web", "stopped");
        await Assert.That(entry.Reason).Contains("is not known");
        await Assert.That(Runs(box).Count).IsEqualTo(1);
        await Assert.That((await box.Ok("start", "web")).ExitCode).IsEqualTo(0);
        await box.Until(() => Runs(box).Count == 2, "it runs when it is asked for");
    }

    /// <summary>Nobody can tell whether it is the child or what the child has left.</summary>
    [Test]
    public async Task A_server_in_a_session_of_its_own_is_watched_from_then_on(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await StartAndDie(box, "always", LeavesOneBehind("setsid"));
        var left = int.Parse(await box.UntilFile("left", "\n"), CultureInfo.InvariantCulture);
        Reap(First(box));

        await box.Ok("daemon", "start");
        await Assert.That((await box.UntilState("web", "online")).Pid).IsEqualTo(left);
        await Assert.That(Runs(box).Count).IsEqualTo(1);
        await box.Ok("stop", "web");
        await box.UntilGone(left);
    }

    [Test]
    public async Task A_living_child_without_output_is_not_started_twice(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await StartAndDie(
            box, "always", "exec > /dev/null 2>&1; echo $$ >> runs; while :; do sleep 0.05; done");
        var first = First(box);

        await box.Ok("daemon", "start");
        await Assert.That((await box.UntilState("web", "online")).Pid).IsEqualTo(first);
        await Assert.That(Runs(box).Count).IsEqualTo(1);
    }

    /// <summary>
    /// As init does when its guardian is gone, and at once: before that, the kernel of Linux 6.15 would know how it
    /// ended.
    /// </summary>
    static unsafe void Reap(int pid)
    {
        int status;
        if (SysWait.wait4(pid, &status, 0, null) != pid)
            throw new InvalidOperationException($"{pid} was not ours to reap");
    }

    static async Task StartAndDie(TspmBox box, string policy, string script)
    {
        if (SysPrctl.prctl(SysPrctl.PR_SET_CHILD_SUBREAPER, 1) != 0)
            throw new InvalidOperationException("not a subreaper");
        using var injector = await FaultInjector.Build(box);
        var ran = await Programs.Run(
            PublishedExecutable.Path, ["daemon", "start"], injector.Variables, box.Folder, CancellationToken.None);
        ran.Exits(0);
        box.Write("web.sh", script);
        await box.Ok("add", "--name", "web", "--restart", policy, "--restart-delay", "0", "--", "sh", "web.sh");
        injector.Arm(FaultInjector.Fault.KillBothAfter, FaultInjector.Calls.Processes, number: 1);
        await box.Run("start", "web");
        await Assert.That(injector.Disarm().IsHit).IsTrue();
        await box.UntilFile("runs", "\n");
    }

    static List<int> Runs(TspmBox box) => [.. TspmBox.Text(Path.Combine(box.Folder, "runs"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(static pid => int.Parse(pid, CultureInfo.InvariantCulture))];

    static int First(TspmBox box) => Runs(box)[0];
}
