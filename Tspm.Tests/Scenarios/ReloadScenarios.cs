using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>reload</c> on real programs: nobody is refused, nothing is lost, and a version that does not work changes
/// nothing.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class ReloadScenarios
{
    [Test]
    public async Task A_node_cluster_is_replaced_under_load_and_a_version_that_never_gets_ready_is_not(
        CancellationToken cancellation)
    {
        _ = Tools.Node;
        await using var box = new TspmBox(cancellation);
        box.Write("server.js", ListenerScenarios.NodeServer);
        var address = SteadyRequests.FreeAddress();
        await box.Ok("start", "node server.js", "--name", "web", "-i", "4", "--listen", $"{address}");
        var before = await box.List("web");
        var requests = SteadyRequests.Begin(address, cancellation);
        await requests.More(box, 100);

        var reloaded = await box.Ok("reload", "web");
        var after = await box.List("web");
        await Assert.That(after.All(entry => entry is { IsOnline: true, Restarts: 1 })).IsTrue();
        await Assert.That(after.Select(entry => entry.Pid).Intersect(before.Select(entry => entry.Pid))).IsEmpty();
        foreach (var entry in after) await Assert.That(reloaded.Out).Contains($"online (pid {entry.Pid})");
        foreach (var entry in before) await Assert.That(LiveProcess.IsAlive(entry.Pid!.Value)).IsFalse();
        await requests.More(box, 100);

        // The next version breaks.
        box.Write("server.js", "console.error('cannot find module'); setTimeout(() => process.exit(1), 100);");
        var refused = await box.Run("reload", "web", "--json");
        refused.Exits(1);
        var same = await box.List("web");
        await Assert.That(same.Select(entry => entry.Pid).ToList())
            .IsEquivalentTo(after.Select(entry => entry.Pid).ToList());
        var outcomes = refused.Json.GetProperty("processes").EnumerateArray().ToList();
        await Assert.That(outcomes[0].GetProperty("error").GetString())
            .IsEqualTo($"the new one exited 1 before it was ready; the old one keeps running (pid {after[0].Pid})");
        await Assert.That(outcomes[0].GetProperty("lastLines").EnumerateArray().Select(line => line.GetString()))
            .Contains("cannot find module");
        await Assert.That(outcomes[3].GetProperty("error").GetString())
            .IsEqualTo("not reloaded, because web:0 could not be reloaded");
        await requests.More(box, 100);
        await Assert.That(await requests.End()).IsEqualTo("");
        foreach (var entry in after) await Assert.That(requests.Answers.Keys).Contains($"pid {entry.Pid}\n");
    }

    [Test]
    public async Task A_preStart_decides_whether_a_new_child_comes(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("tspm.json", """{ "processes": [ { "name": "web", "command": "sleep 1000", "hooks": { "preStart": "sh -c 'echo run >> runs; test ! -e broken && { test ! -e slow || sleep 1000; }'" } } ] }""");
        await box.Ok("start", "tspm.json");
        var old = await box.PidOf("web");
        box.Write("broken", "");
        (await box.Run("reload", "web")).Exits(1).Says($"preStart exited 1; the old one keeps running (pid {old})");
        await Assert.That(await box.PidOf("web")).IsEqualTo(old);
        File.Delete(Path.Combine(box.Folder, "broken"));
        await box.Ok("reload", "web");
        var young = await box.PidOf("web");
        await Assert.That(young).IsNotEqualTo(old);
        await Assert.That(File.ReadAllLines(Path.Combine(box.Folder, "runs")).Length).IsEqualTo(3);
        // One that hangs ends with what makes it needless.
        box.Write("slow", "");
        await box.Ok("reload", "web", "--no-wait");
        await box.Until(() => File.ReadAllLines(Path.Combine(box.Folder, "runs")).Length == 4, "preStart runs again");
        await box.Ok("stop", "web");
        await Assert.That(LiveProcess.IsAlive(young)).IsFalse();
        await box.Until(() =>
            LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").All(pid =>
                !LiveProcess.CommandOf(pid).Contains("sleep", StringComparison.Ordinal)),
                    "the hook is gone with all of it");
    }

    [Test]
    public async Task Kill_9_of_the_daemon_and_an_upgrade_in_the_middle_leave_exactly_one(
        CancellationToken cancellation)
    {
        _ = Tools.Node;
        await using var box = new TspmBox(cancellation);
        box.Write("server.js",
            ListenerScenarios.NodeServer.Replace("() => server.close()",
                "() => setTimeout(() => process.exit(0), 2000)", StringComparison.Ordinal));
        var address = SteadyRequests.FreeAddress();
        var go = box.Write("go", "");
        await box.Ok("start", "node server.js", "--name", "web", "--listen", $"{address}", "--ready",
            "exec:test -e go");
        var requests = SteadyRequests.Begin(address, cancellation);
        for (var stage = 0; stage < 3; stage++)
        {
            var before = await box.PidOf("web");
            if (stage == 1) box.Write("go", "");
            else File.Delete(go);
            await box.Ok("reload", "web", "--no-wait");
            // One that is ready soon may have taken over, and the old one be gone, before anybody looks.
            if (stage != 1) await box.Until(() => Servers(box).Count == 2, "the new one is there");
            // While the new one is starting; while the old one is leaving; the same in an upgrade.
            if (stage == 1) await box.Until("web", entry => entry.Pid != before, "the new one took over");
            if (stage < 2)
            {
                var (daemon, _) = await box.DaemonPids();
                LiveProcess.Kill(daemon);
            }
            else await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "new/tspm"));
            await box.Until(() => Servers(box).Count == 1, "one is left");
            var left = await box.UntilState("web", "online");
            await Assert.That(Servers(box)).IsEquivalentTo([left.Pid!.Value]);
            await Assert.That(left.Pid == before).IsEqualTo(stage != 1);
        }
        await Assert.That(await SteadyRequests.Ask(address)).IsEqualTo($"pid {await box.PidOf("web")}\n");
        await box.Ok("stop", "web");
        await Assert.That(Servers(box)).IsEmpty();
        _ = await requests.End();
    }

    [Test]
    public async Task Lines_of_both_go_into_the_same_log_and_none_is_lost(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("writer.sh", """
            trap 'over=yes' TERM
            i=0
            while [ -z "$over" ]; do i=$((i+1)); echo "$$ line $i"; sleep 0.01; done
            echo "$$ last $i"
            """); // not in the trap: it may come between the number and its line
        await box.Ok("start", "sh writer.sh", "--name", "w");
        var old = await box.PidOf("w");
        await box.UntilOut("w", $"{old} line 50\n");
        await box.Ok("reload", "w");
        var young = await box.PidOf("w");
        await box.UntilOut("w", $"{young} line 200\n");
        await box.Ok("stop", "w");
        var lines = File.ReadAllLines(box.OutLog("w"));
        foreach (var pid in new[] { old, young })
        {
            var mine = lines.Where(line => line.StartsWith($"{pid} line ", StringComparison.Ordinal)).ToList();
            await Assert.That(mine)
                .IsEquivalentTo(Enumerable.Range(1, mine.Count).Select(i => $"{pid} line {i}").ToList());
            await Assert.That(lines).Contains($"{pid} last {mine.Count}");
        }
    }

    [Test]
    public async Task What_the_new_one_left_to_itself_lives_when_the_old_one_is_swept(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("parent.sh", "setsid sh -c 'sleep 1000 & echo orphan $!' ; echo ready; exec sleep 2000");
        await box.Ok("start", "sh parent.sh", "--name", "p", "--ready", "delay:1500ms");
        var first = Orphan(await box.UntilOut("p", "ready"));
        await box.Ok("reload", "p");
        var second = Orphan((await box.UntilOut("p", "ready"))[10..]);
        await Assert.That(second).IsNotEqualTo(first);
        await Assert.That((LiveProcess.IsAlive(first), LiveProcess.IsAlive(second))).IsEqualTo((false, true));
        await box.Ok("stop", "p");
        await Assert.That(LiveProcess.IsAlive(second)).IsFalse();

        static int Orphan(string text) =>
            int.Parse(text.Split("orphan ")[^1].Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Test]
    public async Task In_a_cgroup_of_its_own_the_new_one_outlives_the_sweep_of_the_old_one(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var cgroup = new CgroupBox(box);
        await box.Ok("start", "sleep 1000", "--name", "web", "--restart", "never");
        var old = await box.PidOf("web");
        await box.Ok("reload", "web");
        var (web, exits) = (await box.Get("web"),
            (await box.Ok("describe", "web", "--json")).Json.GetProperty("recentExits").GetArrayLength());
        await Assert.That((web.IsOnline, web.Pid == old, exits)).IsEqualTo((true, false, 1));
        await Assert.That(cgroup.Members()).Contains(web.Pid!.Value).And.DoesNotContain(old);
        await box.Ok("stop", "web");
        await Assert.That(cgroup.Members()).IsEmpty();
    }

    [Test]
    public async Task By_signal_the_same_child_reads_its_config_again(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("server.sh", "trap 'echo config read again' HUP; echo ready; while :; do sleep 0.02; done");
        box.Write("apps.json", """{ "processes": [ { "name": "s", "command": "sh server.sh", "reload": { "mode": "signal" }, "ready": { "log": "ready" } } ] }""");
        await box.Ok("start", "apps.json");
        var pid = await box.PidOf("s");
        var reloaded = await box.Ok("reload", "s");
        await Assert.That(reloaded.Out).IsEqualTo($"s: online (pid {pid})\n");
        await Assert.That(reloaded.Err)
            .IsEqualTo($"s: sent SIGHUP to pid {pid}, as set by reload.mode; the process keeps running\n");
        await box.UntilOut("s", "config read again");
        await Assert.That((await box.Get("s")).Restarts).IsEqualTo(0);
        await box.Ok("stop", "s");
        var started = await box.Ok("reload", "all");
        await Assert.That(started.Err).IsEqualTo("s was not online, so it is started instead of reloaded\n");
        await box.UntilState("s", "online");
        (await box.Run("reload", "nobody")).Exits(3);
        (await box.Run("reload")).Exits(2);
        (await box.Run("reload", "s:7")).Exits(3);
    }

    /// <summary>Living servers of this home.</summary>
    static List<int> Servers(TspmBox box) =>
        [.. LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Where(pid =>
            LiveProcess.CommandOf(pid).StartsWith("node", StringComparison.Ordinal))];
}
