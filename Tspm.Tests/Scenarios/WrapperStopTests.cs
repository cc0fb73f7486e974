using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// A server behind a wrapper gets the stop signal and the time to drain, whatever the wrapper does with the signal:
/// most die of it at once and leave the server an orphan.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class WrapperStopTests
{
    /// <summary>Says what it sees, and drains until the file <c>go</c> is there.</summary>
    const string Server = """
        const fs = require('fs');
        const say = text => fs.appendFileSync('server.log', text + '\n');
        require('http').createServer((q, r) => r.end('hi')).listen(0, '127.0.0.1', () => say('up ' + process.pid));
        for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {
            say('got ' + signal);
            const wait = setInterval(() => { if (fs.existsSync('go')) { clearInterval(wait); say('drained'); process.exit(0); } }, 10);
        });
        """;

    const string Package = """
        { "name": "x", "version": "1.0.0", "scripts": { "start": "node server.js", "chain": "echo before && node server.js" } }
        """;

    [Test]
    [Arguments("direct", "server.js")]
    [Arguments("sh", "./start.sh")]
    [Arguments("bash", "./startb.sh")]
    [Arguments("interpreter", "start.sh|--interpreter|bash")]
    [Arguments("bash-c", "bash -c 'node server.js; echo after'")]
    [Arguments("shell-line", "echo x && node server.js")]
    [Arguments("npm", "npm start")]
    [Arguments("npm-chain", "npm run chain")]
    [Arguments("npm-line", "npm start; true")]
    [Arguments("yarn", "yarn start")]
    [Arguments("pnpm", "pnpm start")]
    // Watches the server alone: the home lies in this folder, and each file written there would make nodemon restart
    // it.
    [Arguments("nodemon", "nodemon --watch server.js server.js|--stdin|pipe")]
    [Arguments("make", "make serve")]
    [Arguments("python", "--|python3|-c|import subprocess; subprocess.call(['node', 'server.js'])")]
    [Arguments("setsid", "bash -c 'setsid node server.js & wait'")]
    [Arguments("twice", "sh -c './start.sh; true'; true")]
    public async Task A_server_behind_a_wrapper_drains_before_stop_answers(string name, string line,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var server = await Start(box, name, line.Split('|'));
        await StopWhileItDrains(box, server, "stop", name);
        await Assert.That((await box.Get(name)).State).IsEqualTo("stopped");
    }

    [Test]
    [Arguments("restart")]
    [Arguments("delete")]
    [Arguments("daemon stop")]
    [Arguments("SIGTERM")]
    public async Task Every_way_to_end_a_process_lets_the_server_drain(string way, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var server = await Start(box, "web", ["./start.sh"]);
        if (way != "SIGTERM")
        {
            await StopWhileItDrains(box, server, way == "daemon stop" ? ["daemon", "stop"] : [way, "web"]);
            return;
        }
        var (_, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian, LiveProcess.SIGTERM);
        await box.UntilFile("server.log", "got SIGTERM");
        box.Write("go", "");
        await box.UntilFile("server.log", "drained");
        await box.UntilGone(guardian);
        await Assert.That(LiveProcess.IsAlive(server)).IsFalse();
    }

    [Test]
    public async Task A_watched_server_behind_npm_drains_before_the_new_one_starts(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("watched", "1");
        var server = await Start(box, "web", ["npm start", "--watch-paths", "watched"]);
        box.Write("watched", "2");
        await box.UntilFile("server.log", "got SIGTERM");
        await Assert.That(LiveProcess.IsAlive(server)).IsTrue();
        box.Write("go", "");
        await box.UntilFile("server.log", "drained\nup ");
    }

    [Test]
    [Arguments("before the stop")]
    [Arguments("between the two signals")]
    public async Task The_daemon_is_killed_and_the_server_drains_all_the_same(string when,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var server = await Start(box, "web", ["./start.sh"]);
        if (when == "before the stop") await KillDaemon(box);
        using var stop = box.Begin("stop", "web");
        await box.UntilFile("server.log", "got SIGTERM");
        if (when == "between the two signals") await KillDaemon(box);
        await Assert.That(LiveProcess.IsAlive(server)).IsTrue();
        box.Write("go", "");
        await box.UntilFile("server.log", "drained");
        await box.UntilState("web", "stopped");
        await stop.End();
        // The signal comes once, whichever daemon sends it.
        await Assert.That(TspmBox.Text(Path.Combine(box.Folder, "server.log")).Split("got SIGTERM").Length)
            .IsEqualTo(2);
        await Assert.That(LiveProcess.IsAlive(server)).IsFalse();
    }

    /// <summary>Here the daemon that sent the signal dies while the main program itself drains.</summary>
    [Test]
    public async Task A_program_that_drains_gets_the_signal_once_although_the_daemon_dies_meanwhile(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var server = await Start(box, "web", ["node server.js"]);
        using var stop = box.Begin("stop", "web");
        await box.UntilFile("server.log", "got SIGTERM");
        await KillDaemon(box);
        // The next daemon has taken the child over, and knows that it is stopping.
        await box.UntilState("web", "stopping");
        await Assert.That(LiveProcess.IsAlive(server)).IsTrue();
        box.Write("go", "");
        await box.UntilState("web", "stopped");
        await stop.End();
        await Assert.That(TspmBox.Text(Path.Combine(box.Folder, "server.log")).Split("got SIGTERM").Length)
            .IsEqualTo(2);
    }

    [Test]
    public async Task A_server_that_never_drains_is_killed_when_the_timeout_has_passed_and_every_answer_names_it(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var server = await Start(box, "web", ["./start.sh", "--kill-timeout", "600"]);
        var stop = await box.Ok("stop", "web");
        await Assert.That(stop.Err)
            .Contains($"web: node (pid {server}) did not end in time and was killed (see stop.timeoutMs and "
                + "stop.signal)");
        await Assert.That(LiveProcess.IsAlive(server)).IsFalse();
        await Assert.That((await box.Ok("why", "web")).Out).Contains($"left behind and killed: node (pid {server})");
        var told = (await box.Ok("events", "web", "--json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
                .Single(line => line.GetProperty("kind").GetString() == "leftovers");
        await Assert.That(told.GetProperty("signal").GetString()).IsEqualTo("SIGKILL");
        await Assert.That(told.GetProperty("pids")[0].GetInt32()).IsEqualTo(server);
        await Assert.That(told.GetProperty("names")[0].GetString()).IsEqualTo("node");
    }

    [Test]
    public async Task What_a_crashed_program_leaves_behind_is_asked_to_end_before_the_restart(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var server = await Start(box, "web", ["./start.sh", "--restart-delay", "10"]);
        LiveProcess.Kill(await box.PidOf("web"));
        await box.UntilFile("server.log", "got SIGTERM");
        var entry = await box.Until("web", entry => entry.State == "waiting", "it waits for the leftovers");
        await Assert.That(entry.Reason).IsEqualTo("ending leftover processes");
        await Assert.That(LiveProcess.IsAlive(server)).IsTrue();
        box.Write("go", "");
        await box.UntilFile("server.log", "drained\nup ");
    }

    static async Task<int> Start(TspmBox box, string name, string[] words)
    {
        _ = Tools.Node;
        foreach (var tool in new[] { "npm", "yarn", "pnpm", "nodemon", "make" })
            if (words[0].StartsWith(tool + " ", StringComparison.Ordinal)) _ = Tools.Require(tool);
        box.Write("server.js", Server);
        box.Write("package.json", Package);
        box.Write("Makefile", "serve:\n\t@node server.js\n");
        Script(box, "start.sh", "#!/bin/sh\nnode server.js \"$@\"\n");
        Script(box, "startb.sh", "#!/bin/bash\nnode server.js \"$@\"\n");
        await box.Ok(["start", "--name", name, .. words]);
        var up = await box.UntilFile("server.log", "up ");
        return int.Parse(up.Split('\n')[0]["up ".Length..]);
    }

    static void Script(TspmBox box, string name, string text) =>
        File.SetUnixFileMode(box.Write(name, text), UnixFileMode.UserRead | UnixFileMode.UserExecute);

    static async Task StopWhileItDrains(TspmBox box, int server, params string[] verb)
    {
        using var stop = box.Begin(verb);
        await box.UntilFile("server.log", "got SIGTERM");
        await Assert.That(LiveProcess.IsAlive(server)).IsTrue();
        box.Write("go", "");
        await Assert.That(await stop.End()).IsEqualTo(0);
        // nodemon adds a SIGINT of its own.
        await Assert.That(TspmBox.Text(Path.Combine(box.Folder, "server.log"))).Contains("got SIGTERM\n").And
            .Contains("drained\n");
        await Assert.That(LiveProcess.IsAlive(server)).IsFalse();
        await Assert.That(stop.Err).IsEqualTo("");
    }

    static async Task KillDaemon(TspmBox box)
    {
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);
    }
}
