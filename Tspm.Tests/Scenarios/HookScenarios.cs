using System.Text.Json;
using System.Text.Json.Nodes;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Hooks as real programs: good ones, ones that hang, and ones that hide.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class HookScenarios
{
    static string Config(string name, string command, JsonObject hooks, JsonObject? restart = null) => new JsonObject
    {
        ["processes"] = new JsonArray(new JsonObject
        {
            ["name"] = name,
            ["command"] = command,
            ["hooks"] = hooks,
            ["restart"] = restart ?? new JsonObject
            {
                ["delayMs"] = 50,
            },
        }),
    }.ToJsonString();

    [Test]
    public async Task Hooks_run_around_a_process_and_are_told_as_JSON(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("p.json", Config("web", "sh -c 'echo run >> order; read x < go; exit 9'", new JsonObject
        {
            ["preStart"] = "echo pre $TSPM_HOOK $TSPM_NAME >> order",
            ["postStop"] = "echo post >> order",
            ["onCrash"] = "cat > crash.json",
            ["onOnline"] = "cat >> online.json",
        }, new JsonObject { ["policy"] = "never" }));
        await box.RunProgram("mkfifo", "go");
        await box.Ok("start", "p.json");
        await box.UntilFile("order", "run\n");
        await box.RunProgram("sh", "-c", "echo x > go");
        var crash = JsonDocument.Parse(await box.UntilFile("crash.json", "\n")).RootElement;
        await Assert.That((crash.GetProperty("kind").GetString(), crash.GetProperty("exitCode").GetInt32(),
            crash.GetProperty("name").GetString())).IsEqualTo(("exited", 9, "web"));
        await box.UntilState("web", "stopped");
        await Assert.That(File.ReadAllText(Path.Combine(box.Folder, "order")))
            .IsEqualTo("pre preStart web\nrun\npost\n");
        await Assert.That(JsonDocument.Parse(await box.UntilFile("online.json",
            "\n")).RootElement.GetProperty("to").GetString()).IsEqualTo("online");
    }

    [Test]
    public async Task A_preStart_that_fails_says_so_and_its_process_is_never_run(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("p.json",
            Config("web", "touch ran", new JsonObject { ["preStart"] = "exit 5" },
                new JsonObject { ["delayMs"] = 20, ["maxConsecutive"] = 3 }));
        (await box.Run("start", "p.json")).Exits(1).Says("preStart exited 5");
        await box.UntilState("web", "errored");
        await Assert.That((await box.Get("web")).Reason).Contains("preStart exited 5");
        await Assert.That(File.Exists(Path.Combine(box.Folder, "ran"))).IsFalse();
        await Assert.That((await box.Ok("why", "web",
            "--json")).Json.GetProperty("exits")[0].GetProperty("cause").GetString()).IsEqualTo("spawn");
    }

    [Test]
    public async Task A_hook_that_hangs_and_hides_is_killed_with_all_that_it_started(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("hide.sh",
            "setsid sh -c 'echo $$ >> pids; exec sleep 1000' & echo $$ >> pids; trap '' TERM; while :; do sleep 0.1; "
                + "done\n");
        box.Write("p.json",
            Config("web", "sleep 1000", new JsonObject { ["onOnline"] = "sh hide.sh", ["timeoutMs"] = 700 }));
        await box.Ok("start", "p.json");
        await box.Until(() =>
            File.Exists(Path.Combine(box.Folder, "pids"))
                && File.ReadAllLines(Path.Combine(box.Folder, "pids")).Length == 2, "both run");
        foreach (var pid in File.ReadAllLines(Path.Combine(box.Folder, "pids"))) await box.UntilGone(int.Parse(pid));
        await Assert.That((await box.Get("web")).IsOnline).IsTrue();
        await Assert.That((await box.Ok("events", "web")).Out)
            .Contains("onOnline did not end within 700 ms and was killed");
    }

    [Test]
    public async Task A_stop_during_preStart_is_done_at_once(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("p.json", Config("web", "touch ran", new JsonObject { ["preStart"] = "echo $$ > pid; sleep 1000" }));
        await box.Ok("start", "p.json", "--no-wait");
        var pid = int.Parse((await box.UntilFile("pid", "\n")).Trim());
        await box.Ok("stop", "web");
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
        await Assert.That((await box.Get("web")).State).IsEqualTo("stopped");
        await Assert.That(File.Exists(Path.Combine(box.Folder, "ran"))).IsFalse();
    }

    [Test]
    public async Task The_death_of_the_daemon_during_hooks_leaves_none_and_starts_nothing_twice(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("p.json",
            Config("web", "sh -c 'echo $$ >> ran; exec sleep 1000'",
                new JsonObject { ["preStart"] = "echo $$ >> pre; test -e go || sleep 1000" }));
        box.Write("q.json",
            Config("told", "sleep 1000", new JsonObject { ["onOnline"] = "echo $$ >> online; sleep 1000" }));
        await box.Ok("start", "p.json", "--no-wait");
        await box.Ok("start", "q.json");
        var first = int.Parse((await box.UntilFile("pre", "\n")).Trim());
        var online = int.Parse((await box.UntilFile("online", "\n")).Trim());
        box.Write("go", "");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await box.UntilState("web", "online");
        await box.UntilGone(first);
        await box.UntilGone(online);
        await Assert.That(File.ReadAllLines(Path.Combine(box.Folder, "pre")).Length).IsEqualTo(2);
        await box.UntilFile("ran", "\n");
        await Assert.That(File.ReadAllLines(Path.Combine(box.Folder, "ran")).Length).IsEqualTo(1);
        await Assert.That((await box.Get("told")).IsOnline).IsTrue();
    }

    [Test]
    public async Task When_every_tspm_process_is_killed_the_next_daemon_ends_their_hooks(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("q.json",
            Config("told", "sleep 1000", new JsonObject { ["onOnline"] = "echo $$ >> online; sleep 1000" }));
        await box.Ok("start", "q.json");
        var online = int.Parse((await box.UntilFile("online", "\n")).Trim());
        var child = await box.PidOf("told");
        var pids = await box.DaemonPids();
        LiveProcess.Kill(pids.Guardian);
        await box.UntilGone(pids.Daemon);
        await Assert.That(LiveProcess.IsAlive(online)).IsTrue();
        await box.Ok("daemon", "start");
        await box.UntilGone(online);
        await Assert.That(await box.PidOf("told")).IsEqualTo(child);
    }
}
