using System.Diagnostics;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Programs that do all they can to outlive a stop: none does, with and without cgroups.</summary>
[Timeout(60_000), NotInParallel("fork bombs")]
public class TreeTests
{
    /// <summary>
    /// Ignores every polite signal, and multiplies in sessions of its own and by double forks. A limit of processes,
    /// that of a user who has no others, is all that holds it. (In C, because a shell that cannot fork ends, and such a
    /// bomb goes out by itself.)
    /// </summary>
    const string Bomb = """
        #include <signal.h>
        #include <stdio.h>
        #include <unistd.h>
        int main(void) {
            signal(SIGTERM, SIG_IGN); signal(SIGINT, SIG_IGN); signal(SIGHUP, SIG_IGN); signal(SIGCHLD, SIG_IGN);
            puts("up"); fflush(stdout);
            if (fork() > 0) for (;;) pause();
            for (;;) {
                if (fork() == 0) { setsid(); if (fork() > 0) _exit(0); }
                usleep(20000);
            }
        }
        """;

    /// <summary>
    /// Much longer than promised (the stop timeout and a second): this machine is busy with other tests as well.
    /// </summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), ListPatience = TimeSpan.FromSeconds(3);

    [Test]
    [Arguments(false, 54311)]
    [Arguments(true, 54312)]
    public async Task A_fork_bomb_that_ignores_TERM_leaves_no_survivor(bool inCgroup, int user,
        CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        using var cgroup = inCgroup ? new CgroupBox(box) : null;
        await Begin(box, user);
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 10; i++)
        {
            var asked = Stopwatch.GetTimestamp();
            await box.List();
            if (Stopwatch.GetElapsedTime(asked) is var took && took > slowest) slowest = took;
        }
        await Assert.That(slowest).IsLessThan(ListPatience);
        var began = Stopwatch.GetTimestamp();
        await box.Ok("stop", "bomb");
        var stopped = Stopwatch.GetElapsedTime(began);
        await Assert.That(Survivors(box)).IsEmpty();
        Console.WriteLine($"cgroup {inCgroup}: the slowest of 10 lists took {slowest.TotalMilliseconds:0} ms, the "
            + $"stop {stopped.TotalMilliseconds:0} ms with a timeout of 1000 ms");
        await Assert.That(stopped).IsLessThan(Patience);
        if (cgroup is not null) await Assert.That(Directory.EnumerateDirectories(cgroup.Folder)).IsEmpty();
    }

    [Test]
    [Arguments(false, 54313)]
    [Arguments(true, 54314)]
    public async Task A_fork_bomb_whose_process_crashes_leaves_no_survivor(bool inCgroup, int user,
        CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        using var cgroup = inCgroup ? new CgroupBox(box) : null;
        await Begin(box, user);
        var began = Stopwatch.GetTimestamp();
        LiveProcess.Kill(await box.PidOf("bomb"));
        await box.UntilState("bomb", "stopped");
        Console.WriteLine($"cgroup {inCgroup}: swept {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms after "
            + "the crash");
        await Assert.That(Survivors(box)).IsEmpty();
    }

    static async Task Begin(TspmBox box, int user)
    {
        var program = await CProgram.Build(box, "bomb", Bomb);
        File.SetUnixFileMode(box.Folder, (UnixFileMode)0x1ED); // everybody may enter
        box.Write("bomb.json", $$"""
            { "processes": [{ "name": "bomb", "command": "{{program}}", "user": "{{user}}", "group": "{{user}}", "limits": { "nproc": 40 }, "restart": { "policy": "never" }, "stop": { "timeoutMs": 1000 } }] }
            """);
        await box.Ok("start", "bomb.json");
        await box.UntilOut("bomb", "up");
        await box.Until(() => Survivors(box).Count >= 25, "the bomb has multiplied");
    }

    static IReadOnlyList<int> Survivors(TspmBox box) =>
        [.. LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Where(pid =>
            LiveProcess.CommandOf(pid).EndsWith("/bomb", StringComparison.Ordinal))];

    /// <summary>Without a cgroup this one is the documented limit.</summary>
    [Test]
    public async Task In_a_cgroup_not_even_a_wiped_environment_hides_a_process_and_daemons_come_and_go(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var cgroup = new CgroupBox(box);
        box.Write("hide.sh",
            "env -i setsid sh -c 'trap \"\" TERM; echo $$ > hidden; while :; do sleep 0.05; done' & echo up; exec "
                + "sleep 1000");
        await box.Ok("start", "sh hide.sh", "--name", "hide", "--kill-timeout", "500ms", "--restart", "never");
        var pid = await box.PidOf("hide");
        await Assert.That(File.ReadAllText($"/proc/{pid}/cgroup")).Contains("/tspm-test-");
        var hidden = int.Parse(await box.UntilFile("hidden", "\n"));
        await Assert.That(cgroup.Members()).Contains(hidden);
        var (daemon, guardian) = await box.DaemonPids();
        await Assert.That(cgroup.Members()).DoesNotContain(daemon);
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);
        await box.UntilState("hide", "online");
        await Assert.That(await box.PidOf("hide")).IsEqualTo(pid);
        await box.Ok("stop", "hide");
        await Assert.That(LiveProcess.IsAlive(hidden)).IsFalse();
        await Assert.That(Directory.EnumerateDirectories(cgroup.Folder)).IsEmpty();

        await box.Ok("set", "hide", "stop.killTree=false");
        File.Delete(Path.Combine(box.Folder, "hidden"));
        await box.Ok("start", "hide");
        hidden = int.Parse(await box.UntilFile("hidden", "\n"));
        await box.Ok("stop", "hide");
        await Assert.That(LiveProcess.IsAlive(hidden)).IsTrue();
        LiveProcess.Kill(hidden);
        await box.UntilGone(hidden);
    }

    [Test]
    public async Task What_may_stay_behind_is_not_taken_for_the_child_by_the_next_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "--name", "fork", "--restart", "never", "--", "sh", "-c",
            "setsid sh -c 'echo $$ > left; exec sleep 1000' & exit 0");
        await box.Ok("set", "fork", "stop.killTree=false");
        await box.Ok("start", "fork", "--no-wait");
        await box.UntilState("fork", "stopped");
        var left = int.Parse(await box.UntilFile("left", "\n"));
        await Assert.That(LiveProcess.IsAlive(left)).IsTrue();
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);
        var fork = await box
            .Until(async () =>
                await box.Run("list", "fork", "--json") is { ExitCode: 0 } ran ? new Entry(ran.Json[0]) : null,
                    "a daemon answers");
        await Assert.That((fork.State, fork.Pid)).IsEqualTo(("stopped", (int?)null));
        await Assert.That((await box.Ok("describe", "fork", "--json")).Json.GetProperty("recentExits").GetArrayLength())
            .IsEqualTo(1);
        await Assert.That(LiveProcess.IsAlive(left)).IsTrue();
        LiveProcess.Kill(left);
        await box.UntilGone(left);
    }

    [Test]
    public async Task A_cgroup_that_cannot_be_used_is_said_and_processes_run_all_the_same(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(box.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(box.Home, "settings.json"), """{ "cgroup": "/nowhere/at/all" }""");
        await box.Ok("start", "sleep 1000", "--name", "web");
        await Assert.That((await box.Status()).GetProperty("troubles").ToString())
            .Contains("cgroup /nowhere/at/all cannot be used");
        File.WriteAllText(Path.Combine(box.Home, "settings.json"), """{ "cgroup": "on" }""");
        await box.Ok("daemon", "restart");
        await Assert.That((await box.Status()).GetProperty("troubles").ToString())
            .Contains("cgroup must be auto, off or an absolute path");
    }
}
