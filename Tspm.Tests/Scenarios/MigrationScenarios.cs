using System.Diagnostics;
using System.Text.Json;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// The way from the older Tspm: its list is taken over by itself, nothing is started twice, nothing of it is touched.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class MigrationScenarios
{
    static string OldList(TspmBox box)
    {
        Directory.CreateDirectory(Path.Combine(box.Folder, ".npmextra", "kv"));
        return Path.Combine(box.Folder, ".npmextra", "kv", "@apiglobal__tspm.json");
    }

    static string Entry(TspmBox box, string id, string command, string more = "") =>
        $$"""{ "id": "{{id}}", "projectDir": "{{box.Folder}}", "command": "{{command}}", "memoryLimitBytes": 536870912, "autorestart": true{{more}} }""";

    static string Names(IEnumerable<Entry> list) =>
        string.Join(' ', list.Select(entry => $"{entry.Id}:{entry.Name}:{entry.State}"));

    [Test]
    [Arguments("v1-string", "0:my-app:stopped 1:worker:stopped")]
    [Arguments("v1-array", "0:my-app:stopped 1:worker:stopped")]
    [Arguments("duplicate-id", "0:my-app:stopped 1:my-app-2:stopped")]
    public async Task The_first_daemon_takes_every_form_of_the_old_list_over(string sample, string expected,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var old = OldList(box);
        File.Copy(Path.Combine(Repository.Data("legacy"), sample + ".json"), old);
        var before = File.ReadAllBytes(old);
        var first = await box.Ok("daemon", "start");
        await Assert.That(first.Err.Trim().Split('\n').Length).IsEqualTo(1);
        await Assert.That(first.Err).Contains("2 processes were imported").And.Contains("MIGRATION.md");
        await Assert.That((await box.Ok("ping")).Err).IsEmpty();
        await Assert.That(Names(await box.List())).IsEqualTo(expected);
        await Assert.That(File.ReadAllBytes(old).AsSpan().SequenceEqual(before)).IsTrue();
        using var record = JsonDocument.Parse(File.ReadAllText(Path.Combine(box.Home, "migration.json")));
        await Assert.That(record.RootElement.GetProperty("processes").GetArrayLength()).IsEqualTo(2);
        await Assert.That(File.GetUnixFileMode(Path.Combine(box.Home, "migration.json")))
            .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Assert.That(string.Join('\n', (await box.Status()).GetProperty("troubles").EnumerateArray()))
            .Contains("processes were imported");
        // The old id is a selector still, and what was said stays said.
        await Assert.That((await box.Get("my-app")).Id).IsEqualTo(0);
        var config = (await box.Ok("describe", "my-app", "--show-env", "--json")).Json.GetProperty("config");
        await Assert.That(config.GetProperty("env").GetProperty("PORT").GetString()).IsEqualTo("3000");
        await Assert.That(config.GetProperty("memoryLimitBytes").GetInt64()).IsEqualTo(536870912);
        // A second daemon finds it done.
        await box.Ok("delete", "my-app");
        var again = await box.Ok("daemon", "restart");
        await Assert.That(again.Err).IsEmpty();
        await Assert.That((await box.List()).Count).IsEqualTo(1);
        // Also one that finds nothing: that was somebody's will.
        await box.Ok("delete", "all");
        await Assert.That((await box.Ok("daemon", "restart")).Err).IsEmpty();
        await Assert.That((await box.List()).Count).IsEqualTo(0);
    }

    [Test]
    public async Task What_should_run_runs_under_its_old_number(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var list = JsonSerializer.Serialize($$"""[{ "id": 3, "name": "up", "projectDir": "{{box.Folder}}", "command": "sleep 1000" }, { "id": 5, "projectDir": "{{box.Folder}}", "command": "sleep 1001" }]""", Tspm.Protocol.WireJson.Default.String);
        File.WriteAllText(OldList(box), $$"""{ "processes": {{list}}, "desiredStates": "{\"3\": \"online\", \"5\": \"stopped\"}" }""");
        await box.Ok("add", "sleep 5", "--name", "new");
        await box.UntilState("up", "online");
        await Assert.That(Names(await box.List())).IsEqualTo("3:up:online 5:5:stopped 6:new:stopped");
    }

    [Test]
    [Arguments("truncated", "not valid JSON at line 2")]
    [Arguments("empty", "it is empty")]
    public async Task A_broken_list_is_reported_once_and_nothing_is_lost(string sample, string said,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var old = OldList(box);
        File.Copy(Path.Combine(Repository.Data("legacy"), sample + ".json"), old);
        var before = File.ReadAllBytes(old);
        (await box.Ok("daemon", "start")).Says(said).Says(old);
        await Assert.That((await box.List()).Count).IsEqualTo(0);
        await Assert.That(string.Join('\n', (await box.Status()).GetProperty("troubles").EnumerateArray()))
            .Contains(said);
        await Assert.That(File.ReadAllBytes(old).AsSpan().SequenceEqual(before)).IsTrue();
        await Assert.That((await box.Ok("daemon", "restart")).Err).IsEmpty();
        // Mended, it is taken over.
        File.Copy(Path.Combine(Repository.Data("legacy"), "v1-array.json"), old, overwrite: true);
        (await box.Ok("daemon", "restart")).Says("2 processes were imported");
        await Assert.That((await box.List()).Count).IsEqualTo(2);
    }

    [Test]
    public async Task A_daemon_that_is_killed_in_the_middle_is_followed_by_one_that_has_it_done_once(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        File.WriteAllText(OldList(box), $$"""{ "processes": [{{Entry(box, "a", "sleep 1000")}}], "desiredStates": { "a": "online" } }""");
        for (var i = 0; i < 5; i++)
        {
            await box.Ok("daemon", "start");
            var (daemon, guardian) = await box.DaemonPids();
            LiveProcess.Kill(guardian);
            LiveProcess.Kill(daemon);
            await box.UntilGone(daemon);
        }
        await box.Ok("daemon", "start");
        await box.UntilState("a", "online");
        await Assert.That((await box.List()).Count).IsEqualTo(1);
        await Assert.That(LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Count(pid =>
            LiveProcess.CommandOf(pid) == "sleep 1000")).IsEqualTo(1);
    }

    /// <summary>An older manager as it was: a script under node that starts its child again when that ends.</summary>
    static Process OldManager(TspmBox box, string command)
    {
        var folder = Directory.CreateDirectory(Path.Combine(box.Folder, "node_modules", "tspm")).FullName;
        File.WriteAllText(Path.Combine(folder, "cli.js"), """
            const { spawn } = require('child_process');
            let child, ending = false;
            const start = () => { child = spawn(process.argv[2], { shell: true, stdio: 'ignore' }); child.on('exit', () => { if (!ending) setTimeout(start, 300); }); };
            start();
            process.on('SIGTERM', () => { ending = true; child.kill(); process.exit(0); });
            """);
        // Not with this home: the fixture would take it for ours.
        return Programs
            .Start(Tools.Node, [Path.Combine(folder, "cli.js"), command],
                new Dictionary<string, string> { ["PATH"] = box.Variables["PATH"] }, box.Folder);
    }

    static int[] Running(string command) =>
        [.. LiveProcess.All().Where(pid => LiveProcess.CommandOf(pid) == command && LiveProcess.IsAlive(pid))];

    [Test]
    public async Task What_the_older_tspm_still_runs_is_reported_and_never_started_twice_and_taken_over_on_demand(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        // A number that is in no other test: it is looked for on the whole machine.
        const string Sleep = "sleep 86461";
        using var manager = OldManager(box, Sleep);
        try
        {
            await box.Until(() => Running(Sleep).Length == 1, "the old manager runs its program");
            File.WriteAllText(OldList(box), $$"""{ "processes": [{{Entry(box, "app", Sleep)}}], "desiredStates": { "app": "online" } }""");
            (await box.Ok("daemon", "start")).Says("1 still runs elsewhere").Says("tspm migrate --take-over");
            var held = await box.Until("app", entry => entry.State == "waiting", "it waits");
            await Assert.That(held.Reason).Contains($"the older tspm (pid {manager.Id})");
            (await box.Run("start", "app")).Exits(1).Says($"pid {manager.Id}");
            // A crash, and the older one starts it again: this one still does not.
            var first = Running(Sleep)[0];
            LiveProcess.Kill(first);
            await box.Until(() => Running(Sleep) is [var again] && again != first,
                "the old manager has started it again");
            await Assert.That((await box.Get("app")).State).IsEqualTo("waiting");
            (await box.Ok("migrate")).Says("still runs it");
            await Assert.That(string.Join('\n', (await box.Status()).GetProperty("troubles").EnumerateArray()))
                .Contains("still runs it");
            await box.Ok("migrate", "--take-over");
            await Assert.That(LiveProcess.IsAlive(manager.Id)).IsFalse();
            var pid = await box.PidOf("app");
            await Assert.That(Running(Sleep)).IsEquivalentTo([pid]);
            // Again: nothing is left to do.
            await Assert.That((await box.Ok("migrate", "--take-over")).Out).Contains("app: already defined");
            await Assert.That(await box.PidOf("app")).IsEqualTo(pid);
        }
        finally
        {
            if (!manager.HasExited) manager.Kill();
            foreach (var left in Running(Sleep))
                if (LiveProcess.CommandOf(left) == Sleep
                    && !LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Contains(left)) LiveProcess.Kill(left);
        }
    }

    [Test]
    public async Task Another_list_is_taken_over_by_name_and_twice_is_as_good_as_once(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 5", "--name", "worker");
        var file = box.Write("old-tspm.json", $$"""{ "processes": [{{Entry(box, "a:7", "sleep 1000")}}, {{Entry(box, "worker", "sleep 1001")}}], "desiredStates": { "a:7": "online" } }""");
        var ran = await box.Ok("migrate", "--from", file);
        await Assert.That(ran.Out).Contains("a-7: imported").And.Contains("worker: already defined").And
            .Contains("a-7: online");
        ran.Says("'a:7' was renamed to 'a-7'");
        var pid = await box.PidOf("a-7");
        await Assert.That((await box.Get("a:7")).Pid).IsEqualTo(pid);
        await box.Ok("migrate", "--from", file);
        await Assert.That(Names(await box.List())).IsEqualTo("0:worker:stopped 1:a-7:online");
        await Assert.That(await box.PidOf("a-7")).IsEqualTo(pid);
        (await box.Run("migrate", "--from", "nowhere.json")).Exits(1).Says("nowhere.json");
        (await box.Run("migrate")).Exits(1).Says("no old process list").Says("--from");
    }
}
