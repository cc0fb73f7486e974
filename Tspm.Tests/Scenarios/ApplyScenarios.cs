using System.Text.Json;
using System.Text.Json.Nodes;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Config files that the daemon is made to match.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ApplyScenarios
{
    static string File(params string[] processes) => $$"""{ "processes": [ {{string.Join(", ", processes)}} ] }""";

    static string P(string name, string more = "", string command = "sleep 1000") => $$"""{ "name": "{{name}}", "command": "{{command}}"{{more}} }""";

    static async Task<Dictionary<string, int?>> Pids(TspmBox box) =>
        (await box.List()).ToDictionary(entry => $"{entry.Name}:{entry.Instance}", entry => entry.Pid);

    [Test]
    public async Task One_key_of_one_of_ten_is_edited_and_nine_pids_stay(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var names = Enumerable.Range(0, 10).Select(number => $"p{number}").ToArray();
        box.Write("tspm.json", File([.. names.Select(name => P(name, """, "env": { "KEY": "a" }"""))]));
        (await box.Ok("apply", "tspm.json")).Exits(0);
        var before = await Pids(box);
        await Assert.That(before.Values.All(pid => pid is not null)).IsTrue();
        box.Write("tspm.json", File([.. names.Select(name => P(name, name == "p4" ? """, "env": { "KEY": "b" }""" : """, "env": { "KEY": "a" }"""))]));
        var plan = await box.Ok("plan", "tspm.json");
        await Assert.That(plan.Out).IsEqualTo("change p4: env.KEY; restarts it\nunchanged: 9\n");
        await Assert.That((await Pids(box)).SequenceEqual(before)).IsTrue();
        var applied = await box.Ok("apply", "tspm.json");
        await Assert.That(applied.Out).StartsWith(plan.Out);
        var after = await Pids(box);
        await Assert.That(after.Where(entry => before[entry.Key] != entry.Value).Select(entry => entry.Key))
            .IsEquivalentTo(["p4:0"]);
        await Assert.That(LiveProcess.EnvironmentOf(after["p4:0"]!.Value)["KEY"]).IsEqualTo("b");
        await Assert.That((await box.Ok("plan", "tspm.json")).Out).IsEqualTo("unchanged: 10\n");
    }

    [Test]
    public async Task Logs_and_restart_policy_restart_nothing_and_take_effect(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        const string Chatty = "i=0; while :; do i=$((i+1)); echo line $i of a chatty program; sleep 0.005; done";
        box.Write("a.json", File(P("a", command: Chatty)));
        await box.Ok("apply", "a.json");
        var before = await Pids(box);
        box.Write("a.json", File(P("a", """, "log": { "maxSizeBytes": 1000, "keep": 2 }, "restart": { "delayMs": 7, "maxConsecutive": 3 }, "stop": { "timeoutMs": 500 }, "memoryLimitBytes": 900000000""", Chatty)));
        var ran = await box.Ok("apply", "a.json");
        await Assert.That(ran.Out)
            .Contains("change a: log.keep, log.maxSizeBytes, memoryLimitBytes, restart.delayMs, "
                + "restart.maxConsecutive, stop.timeoutMs\n");
        await box.Until(() => System.IO.File.Exists(box.OutLog("a") + ".1"), "the log is rotated by the new rule");
        await Assert.That((await Pids(box)).SequenceEqual(before)).IsTrue();
    }

    [Test]
    public async Task It_creates_scales_deletes_and_waits_until_all_is_ready(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("one.json", File(P("keep"), P("grow"), P("old")));
        await box.Ok("apply", "one.json");
        var before = await Pids(box);
        box.Write("two.json", File(P("keep"), P("grow", """, "instances": 3"""), P("new", """, "ready": { "delayMs": 300 }, "dependsOn": [{ "name": "keep" }]""")));
        await Assert.That((await box.Ok("plan", "two.json")).Out)
            .IsEqualTo("change grow: instances\ncreate new\nunchanged: 1\n");
        var plan = await box.Ok("plan", "two.json", "--prune");
        await Assert.That(plan.Out).IsEqualTo("change grow: instances\ncreate new\ndelete old\nunchanged: 1\n");
        var ran = (await box.Ok("apply", "two.json", "--prune", "--json")).Json;
        await Assert.That(ran.GetProperty("success").GetBoolean()).IsTrue();
        await Assert.That(string.Join(' ',
            ran.GetProperty("steps").EnumerateArray().Select(step =>
                $"{step.GetProperty("action")}:{step.GetProperty("name")}")))
                    .IsEqualTo("keep:keep change:grow create:new delete:old");
        var after = await box.List();
        await Assert.That(string.Join(' ', after.Select(entry => $"{entry.Name}:{entry.Instance}:{entry.State}")))
            .IsEqualTo("keep:0:online grow:0:online grow:1:online grow:2:online new:0:online");
        await Assert.That(after[0].Pid).IsEqualTo(before["keep:0"]);
        await Assert.That(after[1].Pid).IsEqualTo(before["grow:0"]);
        await Assert.That(LiveProcess.IsAlive(before["old:0"]!.Value)).IsFalse();
    }

    [Test]
    public async Task One_bad_entry_and_nothing_is_done(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("good.json", File(P("a")));
        await box.Ok("apply", "good.json");
        var before = await Pids(box);
        foreach (var (bad, said) in new[]
        {
            (File(P("a", command: "sleep 5"), P("b", """, "nice": 99""")), "nice"),
            (File(P("a", command: "sleep 5"), P("b", """, "dependsOn": [{ "name": "nobody" }]""")), "nobody"),
            (File(P("a", """, "dependsOn": [{ "name": "b" }]"""), P("b", """, "dependsOn": [{ "name": "a" }]""")), "cycle"),
            (File(P("b"), P("b")), "'b'"),
        })
        {
            box.Write("bad.json", bad);
            (await box.Run("apply", "bad.json", "--prune")).Exits(1).Says(said);
            (await box.Run("plan", "bad.json")).Exits(1).Says(said);
            if (said != "nobody") (await box.Run("validate", "bad.json")).Exits(1).Says(said);
            await Assert.That((await Pids(box)).SequenceEqual(before)).IsTrue();
        }
        // What others depend on is not pruned away under them.
        box.Write("two.json", File(P("db"), P("web", """, "dependsOn": [{ "name": "db" }]""")));
        await box.Ok("apply", "two.json");
        box.Write("web.json", File(P("web", """, "dependsOn": [{ "name": "db" }]""")));
        before = await Pids(box);
        (await box.Run("apply", "web.json", "--prune")).Exits(1).Says("db");
        await Assert.That((await Pids(box)).SequenceEqual(before)).IsTrue();
    }

    [Test]
    public async Task A_program_that_is_not_there_is_said_and_the_rest_is_done(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("a.json", File(P("a"), P("b", command: "/no/such/program")));
        (await box.Run("apply", "a.json")).Exits(1).Says("b: ").Says("No such file");
        await box.UntilState("a", "online");
    }

    [Test]
    public async Task Validate_and_schema_and_plan_need_no_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("a.json", File(P("a"), P("b", """, "dependsOn": [{ "name": "elsewhere" }]""")));
        var valid = (await box.Ok("validate", "a.json")).Says("'elsewhere'");
        await Assert.That(valid.Out).IsEqualTo("a.json is valid (2 processes)\n");
        await Assert.That((await box.Ok("schema")).Json.GetProperty("required")[0].GetString()).IsEqualTo("processes");
        box.Write("c.toml", "[[processes]]\nname = \"c\"\ncommand = \"sleep 1000\"\n");
        await Assert.That((await box.Ok("plan", "c.toml")).Out).IsEqualTo("create c\n");
        await Assert.That(System.IO.File.Exists(box.SocketPath)).IsFalse();
        await box.Ok("apply", "c.toml");
        await box.Ok("daemon", "stop");
        await Assert.That((await box.Ok("plan", "c.toml",
            "--json")).Json.GetProperty("steps")[0].GetProperty("action").GetString()).IsEqualTo("keep");
        box.Write("d.toml", "[[processes]]\nname = \"d\"\ncommand = \"sleep 1000\"\n");
        await Assert.That((await box.Ok("plan", "d.toml", "--prune")).Out).IsEqualTo("create d\ndelete c\n");
        // Of the same words with and without a daemon: what was stopped is not restarted.
        box.Write("c.toml", "[[processes]]\nname = \"c\"\ncommand = \"sleep 2000\"\n");
        await Assert.That((await box.Ok("plan", "c.toml")).Out).IsEqualTo("change c: command; restarts it\n");
        await box.Ok("stop", "c");
        await Assert.That((await box.Ok("plan", "c.toml")).Out).IsEqualTo("change c: command\n");
        await box.Ok("daemon", "stop");
        await Assert.That((await box.Ok("plan", "c.toml")).Out).IsEqualTo("change c: command\n");
        await Assert.That(System.IO.File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    public async Task Paths_belong_to_the_file_and_the_environment_to_who_defined_it(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "sub", "dir"));
        box.Write("sub/a.json", File(P("a", """, "projectDir": "dir" """)));
        box.Variables["FROM"] = "first";
        await box.Ok("apply", "sub/a.json");
        var pid = await box.PidOf("a");
        await Assert.That(new FileInfo($"/proc/{pid}/cwd").LinkTarget).EndsWith("/sub/dir");
        box.Variables["FROM"] = "second";
        await Assert.That((await box.Ok("apply", "sub/a.json")).Out).IsEqualTo("unchanged: 1\n");
        await Assert.That(await box.PidOf("a")).IsEqualTo(pid);
        await Assert.That((await box.Ok("plan", "sub/a.json", "--update-env")).Out)
            .IsEqualTo("change a: environment; restarts it\n");
        await box.Ok("apply", "sub/a.json", "--update-env");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("a"))["FROM"]).IsEqualTo("second");
    }

    [Test]
    public async Task What_export_writes_is_applied_without_any_change(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write(".env", "X=1\n");
        await box.Ok("start", "sh -c 'echo $SECRET; exec sleep 1000'", "--name", "it's", "-e", "SECRET=a\"b",
            "--env-file", ".env", "-i", "2", "--health", "exec:true", "--cron", "0 3 * * *", "--watch-paths", "src",
                "--memory", "1GB", "--stop-exit-codes", "0,3");
        await box.Ok("add", "node server.js", "--name", "web", "--depends-on", "it's:started", "--namespace", "shop",
            "--log-keep", "3", "--ready", "log:^ready", "--listen", ":0".Replace("0", "18080"));
        var before = await Pids(box);
        var exported = await box.Ok("export", "config");
        await Assert.That(exported.Json.GetProperty("processes").GetArrayLength()).IsEqualTo(2);
        box.Write("all.json", exported.Out);
        await Assert.That((await box.Ok("plan", "all.json", "--prune")).Out).IsEqualTo("unchanged: 2\n");
        await Assert.That((await box.Ok("apply", "all.json", "--prune")).Out).IsEqualTo("unchanged: 2\n");
        await Assert.That((await Pids(box)).SequenceEqual(before)).IsTrue();
        await Assert.That((await box.Ok("export", "config", "web")).Json.GetProperty("processes").GetArrayLength())
            .IsEqualTo(1);
        await box.Ok("daemon", "stop");
        // It has a project since it was applied.
        var offline = JsonNode.Parse((await box.Ok("export", "config")).Out)!;
        await Assert.That(offline["project"]!.GetValue<string>()).IsEqualTo(box.Folder);
        await Assert.That(JsonNode.DeepEquals(offline["processes"],
            JsonNode.Parse(exported.Out)!["processes"])).IsTrue();
    }
}
