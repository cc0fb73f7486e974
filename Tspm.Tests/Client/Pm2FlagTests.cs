using Tspm.Client.CommandLine;
using Tspm.Client.Defining;
using Tspm.Model.Config;

namespace Tspm.Tests.Client;

/// <summary>Every flag of PM2's command line means what it means there, or is refused with both readings.</summary>
[Timeout(30_000)]
internal sealed class Pm2FlagTests
{
    static string Show(string typed)
    {
        var line = Argv.Parse(Words(typed));
        var flags =
            line.Flags.Select(
            given =>
            given.Value is { } value ? $"{given.Flag.Name}={value}" : $"{(given.On ? "+" : "-")}{given.Flag.Name}");
        return $"{line.Verb.Name} [{string.Join(',', line.Words)}] {string.Join(' ', flags)}".Trim();
    }

    static string[] Words(string typed) => [.. Tspm.Text.ShellWords.Split("tspm " + typed)!.Skip(1)];

    [Test]
    [Arguments("start app.js -i 0", "0 instances means one instance per core: here ")]
    [Arguments("set web --instances=-1000",
        "-1000 instances means one instance per core, less 1000 (at least 1): here 1")]
    public async Task A_number_of_instances_below_one_says_what_it_means(
        string typed, string said, CancellationToken cancel) =>
        await Assert.That(Argv.Parse(Words(typed)).Flags.Single().Note).StartsWith(said);

    [Test]
    [Arguments("start app.js -l all.log", "start [app.js] out-file=all.log +merge-logs")]
    [Arguments("start app.js --log=all.log", "start [app.js] out-file=all.log +merge-logs")]
    [Arguments("start app.js -k 3000", "start [app.js] kill-timeout=3000")]
    [Arguments("start app.js -a", "start [app.js] +update-env")]
    [Arguments("start app.js -i2", "start [app.js] instances=2")]
    [Arguments("start app.js -i -1000", "start [app.js] instances=1")]
    [Arguments("start app.js --instances=-1000", "start [app.js] instances=1")]
    [Arguments("start app.js --watch=src", "start [app.js] watch-paths=src")]
    [Arguments("start app.js --watch=false", "start [app.js] -watch")]
    [Arguments("start --watch app.js", "start [app.js] +watch")]
    [Arguments("start app.js --watch --name x", "start [app.js] +watch name=x")]
    [Arguments("start app.js --watch --ignore-watch 'logs tmp'", "start [app.js] +watch watch-ignore=logs,tmp")]
    [Arguments("start app.js --watch-delay 4s", "start [app.js] watch-delay=4s")]
    [Arguments("start app.js --watch-delay 500", "start [app.js] watch-delay=500")]
    [Arguments("start app.js --stop-exit-codes 42 43 --name x", "start [app.js] stop-exit-codes=42,43 name=x")]
    [Arguments("start app.js --stop-exit-codes=42,43", "start [app.js] stop-exit-codes=42,43")]
    [Arguments("start --stop-exit-codes 0 143 app.js", "start [app.js] stop-exit-codes=0,143")]
    [Arguments("start app.js --stop-exit-codes '1 2'", "start [app.js] stop-exit-codes=1,2")]
    [Arguments("set 7 --stop-exit-codes 42 43", "set [7] stop-exit-codes=42,43")]
    [Arguments("start app.js --node-args='--inspect -r esm'", "start [app.js] interpreter-args=--inspect -r esm")]
    [Arguments("start app.js --interpreter-args --inspect", "start [app.js] interpreter-args=--inspect")]
    [Arguments("start app.js --listen-timeout 3000", "start [app.js] start-timeout=3000")]
    [Arguments("start app.js --wait-ready tcp:80", "start [app.js] ready=tcp:80")]
    [Arguments("start app.js --disable-logs", "start [app.js] out-file=/dev/null err-file=/dev/null")]
    [Arguments(
        "start app.js -x --no-vizion --no-pmx --no-automation --no-color --disable-trace --disable-source-map-support",
        "start [app.js]")]
    [Arguments("start app.js -s", "start [app.js] +silent")]
    [Arguments("kill -s", "kill [] +silent")]
    [Arguments("save --force", "save []")]
    [Arguments("startup systemd --hp /home/me", "startup [systemd,/home/me]")]
    [Arguments("logs web -n5", "logs [web] lines=5")]
    [Arguments("logs web --nostream --timestamp", "logs [web] +timestamps")]
    [Arguments(
        "start app.js --no-treekill --uid www --gid www --cron-restart '0 3 * * *'",
        "start [app.js] -treekill user=www group=www cron=0 3 * * *")]
    public async Task What_can_be_meant_is_done(string typed, string expected, CancellationToken cancellation) =>
        await Assert.That(Show(typed)).IsEqualTo(expected);

    [Test]
    [Arguments("start app.js -i 0")]
    [Arguments("start app.js --instances=0")]
    public async Task Zero_instances_are_one_per_core(string typed, CancellationToken cancellation) =>
        await Assert.That(Show(typed)).IsEqualTo($"start [app.js] instances={Environment.ProcessorCount}");

    [Test]
    [Arguments("start app.js -e err.log", "names the file for standard error", "tspm start app.js --err-file err.log")]
    [Arguments(
        "-e 'a b.log' start app.js", "names the file for standard error", "tspm --err-file 'a b.log' start app.js")]
    [Arguments(
        "start ecosystem.config.js --env production", "chooses env_NAME",
        "tspm import pm2 ecosystem.config.js --env production --start")]
    [Arguments("start app.js --env=test", "chooses env_NAME", "tspm import pm2 FILE --env test --start")]
    [Arguments(
        "start app.js --wait-ready --listen-timeout 3000", "waits for process.send('ready')",
        "tspm start app.js --ready PROBE --listen-timeout 3000")]
    [Arguments("start --wait-ready app.js", "waits for process.send('ready')", "tspm start --ready PROBE app.js")]
    [Arguments("start app.js --wait-ready", "waits for process.send('ready')", "tspm start app.js --ready PROBE")]
    [Arguments("start app.js --err-file e.log --merge-logs", "would stay empty", "tspm start app.js --err-file e.log")]
    [Arguments(
        "start app.js -l b.log --err-file e.log", "In PM2, -l writes both",
        "type: tspm start app.js --out-file b.log --err-file e.log")]
    [Arguments(
        "start --error=e.log app.js --log b.log", "In PM2, --log writes both",
        "type: tspm start --error=e.log app.js --out-file b.log")]
    [Arguments("start app.js -o a -l b", "In PM2, -l writes both", "type: tspm start app.js -o a")]
    [Arguments(
        "set web --log=b --output o --err-file e", "In PM2, --log writes both", "tspm set web --output o --err-file e")]
    [Arguments("start node a.js --port 3", "has no flag '--port'", "program: tspm start node a.js -- --port 3")]
    [Arguments("start a.js --port=3 -n x -- -v", "no flag '--port'", "program: tspm start a.js -n x -- --port=3 -v")]
    [Arguments("start python3 w.py -x", "could be meant for PM2 or for the program", "tspm start python3 w.py -- -x")]
    [Arguments(
        "start pm2.json --profile prod", "not part of this version", "tspm import pm2 FILE --env prod --start")]
    [Arguments("startOrReload eco.json --env production", "a verb of PM2", "type: tspm start eco.json (")]
    [Arguments("startorrestart", "a verb of PM2", "type: tspm start FILE (")]
    [Arguments("gracefulReload web", "a verb of PM2", "type: tspm reload web")]
    [Arguments("prettylist", "a verb of PM2", "type: tspm list --json")]
    [Arguments("sendSignal SIGHUP web", "a verb of PM2", "type: tspm signal SIGHUP web")]
    [Arguments("reloadLogs", "a verb of PM2", "type: tspm reopen")]
    [Arguments("report", "a verb of PM2", "type: tspm status")]
    [Arguments("start app.js --watch src", "another process", "tspm start app.js --watch-paths src")]
    [Arguments("start app.js --watch-delay 4", "waits 4 seconds", "tspm start app.js --watch-delay 4s")]
    [Arguments("start --stop-exit-codes 42 7", "leaves nothing to start", "tspm start NAME --stop-exit-codes 42,7")]
    [Arguments("start app.js --time", "writes the time into the log", "tspm start app.js")]
    [Arguments(
        "start app.js --log-date-format 'YYYY MM' -n x", "writes the time into the log", "tspm start app.js -n x")]
    [Arguments("start app.js --log-type json", "as JSON", "type: tspm start app.js")]
    [Arguments("start app.js --no-daemon", "in the foreground", "tspm start app.js --attach")]
    [Arguments("start app.js --no-autostart", "defines a process without starting it", "tspm add app.js")]
    [Arguments("start app.js -p app.pid", "names a pid file", "type: tspm start app.js")]
    [Arguments("start app.js -w", "tspm export config NAME", "type: tspm start app.js")]
    [Arguments("start app.js --filter-env AWS", "env(1)", "env -u AWS tspm start app.js")]
    [Arguments("start app.js --ext js,ts", "these extensions", "tspm start app.js --watch-paths")]
    [Arguments(
        "start app.js --source-map-support", "source maps",
        "tspm start app.js --env NODE_OPTIONS=--enable-source-maps")]
    [Arguments("start app.js --deep-monitoring", "monitoring", "type: tspm start app.js")]
    [Arguments("start app.js --shutdown-with-message", "--stop-signal", "type: tspm start app.js")]
    [Arguments("set web --cron-restart 0", "removes the schedule", "tspm set web schedule=")]
    [Arguments("restart all --parallel 2", "how many are done at once", "tspm restart all")]
    [Arguments("restart web --watch", "does not change settings", "tspm set web --watch, then: tspm restart web")]
    [Arguments("reload --memory 1G web", "change settings", "tspm set web --memory 1G, then: tspm reload web")]
    [Arguments("restart web --memory", "does not change", "tspm set web --memory SIZE, then: tspm restart web")]
    [Arguments("restart --watch", "does not change settings", "tspm set NAME --watch, then: tspm restart NAME")]
    [Arguments("restart web --name new", "does not change settings", "tspm rename web new")]
    [Arguments(
        "restart web --env A=1", "does not change settings", "tspm set web --env A=1, then: tspm restart web")]
    [Arguments("restart web --env", "does not change settings", "tspm set web --env KEY=VALUE, then: tspm")]
    [Arguments(
        "reload a --cwd=/x b --wait", "does not change settings", "tspm set a b --cwd /x, then: tspm reload a b")]
    [Arguments(
        "restart web --env prod", "Type: tspm set web --env KEY=VALUE, then: tspm restart web; or, for env_prod of",
        ": tspm import pm2 --env prod --start")]
    [Arguments("startup systemd -u me --hp /home/me", "for the account of USER", "tspm enable --user me")]
    [Arguments("start app.js -name web", "has no flag '-name'", "tspm start --help")]
    [Arguments("list -s", "has no flag '-s'", "tspm list --help")]
    public async Task What_cannot_be_meant_is_refused_with_both_readings(
        string typed, string reading, string command, CancellationToken cancellation)
    {
        var refused = await Assert.That(() => Argv.Parse(Words(typed))).Throws<UsageException>();
        await Assert.That(refused!.Message).Contains(reading).And.Contains(command);
    }

    /// <summary>Ready to paste means: understood.</summary>
    [Test]
    [Arguments("start app.js -l b.log --err-file e.log"), Arguments("start --error e.log --log b.log app.js")]
    [Arguments("start app.js -l b.log -o o.log --err-file e.log"), Arguments("set web -l b.log --error e.log")]
    [Arguments("start app.js -e err.log"), Arguments("start app.js --no-daemon"),
        Arguments("start app.js --no-autostart"), Arguments("start app.js --watch-delay 4")]
    [Arguments("start app.js --time"), Arguments("start app.js --ext js,ts"),
        Arguments("start app.js --source-map-support -n 'a b'"), Arguments("set web --cron-restart 0")]
    public async Task The_command_that_is_named_is_one_of_this_version(string typed, CancellationToken cancellation)
    {
        var refused = await Assert.That(() => Argv.Parse(Words(typed))).Throws<UsageException>();
        var command = refused!.Message[(refused.Message.IndexOf("type: tspm ", StringComparison.Ordinal) + 11)..];
        await Assert.That(Argv.Parse(Words(command)).Words.Length).IsGreaterThanOrEqualTo(1);
    }

    [Test]
    public async Task Interpreter_arguments_go_to_the_interpreter_whatever_named_it(CancellationToken cancellation)
    {
        var config = new ProcessConfig { Command = "app.js", Interpreter = "node" };
        ProcessConfig With(params string[] pairs) => ConfigFlags.Apply(config, Given.Flags(pairs));
        await Assert.That(With("interpreter-args", "--inspect --title='a b'").Interpreter)
            .IsEqualTo("node --inspect '--title=a b'");
        await Assert.That(With("interpreter-args", "-u", "interpreter", "python3").Interpreter)
            .IsEqualTo("python3 -u");
        var without = Given.Flags("interpreter-args", "-u");
        await Assert.That(() => ConfigFlags.Apply(new ProcessConfig { Command = "app" }, without))
            .Throws<UsageException>();
        await Assert.That(With("start-timeout", "3s").StartTimeoutMs).IsEqualTo(3000);
        await Assert.That(ConfigFlags.Assignments(Given.Flags("start-timeout", "3s")))
            .IsEquivalentTo(["startTimeoutMs=3000"]);
    }
}
