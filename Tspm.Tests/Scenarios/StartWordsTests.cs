using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// What people type after <c>start</c>: it is run, or refused with the command that helps; and nothing is left behind.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class StartWordsTests
{
    const string Script = "trap 'exit 0' TERM; echo \"$0 $*\"; while :; do sleep 0.02; done";

    [Test]
    [Arguments("nope.js", 3, "no script nope.js"), Arguments("lib/nope.py --port 1", 3, "no script lib/nope.py"),
        Arguments("./nope.sh", 3, "no script ./nope.sh")]
    [Arguments("https://x.y/z.js", 3, "no script https://x.y/z.js")]
    [Arguments("dir.json", 2, "'dir.json' is a folder")]
    [Arguments("nope.json", 3, "no file with this name"),
        Arguments("nope.yml", 3, "no file with this name")]
    [Arguments(".", 2, "is a folder"), Arguments("..", 2, "is a folder"), Arguments("lib", 2, "is a folder"),
        Arguments("lib/*.py", 3, "without quotes")]
    public async Task What_cannot_be_started_is_an_error_before_anything_is(string word, int exitCode, string said,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "lib"));
        Directory.CreateDirectory(Path.Combine(box.Folder, "dir.json"));
        (await box.Run("start", word)).Exits(exitCode).Says(said);
        await Assert.That((await box.List()).Count).IsEqualTo(0);
        await box.Ok("start", "sleep 1000", "--name", "first");
        await Assert.That((await box.Get("first")).Json.GetProperty("id").GetInt32()).IsEqualTo(0);
        await Assert.That(Directory.GetFiles(Path.Combine(box.Home, "logs"),
            "*.log").Select(path => Path.GetFileName(path)!).Order())
            .IsEquivalentTo(new[] { "first.err.log", "first.out.log" });
    }

    [Test]
    [Arguments("tspm.json", """{ "processes": [] }""", "tspm start ")]
    [Arguments("Procfile", "web: sleep 1000", "tspm import procfile ")]
    [Arguments("package.json", "{}", "npm start")]
    public async Task A_folder_says_how_to_start_what_is_in_it(string file, string content, string said,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "app"));
        box.Write($"app/{file}", content);
        (await box.Run("start", "app")).Exits(2).Says("'app' is a folder").Says(said);
    }

    [Test]
    [Arguments("Procfile", "web: sleep 1000", "tspm import procfile Procfile --start")]
    [Arguments("compose.yml", "services: { web: { image: nginx } }", "Docker Compose")]
    [Arguments("docker-compose.yaml", "services: { web: { image: nginx } }", "Docker Compose")]
    [Arguments("app.conf", "[program:web]\ncommand=sleep 1000", "tspm import supervisord app.conf --start")]
    [Arguments("package.json", """{ "name": "x", "scripts": { "start": "node x.js" } }""", "tspm start \"npm start\"")]
    [Arguments("other.yml", "a: 1", "JSON or TOML")]
    [Arguments("z.yaml", "processes:\n  - name: a\n    command: sleep 1\n", "z.yaml is YAML")]
    [Arguments("tspm.yml", "processes: []", "run: tspm start tspm.json")]
    public async Task Another_tools_file_is_refused_with_the_command_that_helps(string file, string content,
        string said, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write(file, content);
        (await box.Run("start", file)).Exits(1).Says(said);
        await Assert.That((await box.List()).Count).IsEqualTo(0);
    }

    [Test]
    [Arguments("pm2.json", """{ "apps": [ { "name": "api", "script": "./my app.sh" } ] }""")]
    [Arguments("apps.json", """[ { "name": "api", "script": "./my app.sh" } ]""")]
    [Arguments("process.yml", "apps:\n  - name: api\n    script: './my app.sh'\n")]
    public async Task A_file_of_PM2_is_run_whatever_its_name(string file, string content,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("my app.sh", Script);
        box.Write(file, content);
        await box.Run("start", file);
        await box.UntilState("api", "online");
    }

    [Test]
    public async Task A_script_with_any_name_is_that_script(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("my app.sh", Script);
        box.Write("it's (1) & $x.sh", Script);
        box.Write("run", "#!/bin/sh\n" + Script);
        File.SetUnixFileMode(Path.Combine(box.Folder, "run"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await box.Ok("start", "my app.sh");
        await box.Ok("start", "it's (1) & $x.sh", "--name", "odd", "--", "a b");
        await box.Ok("start", "run", "--name", "run", "--", "c");
        await box.UntilOut("my app", "my app.sh \n");
        await box.UntilOut("odd", "it's (1) & $x.sh a b\n");
        await box.UntilOut("run", "run c\n");
    }

    [Test]
    public async Task Several_scripts_are_started_and_a_missing_one_stops_all(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        foreach (var name in new[] { "a.sh", "b.sh", "c.sh" }) box.Write(name, Script);
        (await box.Run("start", "a.sh", "nope.sh")).Exits(3).Says("no script nope.sh");
        await Assert.That((await box.List()).Count).IsEqualTo(0);
        await box.Ok("start", "a.sh", "b.sh", "c.sh");
        await Assert.That((await box.List()).Select(entry => entry.Name)).IsEquivalentTo(new[] { "a", "b", "c" });
        // Known ones come first, whatever they are called.
        await box.Ok("stop", "all");
        await box.Ok("start", "a", "b");
        await Assert.That((await box.Get("c")).State).IsEqualTo("stopped");
    }

    [Test]
    public async Task A_program_and_its_arguments_need_no_quotes(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("w.sh", Script);
        await box.Ok("start", "sh", "w.sh", "a b", "--name", "w");
        await box.UntilOut("w", "w.sh a b\n");
        var refused = (await box.Run("start", "sleep", "w")).Exits(2);
        refused.Says("tspm start \"sleep w\"").Says("tspm start sleep; tspm start w");
        (await box.Run("start", "w.sh", "other")).Exits(2).Says("tspm start \"w.sh other\"");
        (await box.Run("start", "wbe", "w")).Exits(3).Says("wbe");
        await Assert.That((await box.List()).Count).IsEqualTo(1);
    }

    [Test]
    public async Task Start_of_a_file_applies_it_and_starts_what_is_down(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        string File(int port) => $$"""
            { "processes": [
              { "name": "api", "command": "sleep 1000", "env": { "PORT": "{{port}}" } },
              { "name": "kept", "command": "sleep 1001" }, { "name": "down", "command": "sleep 1002" },
              { "name": "off", "command": "sleep 1003", "enabled": false } ] }
            """;
        box.Write("app.json", File(1));
        await Assert.That((await box.Ok("start", "app.json")).Out).Contains("api: online");
        await box.Ok("stop", "down");
        var (api, kept) = (await box.PidOf("api"), await box.PidOf("kept"));
        box.Write("app.json", File(2));
        var again = await box.Ok("start", "app.json");
        await Assert.That(again.Out).Contains("change api: env.PORT; restarts it").And
            .Contains($"kept: already online (pid {kept})");
        await Assert.That(await box.PidOf("kept")).IsEqualTo(kept);
        await Assert.That(await box.PidOf("api")).IsNotEqualTo(api);
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("api"))["PORT"]).IsEqualTo("2");
        await Assert.That(((await box.Get("down")).State, (await box.Get("off")).State))
            .IsEqualTo(("online", "stopped"));
        var json = (await box.Ok("start", "app.json", "--json")).Json;
        await Assert.That(json.GetProperty("processes").GetArrayLength()).IsEqualTo(4);
        await Assert.That(json.GetProperty("success").GetBoolean()).IsTrue();
        await box.Ok("start", "app.json", "--force");
        await Assert.That(await box.PidOf("kept")).IsNotEqualTo(kept);
    }

    [Test]
    public async Task Start_of_a_file_from_another_shell_keeps_the_environment(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["GREETING"] = "hello";
        box.Write("app.json", """{ "processes": [ { "name": "api", "command": "sleep 1000" } ] }""");
        await box.Ok("start", "app.json");
        await box.Ok("stop", "api");
        box.Variables["GREETING"] = "good evening";
        await box.Ok("start", "app.json");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("api"))["GREETING"]).IsEqualTo("hello");
        await box.Ok("start", "app.json", "--update-env");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("api"))["GREETING"]).IsEqualTo("good evening");
    }

    [Test]
    public async Task What_dies_within_the_settle_time_is_a_failure_with_its_last_lines(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("crash.sh", "sleep 0.1; echo 'port 3100 is taken' >&2; exit 7");
        box.Write("done.sh", "exit 0");
        box.Write("app.json", """{ "processes": [ { "name": "one", "command": "sh crash.sh" }, { "name": "two", "command": "sleep 1000" } ] }""");
        (await box.Run("start", "crash.sh", "--settle", "30s")).Exits(1).Says("exited with code 7")
            .Says("port 3100 is taken").Says("tspm why crash");
        (await box.Run("start", "crash.sh", "--name", "never", "--restart", "never", "--settle", "30s")).Exits(1)
            .Says("exited with code 7");
        await box.Ok("start", "done.sh", "--restart", "never", "--settle", "30s");
        await box.Ok("start", "sleep 1000", "--name", "lives", "--settle", "50ms");
        var file = (await box.Run("start", "app.json", "--settle", "300ms")).Exits(1).Says("one: exited with code 7");
        await Assert.That(file.Out).Contains("two: online");
        // Elsewhere than on a terminal the answer comes at once.
        await box.Ok("start", "crash.sh", "--name", "later");
    }

    [Test]
    public async Task On_a_terminal_start_watches_for_a_moment(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("crash.sh", "echo 'port 3100 is taken' >&2; exit 7");
        var ran = await box.RunProgram("script", "-qec", $"{PublishedExecutable.Path} start crash.sh", "/dev/null");
        await Assert.That(ran.ExitCode).IsEqualTo(1);
        await Assert.That(ran.Out).Contains("exited with code 7").And.Contains("port 3100 is taken");
    }

    [Test]
    public async Task A_python_script_prints_at_once(CancellationToken cancellation)
    {
        _ = Tools.Python;
        await using var box = new TspmBox(cancellation);
        box.Write("p.py", "import time\nprint('tick')\ntime.sleep(1000)");
        await box.Ok("start", "p.py");
        await box.UntilOut("p", "tick\n");
    }

    [Test]
    public async Task A_shell_with_too_large_an_environment_is_told_so(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        for (var i = 0; i < 12; i++) box.Variables[$"BIG{i}"] = new string('x', 110_000);
        (await box.Run("start", "sleep 1000")).Exits(1)
            .Says("The environment of this shell alone takes ").Says("env -i");
        await box.Ok("list");
    }

    [Test]
    [Arguments("--listen", "80x", "--listen: '80x'"), Arguments("--time-zone", "Mars/X", "--time-zone: 'Mars/X'")]
    public async Task A_bad_value_is_named_by_its_flag(string flag, string value, string said,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var refused = (await box.Run("start", "sleep 1000", "--cron", "0 3 * * *", flag, value)).Exits(2).Says(said);
        await Assert.That(refused.Err).DoesNotContain("params");
    }

    [Test]
    public async Task A_plan_is_no_event(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("app.json", """{ "processes": [ { "name": "api", "command": "sleep 1000" } ] }""");
        await box.Ok("daemon", "start");
        await box.Ok("plan", "app.json");
        await Assert.That((await box.Ok("events")).Out).DoesNotContain("apply");
        await box.Ok("apply", "app.json");
        await Assert.That((await box.Ok("events")).Out).Contains("apply requested by");
    }

    [Test]
    public async Task Somebody_elses_stop_is_no_death(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("crash.sh", "test -e go || exit 7; exec sleep 1000");
        await box.Ok("start", "crash.sh", "--name", "s", "--restart", "never");
        await box.UntilState("s", "stopped");
        box.Write("go", "");
        using var start = box.Begin("start", "s", "--settle", "700ms");
        await box.UntilState("s", "online");
        await box.Ok("restart", "s");
        await Assert.That(await start.End()).IsEqualTo(0);
        (await box.Run("start", "s", "--settle", "1s", "--no-wait")).Exits(2).Says("leave out one of them");
    }

    [Test]
    public async Task A_job_that_is_attached_on_a_terminal_has_its_own_exit_code(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("migrate.sh", "echo migrating; exit 3");
        var ran = await box
            .RunProgram("script", "-qec", $"{PublishedExecutable.Path} start migrate.sh --job --attach", "/dev/null");
        await Assert.That(ran.ExitCode).IsEqualTo(3);
        await Assert.That(ran.Out).Contains("migrating");
    }

    [Test]
    public async Task A_change_whose_restart_was_refused_is_tried_again_by_the_next_apply(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "o"));
        string File(int port) => $$"""{ "processes": [ { "name": "api", "command": "sleep 1000", "env": { "PORT": "{{port}}" }, "outFile": "o/api.log" } ] }""";
        box.Write("app.json", File(1));
        await box.Ok("apply", "app.json");
        var pid = await box.PidOf("api");
        // A file stands where the folder of the log was.
        Directory.Delete(Path.Combine(box.Folder, "o"), recursive: true);
        box.Write("o", "");
        box.Write("app.json", File(2));
        (await box.Run("apply", "app.json")).Exits(1).Says("not restarted");
        await Assert.That(await box.PidOf("api")).IsEqualTo(pid);
        await Assert.That((await box.Ok("plan", "app.json")).Out)
            .Contains("change api: it runs with earlier values; restarts it");
        System.IO.File.Delete(Path.Combine(box.Folder, "o"));
        await box.Ok("apply", "app.json");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("api"))["PORT"]).IsEqualTo("2");
        await Assert.That((await box.Ok("plan", "app.json")).Out).IsEqualTo("unchanged: 1\n");
    }

    [Test]
    public async Task Start_of_a_file_does_not_wait_for_what_waits_and_does_not_say_force(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("crash.sh", "test -e go || exit 1; exec sleep 1000");
        const string File = """{ "processes": [ { "name": "web", "command": "sh crash.sh", "restart": { "delayMs": 1000000, "maxDelayMs": 1000000 } } ] }""";
        box.Write("app.json", File);
        await box.Run("start", "app.json");
        await box.UntilState("web", "waiting");
        box.Write("go", "");
        await box.Ok("start", "app.json");
        await box.UntilState("web", "online");
        Directory.CreateDirectory(Path.Combine(box.Folder, "other"));
        box.Write("other/app.json", File);
        (await box.Run("start", "other/app.json")).Exits(1).Says("tspm apply other/app.json --force");
    }
}
