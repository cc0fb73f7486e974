using Tspm.Config;

namespace Tspm.Tests.Config;

[Timeout(30_000)]
internal sealed class ConfigFileTests
{
    const string GoodJson = """
        // Comments and trailing commas are allowed.
        {
          "$schema": "tspm.schema.json",
          "processes": [
            { "name": "web", "command": "node server.js", "projectDir": "app", "env": { "PORT": 8080, "DEBUG": true, "HOST": "::1" },
              "restart": { "delayMs": 500, "stopExitCodes": [0, 3] }, "memoryLimitBytes": 536870912, },
            { "command": "cd x && FOO=1 ./run", "projectDir": "/srv", "args": null },
            { "command": "python3 worker.py", "args": [], /* literally */ },
          ],
        }
        """;

    const string GoodToml = """
        # The same in TOML.
        "$schema" = "tspm.schema.json"
        [[processes]]
        name = "web"
        command = "node server.js"
        projectDir = "app"
        memoryLimitBytes = 536_870_912
        restart.delayMs = 500
        restart.stopExitCodes = [0,
          3]
        [processes.env]
        PORT = 8080
        DEBUG = true
        HOST = '::1'
        [[processes]]
        command = "cd x && FOO=1 ./run"
        projectDir = "/srv"
        [[processes]]
        command = "python3 worker.py"
        args = []
        """;

    [Test]
    [Arguments("[[processes]]\nname = web\n", "line 2: 'web' is not a value; text needs quotes")]
    [Arguments("[[processes]\nname = 'web'\n", "line 1: found ']' where ']]' is expected")]
    [Arguments("[[processes]]\nname = \"a\"\nname = \"b\"\n", "line 3: 'processes.name' is already set in line 2")]
    [Arguments("[[processes]]\nname = \"web\n", "a text is not closed")]
    [Arguments("[[processes]]\nname\n", "line 2: ")]
    public async Task A_mistake_in_TOML_is_said_in_plain_words(string text, string said, CancellationToken cancel)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.toml", text);
        var mistake = await Assert.That(() => ConfigFile.Read(path)).Throws<ConfigFileException>();
        await Assert.That(mistake!.Message).Contains(said).And.DoesNotContain("oken").And.DoesNotContain("`");
    }

    [Test]
    [Arguments("tspm.json", GoodJson)]
    [Arguments("tspm.toml", GoodToml)]
    [Arguments("tspm.TOML", "\uFEFF" + GoodToml)]
    [Arguments("bom.json", "\uFEFF" + GoodJson)]
    public async Task A_file_is_read_whole(string name, string text, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var configs = ConfigFile.Read(folder.Write(name, text));
        await Assert.That(string.Join('|', configs.Select(config => config.Name))).IsEqualTo("web|cd|python3 worker");
        await Assert.That(string.Join('|', configs.Select(config => config.ProjectDir)))
            .IsEqualTo($"{folder.At("app")}|/srv|{folder.Path}");
        var web = configs[0];
        await Assert.That(string.Join(',',
            web.Env!.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}")))
                .IsEqualTo("DEBUG=true,HOST=::1,PORT=8080");
        await Assert.That(web.Restart!.DelayMs).IsEqualTo(500);
        await Assert.That(web.Restart.StopExitCodes).IsEquivalentTo([0, 3]);
        await Assert.That(web.MemoryLimitBytes).IsEqualTo(536_870_912);
        await Assert.That(configs[2].Args).IsEmpty();
    }

    [Test]
    [Arguments("a.json", """{ "processes": [ { "command": "a", "memoryLimitBytes": "512MB", "restart": { "delayMs": "5s" }, "stop": { "timeoutMs": "1.5m" }, "log": { "maxSizeBytes": "2GB" }, "env": { "LIMIT_Bytes": "1KB" } } ] }""")]
    [Arguments("a.toml",
        "[[processes]]\ncommand = 'a'\nmemoryLimitBytes = '512MB'\nrestart = { delayMs = '5s' }\nstop = { timeoutMs = "
            + "'1.5m' }\nlog = { maxSizeBytes = '2GB' }\nenv = { LIMIT_Bytes = '1KB' }")]
    public async Task Durations_and_sizes_may_have_units(string name, string text, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var config = ConfigFile.Read(folder.Write(name, text)).Single();
        await Assert.That((config.MemoryLimitBytes, config.Restart!.DelayMs, config.Stop!.TimeoutMs,
            config.Log!.MaxSizeBytes, config.Env!["LIMIT_Bytes"]))
            .IsEqualTo((512L << 20, 5000, 90_000, 2L << 30, "1KB"));
    }

    [Test]
    [Arguments("a.json", "{\"project\": \"shop\", \"processes\": [{\"command\": \"a\"}]}", "shop")]
    [Arguments("a.toml", "project = \"größe 7\"\n[[processes]]\ncommand = 'a'", "größe 7")]
    [Arguments("a.toml", "[[processes]]\ncommand = 'a'", null)]
    [Arguments("a.json", "{\"processes\": []}", null)]
    public async Task A_file_may_say_what_its_project_is(string name, string text, string? project,
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await Assert.That(ConfigFile.ReadAll(folder.Write(name, text)).Project).IsEqualTo(project);
    }

    [Test]
    [Arguments("{\"processes\": []}")]
    public async Task A_file_without_processes_is_fine(string json, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await Assert.That(ConfigFile.Read(folder.Write("a.json", json))).IsEmpty();
    }

    [Test]
    [Arguments("a.json", "", "the config file * is empty; expected { \"processes\": [ … ] }")]
    [Arguments("a.json", "[]", "the file must contain { \"processes\": [ … ] }, but is a list")]
    [Arguments("a.json", "{\"project\": 5, \"processes\": []}", "line 1: project must be text, but is 5")]
    [Arguments("a.json", "{\"project\": \" \",\n\"processes\": []}", "line 1: project must be text that is not blank")]
    [Arguments("a.json", "{\"project\": \"a\", \"project\": \"b\", \"processes\": []}", "project")]
    [Arguments("a.toml", "project = ['x']\n[[processes]]\ncommand = 'a'",
        "line 1: project must be text, but is a list")]
    [Arguments("a.json", "{}", "processes is missing; it must be a list [ … ] of objects")]
    [Arguments("a.json", "{\"processes\": {}}", "line 1: processes must be a list [ … ] of objects, but is an object")]
    [Arguments("a.json", "{\"processes\": [], \"processes\": []}", "processes is given twice; remove one of the two")]
    [Arguments("a.json", "{\n\"proceses\": []}", "line 2: proceses is not a known field; did you mean 'processes'?")]
    [Arguments("a.json", "{\"processes\": [\n{\"command\": \"a\"\n\"name\": 1}]}",
        "is not valid JSON at line 3, column 1 (is")]
    [Arguments("a.json", "{\"processes\": [\n\n{\"command\": \"a\", \"nice\":\n 99}]}",
        "line 4: processes[0].nice must be a whole number from -20 to 19, but is 99")]
    [Arguments("a.json", "{\"processes\": [\n7]}", "line 2: processes[0] must be an object { … }, but is 7")]
    [Arguments("a.json", "{\"processes\": [\n{\"name\": \"a\"}]}",
        "line 2: processes[0].command: there is no command; give a program to run")]
    [Arguments("a.json", "{\"processes\": [{\"command\": \"a\", \"env\": {\"A\": null}}]}",
        "processes[0].env.A must be text, but is null")]
    [Arguments("a.json", "{\"processes\": [{\"command\": \"a\", \"\\ud800\": null, \"env\": {\"\\ud800\": 1}}]}",
        "processes[0] has a member whose name is not valid Unicode")]
    [Arguments("a.json", "{\"processes\": [{\"command\": \"a\", \"env\": {\"A\": 1, \"A\": 2}}]}",
        "processes[0].env.A is given twice")]
    [Arguments("a.json", "{\"processes\": [{\"command\": \"a\"},\n{\"command\": \"a\"}]}",
        "line 2: processes[1] has the same name as processes[0] (line 1), 'a'; give each process its own name")]
    [Arguments("a.toml", "[[processes]]\ncommand = 'a'\nnice = 99",
        "line 3: processes[0].nice must be a whole number from -20 to 19, but is 99")]
    [Arguments("a.toml", "[[processes]]\ncommand = 'a'\n[[processes]]\n[processes.restart]\ndelay = 1",
        "line 5: processes[1].restart.delay is not a known field; did you mean 'delayMs'?")]
    [Arguments("a.toml", "[[processes]]\ncommand = 'a'\nargs = ['x',\n 5]",
        "line 4: processes[0].args[1] must be text, but is 5")]
    [Arguments("a.toml", "[[processes]]\nnice = 1979-05-27",
        "line 2: processes[0].nice must be a whole number, but is \"1979-05-27\"")]
    [Arguments("a.toml", "[[processes]]\nnice = inf",
        "line 2: processes[0].nice must be a whole number, but is \"inf\"")]
    [Arguments("a.toml", "[[processes]]\nlimits = {nofile = 'x'}",
        "line 2: processes[0].limits.nofile must be a whole number, but is \"x\"")]
    [Arguments("a.toml", "[[processes]]\nmemoryLimitBytes = '5 apples'",
        "line 2: processes[0].memoryLimitBytes must be a size: a number of bytes, or 512KB")]
    [Arguments("a.json", "{\"processes\": [{\"command\": \"a\", \"restart\": {\n\"delayMs\": \"soon\"}}]}",
        "line 2: processes[0].restart.delayMs must be a duration: a number of milliseconds, or 500ms")]
    [Arguments("a.json", "{\"processes\": [{\"command\": \"a\", \"log\": {\"keep\": \"5s\"}}]}",
        "processes[0].log.keep must be a whole number, but is \"5s\"")]
    [Arguments("a.json", "{\"processes\": [{\"script\": \"a.js\"}]}",
        "processes[0].script is not a known field; use command")]
    [Arguments("a.json", "{\"processes\": [{\"command\": \"a\", \"max_memory_restart\": \"1G\"}]}",
        "processes[0].max_memory_restart is not a known field; use memoryLimitBytes")]
    [Arguments("a.toml", "[[processes]]\nExecStart = 'a'",
        "line 2: processes[0].ExecStart is not a known field; use command")]
    [Arguments("a.toml", "[[processes]]\nzzz = 'a'",
        "line 2: processes[0].zzz is not a known field; tspm schema shows the fields")]
    [Arguments("a.toml", "[[processes]]\ncommand =", "is not valid TOML: line 2")]
    [Arguments("a.toml", "a = 1\na = 2", "is not valid TOML: line 2")]
    [Arguments("a.toml", "processes = 1\n[[processes]]", "is not valid TOML: line 2")]
    [Arguments("a.toml", "[processes]\nx = 1", "line 1: processes must be a list [ … ] of objects, but is an object")]
    [Arguments("a.toml", "", "processes is missing")]
    public async Task A_bad_file_is_refused_with_line_and_reason(string name, string text, string sentence,
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(name, text);
        var failure = await Assert.That(() => ConfigFile.Read(path)).Throws<ConfigFileException>();
        await Assert.That(failure!.Message).StartsWith($"the config file {path} ");
        await Assert.That(failure.Message).Contains(sentence.Replace("*", path));
    }

    [Test]
    public async Task Every_problem_of_every_process_is_listed(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.json", """
            { "processes": [
              { "command": "fine" },
              { "command": "a", "instances": "x", "zzz": 1 },
              { "command": "'", "stdin": "tty" } ] }
            """);
        var failure = await Assert.That(() => ConfigFile.Read(path)).Throws<ConfigFileException>();
        await Assert.That(string.Join(' ', failure!.Problems.Select(problem => problem.Path)))
            .IsEqualTo("processes[1].instances processes[1].zzz processes[2].command processes[2].stdin");
        await Assert.That(failure.Message.Split('\n').Length).IsEqualTo(5);
    }

    [Test]
    public async Task A_file_is_corrected_in_one_round(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.json", """
            { "processes": [
              { "name": "a", "command": "x",
                "monitorIntervalMs": "50ms",
                "dependsOn": [{"name": "b", "condition": "reddy"}, {"name": "b", "condition": "up"}],
                "zzz": 1,
                "schedule": {"cron": "61 * * * *",
                  "timeZone": "Mars/X"},
                "listen": ["80",
                  "x"] },
              { "name": "b", "command": "y", "nice": "high", "dependsOn": [{"name": "a"}],
                "umask": "9" },
              { "name": "a", "script": "z.js" } ] }
            """);
        var failure = await Assert.That(() => ConfigFile.Read(path)).Throws<ConfigFileException>();
        string[] expected =
        [
            "line 3: processes[0].monitorIntervalMs must be a whole number, 100 or more, but is \"50ms\"",
            "line 4: processes[0].dependsOn: the dependencies form a cycle: a → b → a; remove one of them",
            "line 4: processes[0].dependsOn[0].condition must be one of started, ready, completed, but is \"reddy\"",
            "line 4: processes[0].dependsOn[1].condition must be one of started, ready, completed, but is \"up\"",
            "line 5: processes[0].zzz is not a known field; tspm schema shows the fields",
            "line 6: processes[0].schedule.cron: \"61 * * * *\" is not valid; '61' is not a valid minute (0 to 59; or",
            "line 7: processes[0].schedule.timeZone: \"Mars/X\" is not valid; this machine has no such time zone",
            "line 8: processes[0].listen[0] must be ",
            "line 9: processes[0].listen[1] must be ",
            "line 10: processes[1].nice must be a whole number, but is \"high\"",
            "line 11: processes[1].umask must be an octal number from 0 to 0777, as text, but is \"9\"",
            "line 12: processes[2] has the same name as processes[0] (line 2), 'a'; give each process its own name",
            "line 12: processes[2].script is not a known field; use command",
        ];
        var lines = failure!.Message.Split('\n')[1..];
        await Assert.That(lines.Length).IsEqualTo(expected.Length).Because(failure.Message);
        for (var i = 0; i < lines.Length; i++) await Assert.That(lines[i].Trim()).StartsWith(expected[i]);
    }

    [Test]
    public async Task A_part_that_does_not_fit_hides_no_other_and_causes_none(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var text = """
            { "processes": [
              { "command": 7, "args": ["a", 1], "ready": {"tcpp": "1"}, "stop": {"signal": "X", "zz": 1} } ] }
            """;
        await Assert.That(Message(folder.Write("a.json", text)).Split('\n')[1..].Select(static line => line.Trim()))
            .IsEquivalentTo([
                "line 2: processes[0].command must be text, but is 7",
                "line 2: processes[0].args[1] must be text, but is 1",
                "line 2: processes[0].ready.tcpp is not a known field; did you mean 'tcp'?",
                "line 2: processes[0].stop.signal must be a signal such as SIGTERM, INT or 15, but is \"X\"",
                "line 2: processes[0].stop.zz is not a known field; known fields are killTree, signal, timeoutMs",
            ]);
    }

    [Test]
    public async Task A_file_with_a_thousand_problems_lists_the_first_hundred(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var all = string.Join(',', Enumerable.Repeat("{\"command\": \"a\", \"nice\": 99}", 1000));
        var message = Message(folder.Write("a.json", $"{{\"processes\": [{all}]}}"));
        await Assert.That(message.Split('\n').Length).IsEqualTo(102);
        // 999 have the name of the first, too.
        await Assert.That(message).EndsWith("\n  and 1899 more");
    }

    [Test]
    public async Task A_file_that_cannot_be_read_is_a_sentence(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await Assert.That(Message(folder.At("none.json")))
            .IsEqualTo($"the config file {folder.At("none.json")} does not exist");
        await Assert.That(Message(folder.Path)).IsEqualTo($"the config file {folder.Path} is a directory, not a file");
        await File.WriteAllBytesAsync(folder.At("latin.json"), [0xE4], cancellation);
        await Assert.That(Message(folder.At("latin.json")))
            .IsEqualTo($"the config file {folder.At("latin.json")} is not valid UTF-8");
        await Assert.That(Message("")).IsEqualTo("the config file has no usable path");
    }

    [Test]
    public async Task Deep_nesting_is_refused_and_not_followed(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var deep = new string('[', 2_000) + new string(']', 2_000);
        await Assert.That(Message(folder.Write("a.json", $"{{\"processes\": {deep}}}"))).Contains("is not valid JSON");
        await Assert.That(Message(folder.Write("a.toml", $"processes = {deep}"))).Contains("is not valid TOML");
    }

    static string Message(string path)
    {
        try
        {
            return $"read {ConfigFile.Read(path).Count}";
        }
        catch (ConfigFileException failure)
        {
            return failure.Message;
        }
    }

    [Test]
    [Arguments("KEYS = 1"), Arguments("[KEYS]"), Arguments("[[KEYS]]"), Arguments("a = {KEYS = 1}"),
        Arguments("\"KEYS\" = 1"), Arguments("[[processes]]\nname = 'x'\nenv.KEYS = 1"),
            Arguments("[processes.b]\nKEYS.c = [1]"),
     Arguments("a = {b = {c = [KEYS]}}")]
    public async Task Deep_keys_in_toml_are_refused_at_once_with_the_limit(string text, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        foreach (var levels in new[] { 70, 1_000, 20_000, 50_000 })
        {
            var keys = string.Join(text.StartsWith('"') ? "\".\"" : ".", Enumerable.Repeat("a", levels));
            var begun = System.Diagnostics.Stopwatch.GetTimestamp();
            var message = Message(folder.Write("a.toml", text.Replace("KEYS", keys)));
            await Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(begun)).IsLessThan(TimeSpan.FromSeconds(5))
                .Because($"{levels} levels");
            await Assert.That(message).Contains("is not valid TOML");
            if (!text.EndsWith("[KEYS]}}"))
                await Assert.That(message).Contains("nested too deeply (at most 64 levels)");
            await Assert.That(message.Length).IsLessThan(600);
        }
    }

    [Test]
    [Arguments("a.json", "{\"KEY\": [ONES]}", "1,"), Arguments("a.toml", "KEY = [ONES]", "1,"),
        Arguments("b.toml", "[KEY]\nONES", "a#=1\n"), Arguments("b.json", "{\"KEY\": {ONES\"z\":1}}", "\"a#\":1,"),
     Arguments("c.toml", "a={KEY={ONES z=1}}", "a#=1,")]
    public async Task Many_values_below_a_long_name_are_refused_at_once(string name, string text, string one,
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var ones = string.Concat(Enumerable.Range(0, 2_000).Select(number => one.Replace("#", $"{number}")));
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        var message = Message(folder.Write(name, text.Replace("KEY", new string('k', 200_000)).Replace("ONES", ones)));
        await Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(begun)).IsLessThan(TimeSpan.FromSeconds(5));
        await Assert.That(message).Contains("has too many nested values with long names");
    }
}
