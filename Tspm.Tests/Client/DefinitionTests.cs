using Tspm.Client.CommandLine;
using Tspm.Client.Commands;
using Tspm.Client.Defining;
using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;

namespace Tspm.Tests.Client;

[Timeout(30_000)]
public sealed class DefinitionTests
{
    static StartTarget Target(string[] words, string[]? program = null, params string[] pairs) =>
        StartTarget.Resolve(
            words, program, Given.Flags(pairs),
            static (path, _) => [new ProcessConfig { Name = "of " + Path.GetFileName(path) }], Everything);

    /// <summary>Every script is there, and every name of a program is on the PATH; nothing else is known.</summary>
    static LocalFiles Everything => LocalFiles.Here with
    {
        IsFile = static path => File.Exists(path) || StartRefusals.IsScript(Path.GetFileName(path)),
        HasVariable = static _ =>
            false,
        IsProgram = static name => name is "node" or "python3" or "bash" or "redis-server",
    };

    static ProcessConfig Config(string[] words, string[]? program = null, params string[] pairs) =>
        Target(words, program, pairs).Define![0];

    [Test]
    [Arguments("app.js", "node", "app")]
    [Arguments("./src/app.mjs --port 1", "node", "app")]
    [Arguments("worker.py", "python3", "worker")]
    [Arguments("job.rb", "ruby", "job")]
    [Arguments("node server.js", null, "server")]
    [Arguments("/usr/bin/sleep 5", null, "sleep")]
    [Arguments("./.js", null, ".js")]
    public async Task A_script_gets_its_interpreter_and_its_name(string command, string? interpreter, string name,
        CancellationToken cancel)
    {
        var config = Config([command]);
        await Assert.That(config.Interpreter).IsEqualTo(interpreter);
        await Assert.That(config.Name).IsEqualTo(name);
        await Assert.That(config.Command).IsEqualTo(command);
        await Assert.That(config.Args).IsNull();
        await Assert.That(config.ProjectDir).IsEqualTo(Environment.CurrentDirectory);
    }

    [Test]
    public async Task A_shell_script_runs_under_bash_where_there_is_one(CancellationToken cancel)
    {
        await Assert.That(Interpreters.ForScript("a.sh", static _ => true)).IsEqualTo("bash");
        await Assert.That(Interpreters.ForScript("a.sh", static _ => false)).IsEqualTo("sh");
    }

    [Test]
    public async Task The_interpreter_that_is_given_wins(CancellationToken cancel)
    {
        await Assert.That(Config(["app.js"], null, "interpreter", "bun").Interpreter).IsEqualTo("bun");
        await Assert.That(Config(["app.js"], null, "interpreter", "none").Interpreter).IsEqualTo("none");
    }

    [Test]
    public async Task Arguments_behind_the_dashes_are_appended_to_the_command(CancellationToken cancel)
    {
        var plain = Config(["node 'my app.js' a"], ["--port", "$X"]);
        await Assert.That(plain.Command).IsEqualTo("node");
        await Assert.That(plain.Args!).IsEquivalentTo(new[] { "my app.js", "a", "--port", "$X" });
        var shell = Config(["FOO=1 ./run"], ["a b", "$X"]);
        await Assert.That(shell.Command).IsEqualTo("FOO=1 ./run 'a b' '$X'");
        await Assert.That(shell.Args).IsNull();
    }

    [Test]
    public async Task A_program_behind_the_dashes_is_executed_directly(CancellationToken cancel)
    {
        var alone = Config([], ["./app.js"]);
        await Assert.That(alone.Command).IsEqualTo("./app.js");
        await Assert.That(alone.Args!.Count).IsEqualTo(0);
        await Assert.That(alone.Interpreter).IsNull();
        await Assert.That(Target([], ["./app.js"]).Selectors.Count).IsEqualTo(0);
    }

    [Test]
    [Arguments("tcp:8080", """{"tcp":"127.0.0.1:8080"}""")]
    [Arguments("tcp:db:5432", """{"tcp":"db:5432"}""")]
    [Arguments("http://a/b", """{"http":"http://a/b"}""")]
    [Arguments("http:http://a/b", """{"http":"http://a/b"}""")]
    [Arguments("log:a:b", """{"log":"a:b"}""")]
    [Arguments("exec:test -e x", """{"exec":"test -e x"}""")]
    [Arguments("notify", """{"notify":true}""")]
    [Arguments("delay:1.5s", """{"delayMs":1500}""")]
    public async Task A_probe_is_said_in_one_word(string word, string json, CancellationToken cancel)
    {
        await Assert.That(ConfigFlags.Assignments(Given.Flags("ready", word))).IsEquivalentTo([$"ready={json}"]);
        var config = Config(["x"], null, "ready", word, "health", word);
        await Assert.That(System.Text.Json.JsonSerializer.Serialize(config.Ready,
            Tspm.Client.Connection.Wire.Json.Probe)).IsEqualTo(json);
        await Assert.That(config.Health).IsNotNull();
    }

    [Test]
    [Arguments("ready", "tcp:"), Arguments("ready", "tcp:0"), Arguments("ready", "tcp:x:99999"),
        Arguments("ready", "udp:1"), Arguments("ready", "https://a/")]
    [Arguments("ready", "log:["), Arguments("ready", "exec: "), Arguments("ready", "delay:soon"),
        Arguments("health", "delay:1s"), Arguments("health", "no")]
    public async Task A_probe_that_is_none_is_refused_before_anything_is_sent(string flag, string word,
        CancellationToken cancel) =>
        await Assert.That(() => FlagValue.Check(Flags.Find(flag)!, word)).Throws<UsageException>()
            .WithMessageContaining($"--{flag}: ");

    [Test]
    public async Task Flags_become_the_fields_of_the_config(CancellationToken cancel)
    {
        var config = Config(["x"], null,
            "name", "web", "cwd", "/srv", "env", "A=1", "env", "B=2,3", "env-file", ".env", "namespace", "n",
                "instances", "3", "memory", "512MB",
            "restart", "on-failure", "restart-delay", "30s", "max-restarts", "5", "min-uptime", "2s", "stop-exit-codes",
                "0,2", "stop-exit-codes", "7",
            "stop-signal", "INT", "kill-timeout", "3s", "treekill", "false", "user", "u", "group", "g", "umask", "027",
                "nice", "-5",
            "out-file", "o", "err-file", "e", "merge-logs", "true", "stdin", "pipe");
        var expected = new ProcessConfig
        {
            Command = "x",
            Name = "web",
            ProjectDir = "/srv",
            EnvFile = ".env",
            Namespace = "n",
            Instances = 3,
            MemoryLimitBytes = 512L << 20,
            User = "u",
            Group = "g",
            Umask = "027",
            Nice = -5,
            OutFile = "o",
            ErrFile = "e",
            MergeLogs = true,
            Stdin = "pipe",
            Stop = new StopConfig { Signal = "INT", TimeoutMs = 3000, KillTree = false },
        };
        await Assert.That(config with { Env = null, Restart = null }).IsEqualTo(expected);
        await Assert.That(config.Env!["A"] + config.Env["B"]).IsEqualTo("12,3");
        await Assert.That(config.Restart! with { StopExitCodes = null }).IsEqualTo(
            new RestartConfig
            {
                Policy = "on-failure",
                DelayMs = 30_000,
                MaxDelayMs = 30_000,
                MaxConsecutive = 5,
                MinUptimeMs = 2000,
            });
        await Assert.That(config.Restart!.StopExitCodes!).IsEquivalentTo(new[] { 0, 2, 7 });
    }

    [Test]
    public async Task Every_flag_of_a_config_is_bound_for_start_and_for_set(CancellationToken cancel)
    {
        foreach (var name in Flags.OfConfig)
        {
            var value = Flags
                .Find(name)!.Kind switch
            {
                FlagKind.Switch => "true",
                FlagKind.Text =>
                    name switch
                    {
                        "instances" => "max",
                        "ready" or "health" => "notify",
                        "cron" => "0 3 * * *",
                        "time-zone" => "UTC",
                        "listen" => ":80",
                        _ => "pipe"
                    },
                FlagKind.Assignment => "A=1",
                _ => "5"
            };
            var before = new ProcessConfig { Interpreter = name == "interpreter-args" ? "node" : null };
            string[] schedule = name == "time-zone" ? ["cron", "0 3 * * *"] : [];
            var without = ConfigFlags.Apply(before, Given.Flags(schedule));
            var with = ConfigFlags.Apply(before, Given.Flags([.. schedule, name, value]));
            await Assert.That(with).IsNotEqualTo(without);
            if (!Verbs.Find("set")!.Has(name)) continue;
            var written = name is "umask"
                ? "022"
                : name is "restart" ? "never" : name is "stop-signal" ? "INT" : name is "cwd" ? "/" : value;
            var start = new ProcessConfig
            {
                Name = "x",
                Command = "x",
                ProjectDir = "/",
                Schedule = name == "time-zone"
                    ? new ScheduleConfig { Cron = "0 3 * * *" }
                    : null,
            };
            var changed = Tspm.Config.Assignments.Apply(start, ConfigFlags.Assignments(Given.Flags(name, written)));
            await Assert.That(changed).IsNotNull();
        }
    }

    [Test]
    [Arguments("--job", "start", "never")]
    [Arguments("--job --restart on-failure", "start", "on-failure")]
    [Arguments("--job --no-autorestart", "start", "never")]
    [Arguments("--cron-restart @daily --no-autorestart", "start", "never")] // as PM2's users write a job
    [Arguments("-c @daily --no-autorestart", "start", "never")]
    [Arguments("--cron @daily", null, null)]
    [Arguments("--no-autorestart", null, "never")]
    [Arguments("--cron @daily --no-autorestart --no-job", null, "never")]
    public async Task Flags_make_a_job(string flags, string? action, string? policy, CancellationToken cancel)
    {
        var line = Argv.Parse(["start", "./x", .. flags.Split(' ')]);
        var config = StartTarget
            .Resolve(line.Words, null, line.ConfigFlags, static (_, _) => [], Everything).Define![0];
        await Assert.That(config.Schedule?.Action).IsEqualTo(action);
        await Assert.That(config.Restart?.Policy).IsEqualTo(policy);
        await Assert.That(ConfigValidation.Validate(config)).IsEmpty();
        // The same by 'set', on something that said otherwise before.
        var always = new RestartConfig { Policy = "always" };
        var before = new ProcessConfig { Name = "x", Command = "x", ProjectDir = "/", Restart = always };
        var changed = Tspm.Config.Assignments.Apply(before, ConfigFlags.Assignments(line.ConfigFlags));
        await Assert.That(changed.Schedule).IsEqualTo(config.Schedule);
        await Assert.That(changed.Restart!.Policy).IsEqualTo(policy ?? "always");
    }

    [Test]
    public async Task A_job_that_is_always_restarted_is_refused(CancellationToken cancel) =>
        await Assert.That(() => Config(["./x"], null, "job", "true", "restart", "always"))
            .Throws<UsageException>().WithMessageContaining("on-failure or never");

    [Test]
    public async Task Several_words_are_selectors_only(CancellationToken cancel)
    {
        var target = Target(["web", "api"]);
        await Assert.That(target.Define).IsNull();
        await Assert.That(target.HasOverrides).IsFalse();
        await Assert.That(Target(["web", "api"], null, "instances", "2").HasOverrides).IsTrue();
        await Assert.That(Target(["web"], ["--x"]).HasOverrides).IsTrue();
    }

    [Test]
    public async Task Several_scripts_are_several_processes(CancellationToken cancel)
    {
        var target = Target(["a.js", "lib/b.py"], null, "restart", "never");
        await Assert.That(target.Define!.Select(config => (config.Name!, config.Command!, config.Interpreter)))
            .IsEquivalentTo(new[] { ("a", "a.js", (string?)"node"), ("b", "lib/b.py", "python3") });
        await Assert.That(target.Define!.All(config => config.Restart!.Policy == "never")).IsTrue();
        await Assert.That(Target(["a.js", "b.js"], null, "name", "x").Unknown).IsTypeOf<UsageException>();
    }

    [Test]
    [Arguments("node", "server.js"), Arguments("./run", "web"), Arguments("redis-server", "--port 1")]
    public async Task A_program_with_its_arguments_is_one_command(string program, string argument,
        CancellationToken cancel)
    {
        var target = Target([program, argument, "a b"]);
        await Assert.That(target.Selectors.Count).IsEqualTo(3);
        await Assert.That(target.Define!.Single().Command).IsEqualTo(program);
        await Assert.That(target.Define!.Single().Args!).IsEquivalentTo(new[] { argument, "a b" });
        await Assert.That(target.Ambiguity!.Message).Contains($"tspm start \"{program} ").And
            .Contains($"tspm start {program}; ");
    }

    [Test]
    public async Task A_script_and_another_word_are_told_apart_by_who_types_them(CancellationToken cancel)
    {
        await Assert.That(Target(["a.js", "web"]).Unknown).IsTypeOf<UsageException>();
        await Assert.That(Target(["web", "api"]).Unknown).IsNull();
    }

    [Test]
    [Arguments("my app.js", "'my app.js'", "node", "my app")]
    [Arguments("it's (1) & $x.js", "'it'\\''s (1) & $x.js'", "node", "it's (1) & $x")]
    public async Task A_word_that_is_a_file_means_that_file(string word, string command, string? interpreter,
        string name, CancellationToken cancel)
    {
        var target = StartTarget.Resolve([word], null, [], static (_, _) => [], Everything with
        {
            IsFile = path => Path.GetFileName(path) == word,
        });
        var config = target.Define!.Single();
        await Assert.That((config.Command, config.Interpreter, config.Name)).IsEqualTo((command, interpreter, name));
        var withArguments = StartTarget.Resolve([word], ["-x"], [], static (_, _) => [], Everything with
        {
            IsFile = path => Path.GetFileName(path) == word,
        });
        await Assert.That(withArguments.Define!.Single().Command).IsEqualTo(word);
    }

    [Test]
    [Arguments("no.js"), Arguments("lib/no.py --x"), Arguments("https://x.y/z.js"), Arguments("./no.sh")]
    public async Task A_script_that_is_not_there_is_no_command(string word, CancellationToken cancel)
    {
        var target = StartTarget.Resolve([word], null, [], static (_, _) => [], LocalFiles.Here);
        await Assert.That(target.Define).IsNull();
        await Assert.That(target.Unknown!.Message).Contains(word.Split(' ')[0]).And
            .Contains(Environment.CurrentDirectory);
        // The interpreter that somebody names may know what to do with it.
        var interpreted = Given.Flags("interpreter", "deno run");
        await Assert.That(StartTarget.Resolve([word], null, interpreted, static (_, _) => [], LocalFiles.Here).Define)
            .IsNotNull();
    }

    [Test]
    public async Task Python_that_was_chosen_prints_at_once(CancellationToken cancel)
    {
        await Assert.That(Config(["w.py"]).Env!["PYTHONUNBUFFERED"]).IsEqualTo("1");
        await Assert.That(Config(["w.py"], null, "env", "PYTHONUNBUFFERED=").Env!["PYTHONUNBUFFERED"]).IsEqualTo("");
        await Assert.That(Config(["w.py"], null, "interpreter", "python3").Env).IsNull();
        await Assert.That(Config(["python3 w.py"]).Env).IsNull();
    }

    [Test]
    public async Task A_config_file_is_read_when_it_is_there(CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("tspm-client-");
        try
        {
            var path = Path.Combine(folder.FullName, "app.json");
            await Assert.That(Target([path]).Define).IsNull();
            await File.WriteAllTextAsync(path, "{}", cancel);
            await Assert.That(Config([path]).Name).IsEqualTo("of app.json");
            await Assert.That(() => Target([path], null, "instances", "2")).Throws<UsageException>();
            var ecosystem = Path.Combine(folder.FullName, "ecosystem.config.js");
            await File.WriteAllTextAsync(ecosystem, "", cancel);
            await Assert.That(Config([ecosystem]).Name).IsEqualTo("of ecosystem.config.js");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    [Arguments("   ", "empty")]
    [Arguments("node 'a", "never closed")]
    public async Task A_command_that_cannot_be_one_is_refused(string command, string expected, CancellationToken cancel)
    {
        var refusal = await Assert.That(() => Target([command])).Throws<UsageException>();
        await Assert.That(refusal!.Message).Contains(expected);
    }

    [Test]
    public async Task Words_of_set_are_told_apart(CancellationToken cancel)
    {
        var (selectors, assignments) = SetCommand.Split(["web", "/a=b/", "restart.delayMs=5", "env.A B=c"]);
        await Assert.That(selectors).IsEquivalentTo(new[] { "web", "/a=b/" });
        await Assert.That(assignments).IsEquivalentTo(new[] { "restart.delayMs=5", "env.A B=c" });
    }

    [Test]
    [Arguments("NOTIFY_SOCKET", true)]
    [Arguments("LISTEN_FDS", true)]
    [Arguments("WATCHDOG_USEC", true)]
    [Arguments("INVOCATION_ID", true)]
    [Arguments("JOURNAL_STREAM", true)]
    [Arguments("TSPM_ID", true)]
    [Arguments("TSPM_HOME", false)]
    [Arguments("PATH", false)]
    public async Task Variables_of_service_managers_stay_behind(string key, bool leftOut, CancellationToken cancel)
    {
        await Assert.That(ServiceManagerVariables.Contains(key)).IsEqualTo(leftOut);
    }
}
