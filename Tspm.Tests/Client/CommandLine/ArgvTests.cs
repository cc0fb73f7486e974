using CsCheck;
using Tspm.Client.CommandLine;

namespace Tspm.Tests.Client.CommandLine;

[Timeout(30_000)]
public sealed class ArgvTests
{
    static string Show(ParsedLine line)
    {
        var flags = line.Flags
            .Select(given =>
                given.Value is { } value ? $"{given.Flag.Name}={value}" : $"{(given.On ? "+" : "-")}{given.Flag.Name}");
        var program = line.Program is { } said ? $" -- {string.Join(',', said)}" : "";
        return $"{line.Verb.Name} [{string.Join(',', line.Words)}] {string.Join(' ', flags)}{program}";
    }

    static string Refusal(params string[] args)
    {
        try
        {
            return "understood as " + Show(Argv.Parse(args));
        }
        catch (UsageException mistake)
        {
            return mistake.Message;
        }
    }

    [Test]
    [Arguments("list", "list [] ")]
    [Arguments("ls", "list [] ")]
    [Arguments("ps --json", "list [] +json")]
    [Arguments("jlist", "list [] +json")]
    [Arguments("rm web api", "delete [web,api] ")]
    [Arguments("del --logs web", "delete [web] +logs")]
    [Arguments("show web", "describe [web] ")]
    [Arguments("info web", "describe [web] ")]
    [Arguments("edit web A=1", "edit [web,A=1] ")]
    [Arguments("log -f web", "logs [web] +follow")]
    [Arguments("logs web -n 5", "logs [web] lines=5")]
    [Arguments("logs --lines=5 web --error", "logs [web] lines=5 +err")]
    [Arguments("start app.js --name web", "start [app.js] name=web")]
    [Arguments("start app.js --name=web", "start [app.js] name=web")]
    [Arguments("start --name web app.js", "start [app.js] name=web")]
    [Arguments("--name web start app.js", "start [app.js] name=web")]
    [Arguments("--json list", "list [] +json")]
    [Arguments("start app.js -n web -f", "start [app.js] name=web +force")]
    [Arguments("start app.js -e A=1 -e B=2,3 -e C=", "start [app.js] env=A=1 env=B=2,3 env=C=")]
    [Arguments("start app.js --env=A=b=c", "start [app.js] env=A=b=c")]
    [Arguments("start app.js --max-memory-restart 200M", "start [app.js] memory=200M")]
    [Arguments("start app.js --exp-backoff-restart-delay 100", "start [app.js] restart-delay=100")]
    [Arguments("start app.js --output o --error e", "start [app.js] out-file=o err-file=e")]
    [Arguments("start app.js -o o", "start [app.js] out-file=o")]
    [Arguments("start app.js --uid www --gid www", "start [app.js] user=www group=www")]
    [Arguments("start app.js --no-autorestart", "start [app.js] -autorestart")]
    [Arguments("start app.js --autorestart=false", "start [app.js] -autorestart")]
    [Arguments("start app.js --no-wait --no-auto-start", "start [app.js] -wait -auto-start")]
    [Arguments("start app.js --no-json", "start [app.js] -json")]
    [Arguments("start app.js --nice -5", "start [app.js] nice=-5")]
    [Arguments("start app.js -- --port 80 --", "start [app.js]  -- --port,80,--")]
    [Arguments("start --name x -- ./run --name y", "start [] name=x -- ./run,--name,y")]
    [Arguments("start app.js --", "start [app.js]  -- ")]
    [Arguments("stop -- --odd", "stop [--odd] ")]
    [Arguments("signal HUP web", "signal [HUP,web] ")]
    [Arguments("signal -HUP web", "signal [-HUP,web] ")]
    [Arguments("signal -9 web", "signal [-9,web] ")]
    [Arguments("send web -", "send [web,-] ")]
    [Arguments("-v", "version [] ")]
    [Arguments("--version", "version [] ")]
    [Arguments("-h", "help [] ")]
    [Arguments("", "help [] ")]
    [Arguments("stop --help", "stop [] +help")]
    public async Task The_command_line_is_read_as_people_write_it(string typed, string expected,
        CancellationToken cancel)
    {
        await Assert.That(Show(Argv.Parse(typed.Split(' ', StringSplitOptions.RemoveEmptyEntries))))
            .IsEqualTo(expected);
    }

    [Test]
    [Arguments("strat web", "did you mean 'start'")]
    [Arguments("frobnicate", "unknown verb 'frobnicate'")]
    [Arguments("list --jsn", "did you mean '--json'")]
    [Arguments("start x --nmae web", "did you mean '--name'")]
    [Arguments("list --name web", "'list' has no flag '--name'")]
    [Arguments("start x --name", "--name needs a value")]
    [Arguments("start x --name --json", "--name needs a value")]
    [Arguments("start x --name -- y", "--name needs a value")]
    [Arguments("start x --name a --name b", "given twice")]
    [Arguments("start x --cron * ", "5 fields")]
    [Arguments("start x --cron @often", "'@often' is not valid; expected @yearly, @monthly, @weekly, @daily, @hourly")]
    [Arguments("start x --cron-restart 1", "5 fields")]
    [Arguments("dial-stdio -H ssh://a", "has no flag '-H'")]
    [Arguments("start x -e novalue", "-e KEY=VALUE sets a variable")]
    [Arguments("start x --environment novalue", "expected KEY=VALUE")]
    [Arguments("start x -e =v", "expected KEY=VALUE")]
    [Arguments("start x --memory lots", "--memory: 'lots'")]
    [Arguments("start x --restart sometimes", "always, on-failure or never")]
    [Arguments("start x --instances none", "expected a whole number from 1 to 1000, or max")]
    [Arguments("start x -i abc", "expected a whole number from 1 to 1000, or max")]
    [Arguments("start x -i 1001", "expected a whole number from 1 to 1000, or max")]
    [Arguments("start x --max-restarts -1", "'-1' is not valid; expected a whole number, 1 or more")]
    [Arguments("start x --max-restarts 0", "'0' is not valid; expected a whole number, 1 or more")]
    [Arguments("start x --max-restarts many", "'many' is not valid; expected a whole number, 1 or more")]
    [Arguments("start x --log-keep 1001", "expected a whole number from 0 to 1000")]
    [Arguments("logs --lines=-1", "expected a whole number, 0 or more")]
    [Arguments("start x --nice low", "expected a whole number from -20 to 19")]
    [Arguments("start x --stop-exit-codes 0,300", "expected exit codes from 0 to 255")]
    [Arguments("list --sort mem:up", "restarts or id; with :asc or :desc after it to choose the direction")]
    [Arguments("list --sort size", "restarts or id; with :asc or :desc after it to choose the direction")]
    [Arguments("start x --ready tcp:99999",
        "--ready: 'tcp:99999' is not valid; expected tcp:PORT or tcp:HOST:PORT, with a port from 1 to 65535")]
    [Arguments("start x --health delay:5s", "--health: 'delay:5s' is not valid; it is a delay, which cannot check")]
    [Arguments("start x --ready log:(", "'log:(' is not valid; it must be a valid regular expression: a '('")]
    [Arguments("start x --umask 9", "octal")]
    [Arguments("start x --nice 40", "-20 to 19")]
    [Arguments("start x --name a:7", "selects an instance")]
    [Arguments("start x --stop-signal FOO", "expected a signal")]
    [Arguments("start x --kill-timeout 5x", "expected milliseconds")]
    [Arguments("start x --no-name", "has no flag '--no-name'")]
    [Arguments("start x --json=maybe", "does not take the value")]
    [Arguments("start", "nothing to start")]
    [Arguments("start --name x --", "nothing to start")]
    [Arguments("stop", "needs an argument")]
    [Arguments("why", "for all processes: tspm why all")]
    [Arguments("flush", "for all processes: tspm flush all")]
    [Arguments("rename web", "needs 2 arguments")]
    [Arguments("ping web", "unexpected argument 'web'")]
    [Arguments("send web a b", "quote words that belong together")]
    [Arguments("stat", "type: tspm status (the daemon), or tspm list (the processes)")]
    [Arguments("stat web", "'stat' is not a verb of tspm; type: tspm describe web")]
    [Arguments("remove a b", "type: tspm delete a b")]
    [Arguments("remove", "type: tspm delete NAME")]
    [Arguments("tail web", "type: tspm logs -f web")]
    [Arguments("create", "type: tspm add COMMAND")]
    [Arguments("is-active web", "type: tspm pid web (exit")]
    [Arguments("status web", "takes no process; type: tspm describe web")]
    [Arguments("kill web", "type: tspm signal KILL web; to stop the daemon: tspm daemon stop")]
    [Arguments("enable web", "type: tspm set web enabled=true")]
    [Arguments("disable a b", "type: tspm set a enabled=false; tspm set b enabled=false")]
    [Arguments("stop --all", "for all processes, type: tspm stop all")]
    [Arguments("list --all", "for all processes, type: tspm list")]
    [Arguments("start --all", "for all processes, type: tspm start all")]
    [Arguments("ping --all", "'ping' has no flag '--all' (to see")]
    [Arguments("-- list", "needs a verb")]
    [Arguments("--frob", "needs a verb")]
    public async Task A_slip_is_refused_with_the_nearest_right_thing(string typed, string expected,
        CancellationToken cancel)
    {
        await Assert.That(Refusal(typed.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Contains(expected);
    }

    [Test]
    [Arguments("startAsDaemon app.js", "  tspm start app.js\n")]
    [Arguments("start-as-daemon app.js --name web", "  tspm start app.js --name web\n")]
    [Arguments("--STARTASDAEMON --name=web app.js one two", "  tspm start app.js --name web -- one two\n")]
    [Arguments("start_as_daemon app.js --watch true --autorestart false",
        "  tspm start app.js --watch --no-autorestart\n")]
    [Arguments("StartAsDaemon app.js --watch=false --memoryLimit 512MB --projectDir /srv",
        "  tspm start app.js --memory 512MB --cwd /srv\n")]
    [Arguments("startasdaemon app.js --frobnicate --name web",
        "  tspm start app.js --name web\n(left out: --frobnicate")]
    [Arguments("startAsDaemon app.js --memory lots --json", "  tspm start app.js --json\n(left out: --memory")]
    [Arguments("startAsDaemon -n web -i 2 -- node app.js --port 80",
        "  tspm start node --name web --instances 2 -- app.js --port 80\n")]
    [Arguments("startAsDaemon app.js --watch --memory 1G", "  tspm start app.js --watch --memory 1G\n")]
    public async Task StartAsDaemon_is_answered_with_the_command_to_use_instead(string typed, string expected,
        CancellationToken cancel)
    {
        await Assert.That(Refusal(typed.Split(' '))).Contains(expected).And.Contains("MIGRATION.md");
    }

    /// <summary>Ready to paste means: understood, and with the same command.</summary>
    [Test]
    public void The_replacement_of_startAsDaemon_is_always_a_command_line_of_this_version(CancellationToken cancel)
    {
        string[] words = ["app.js", "node server.js", "it's $X", "--name", "web", "--name=w x", "--watch", "true",
            "false", "--memory", "1G", "--memoryLimit=5", "--env", "A=b c", "-e", "--frob", "--frob=1", "-n",
                "--no-autorestart", "--json", "x"];
        Gen.Int[0, words.Length - 1].Array[0, 8].Sample(chosen =>
        {
            string[] typed = ["startAsDaemon", "app", .. chosen.Select(at => words[at])];
            var said = Refusal(typed).Split('\n')
                .Single(line => line.StartsWith("  tspm start ", StringComparison.Ordinal)).Trim();
            var argv = Tspm.Text.ShellWords.Split(said)!;
            return Argv.Parse([.. argv.Skip(1)]).Words[0] == "app";
        });
    }

    [Test]
    public async Task The_replacement_of_startAsDaemon_is_quoted_for_the_shell(CancellationToken cancel)
    {
        await Assert.That(Refusal("startAsDaemon", "node a.js $X", "--name", "it's"))
            .Contains(@"tspm start 'node a.js $X' --name 'it'\''s'");
    }

    [Test]
    public async Task Every_listed_verb_and_flag_has_help(CancellationToken cancel)
    {
        foreach (var verb in Verbs.Listed)
        {
            var help = Tspm.Client.Output.Help.HelpText.For(verb);
            await Assert.That(help).Contains("Usage: tspm " + verb.Name);
            foreach (var flag in verb.AllFlags) await Assert.That(Flags.Find(flag)?.Help ?? "").IsNotEmpty();
        }
    }
}
