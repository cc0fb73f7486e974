using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>tspm daemon --apply FILE</c> and its companions: what a container's command needs. As PID 1:
/// <see cref="ContainerInitTests"/>.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ContainerTests
{
    [Test]
    public async Task A_files_processes_are_started_with_the_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["GREETING"] = "hello";
        box.Write("c.toml", """
            [[processes]]
            name = "web"
            command = "sh"
            args = ["-c", "trap 'echo bye; exit 0' TERM; echo $GREETING; while :; do sleep 0.02; done"]
            [[processes]]
            name = "other"
            command = "sleep 1000"
            dependsOn = [{ name = "web" }]
            """);
        using (var daemon = box.Begin("daemon", "--apply", "c.toml"))
        {
            await box.UntilOut("web", "hello\n");
            await box.UntilState("other", "online");
            daemon.Signal(LiveProcess.SIGTERM);
            await Assert.That(await daemon.End()).IsEqualTo(0);
        }
        await Assert.That(File.ReadAllText(box.OutLog("web"))).IsEqualTo("hello\nbye\n");
        // The next start finds what was, and takes what the file says now.
        box.Write("c.toml", "[[processes]]\nname = \"web\"\ncommand = \"sleep 2000\"\n");
        using (var daemon = box.Begin("daemon", "--apply=c.toml"))
        {
            // By what runs: the definition changes before the process is restarted with it.
            var web = await box
                .Until("web", entry => entry.IsOnline && LiveProcess.CommandOf(entry.Pid!.Value) == "sleep 2000",
                    "web is what the file says");
            var pid = web.Pid!.Value;
            // A daemon that comes after a death goes on, and does not begin again.
            LiveProcess.Kill((await box.DaemonPids()).Daemon);
            await Assert.That(await box.PidOf("web")).IsEqualTo(pid);
            // What was done since then counts, and not the file.
            await box.Ok("stop", "web");
            LiveProcess.Kill((await box.DaemonPids()).Daemon);
            await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null, "a daemon answers");
            await Assert.That((await box.Get("web")).State).IsEqualTo("stopped");
            daemon.Signal(LiveProcess.SIGTERM);
            await Assert.That(await daemon.End()).IsEqualTo(0);
        }
    }

    /// <summary>
    /// As <c>apply</c> does it: what the children of a dead daemon got at their birth and has not changed is no reason
    /// for new ones.
    /// </summary>
    [Test]
    public async Task Only_what_has_to_be_is_restarted_and_what_is_down_is_started(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        const string Others = """
            , { "name": "job", "command": "touch ran", "schedule": { "cron": "0 3 1 1 *", "action": "start" } },
              { "name": "off", "command": "sleep 1000", "enabled": false } ] }
            """;
        box.Variables["GREETING"] = "hello";
        box.Write("c.json", """
            { "processes": [ { "name": "web", "command": "sleep 1000" }, { "name": "api", "command": "sleep 1001" }, { "name": "down", "command": "sleep 1002" }, { "name": "gone", "command": "sleep 1003" }
            """ + Others);
        int web, api, gone;
        using (var daemon = box.Begin("daemon", "--apply", "c.json"))
        {
            await box.UntilState("gone", "online");
            await box.Ok("stop", "down");
            (web, api, gone) = (await box.PidOf("web"), await box.PidOf("api"), await box.PidOf("gone"));
            var pids = await box.DaemonPids();
            LiveProcess.Kill(pids.Guardian);
            await box.UntilGone(pids.Daemon);
        }
        box.Variables["GREETING"] = "good evening";
        box.Write("c.json", """
            { "processes": [ { "name": "web", "command": "sleep 1000", "log": { "keep": 3 }, "restart": { "delayMs": 5 } }, { "name": "api", "command": "sleep 2001" }, { "name": "down", "command": "sleep 1002" }
            """ + Others);
        using (var daemon = box.Begin("daemon", "--apply", "c.json"))
        {
            await box.UntilState("down", "online");
            await box.Until("api", entry => entry.IsOnline && entry.Pid != api, "api is what the file says now");
            await Assert.That((await box.PidOf("web"), await box.PidOf("gone"))).IsEqualTo((web, gone));
            await Assert.That((await box.Ok("describe", "web",
                "--json")).Json.GetProperty("config").GetProperty("log").GetProperty("keep").GetInt32()).IsEqualTo(3);
            // What is started has what this daemon was started with.
            await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("api"))["GREETING"]).IsEqualTo("good evening");
            await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("down"))["GREETING"]).IsEqualTo("good evening");
            await Assert.That(((await box.Get("off")).State, (await box.Get("job")).State))
                .IsEqualTo(("stopped", "stopped"));
            await Assert.That(File.Exists(Path.Combine(box.Folder, "ran"))).IsFalse();
            await box.Ok("daemon", "stop");
            await Assert.That(await daemon.End()).IsEqualTo(0);
        }
    }

    [Test]
    [Arguments("{", "line 1")]
    [Arguments("""{ "processes": [ { "name": "a", "command": "true", "nmae": 1 } ] }""", "nmae")]
    [Arguments("""{ "processes": [ { "name": "a", "command": "true", "dependsOn": [ { "name": "nobody" } ] } ] }""", "nobody")]
    [Arguments(null, "c.json")]
    public async Task A_file_that_cannot_be_applied_ends_it_with_the_reason(string? content, string reason,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        if (content is not null) box.Write("c.json", content);
        using var daemon = box.Begin("daemon", "--apply", "c.json");
        await Assert.That(await daemon.End()).IsEqualTo(1);
        await box.Until(() => daemon.Err.Contains(reason, StringComparison.Ordinal), $"'{reason}' in: {daemon.Err}");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    [Arguments("--exit-when", "sometimes"), Arguments("--apply", ""), Arguments("--logs", "--exit-when"),
        Arguments("--logs", "more")]
    public async Task What_is_not_understood_is_refused(string first, string second, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("daemon", first, second)).Exits(2).Says("--exit-when errored|all-stopped");
    }

    [Test]
    [Arguments("exit 0", 0), Arguments("exit 3", 1), Arguments("kill -9 $$", 1)]
    public async Task It_ends_when_all_have_ended_and_says_whether_that_was_well(string script, int code,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", $$"""
            { "processes": [
              { "name": "first", "command": "sh", "args": ["-c", "echo began; while [ ! -e go ]; do sleep 0.02; done; {{script}}"], "restart": { "policy": "never" } },
              { "name": "second", "command": "true", "restart": { "policy": "never" } } ] }
            """);
        using (var daemon = box.Begin("daemon", "--apply", "c.json", "--exit-when", "all-stopped"))
        {
            await box.UntilState("second", "stopped");
            await box.Ok("ping");
            box.Write("go", "");
            await Assert.That(await daemon.End()).IsEqualTo(code);
        }
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        // In the same home once more: that all has ended before does not count.
        using var again = box.Begin("daemon", "--apply", "c.json", "--exit-when", "all-stopped");
        await Assert.That(await again.End()).IsEqualTo(code);
        await Assert.That(File.ReadAllText(box.OutLog("first"))).IsEqualTo("began\nbegan\n");
    }

    [Test]
    public async Task It_ends_when_one_is_given_up_and_takes_the_others_down(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", """
            { "processes": [ { "name": "lives", "command": "sleep 1000" },
              { "name": "fails", "command": "sh", "args": ["-c", "while [ ! -e go ]; do sleep 0.02; done; exit 1"], "restart": { "maxConsecutive": 2, "delayMs": 10 } } ] }
            """);
        using var daemon = box.Begin("daemon", "--apply", "c.json", "--exit-when", "errored");
        var pid = (await box.Until("lives", entry => entry.IsOnline, "lives is online")).Pid!.Value;
        box.Write("go", "");
        await Assert.That(await daemon.End()).IsEqualTo(1);
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
    }

    /// <summary>
    /// An old home tells of failures that the file's processes have yet to repeat: another process of it that changes
    /// while the file is read makes nobody look at them.
    /// </summary>
    [Test]
    public async Task What_failed_before_the_file_was_applied_does_not_count(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "other", "--no-wait", "sleep 1000");
        await box.Run("start", "--name", "web", "--no-wait", "--max-restarts", "1", "--restart-delay", "1ms", "false");
        await box.UntilState("web", "errored");
        await box.Ok("daemon", "stop");
        box.Write("c.json", """{ "processes": [ { "name": "web", "command": "sleep 1000" } ] }""");
        using var daemon = box.Begin("daemon", "--apply", "c.json", "--exit-when", "errored");
        await box.Until("web", entry => entry.IsOnline, "web is online");
        await box.Ok("daemon", "stop");
        await Assert.That(await daemon.End()).IsEqualTo(0);
    }

    /// <summary>A container that is started again, in the same home and with the same file.</summary>
    [Test]
    public async Task What_was_given_up_is_tried_again_by_the_next_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", """{ "processes": [ { "name": "web", "command": "sh", "args": ["-c", "test -e mended && exec sleep 1000"], "restart": { "maxConsecutive": 1 } } ] }""");
        using (var daemon = box.Begin("daemon", "--apply", "c.json", "--exit-when", "errored"))
            await Assert.That(await daemon.End()).IsEqualTo(1);
        box.Write("mended", "");
        using var again = box.Begin("daemon", "--apply", "c.json", "--exit-when", "errored");
        await box.Until("web", entry => entry.IsOnline, "web is online");
        await box.Ok("daemon", "stop");
        await Assert.That(await again.End()).IsEqualTo(0);
    }

    [Test]
    public async Task What_cannot_even_be_started_counts_as_given_up(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", """{ "processes": [ { "name": "no", "command": "/no/such/program", "restart": { "policy": "never" } } ] }""");
        using var daemon = box.Begin("daemon", "--apply", "c.json", "--exit-when", "errored");
        await Assert.That(await daemon.End()).IsEqualTo(1);
        await box.Until(() => daemon.Err.Contains("/no/such/program", StringComparison.Ordinal), "it says which");
    }

    [Test]
    public async Task What_the_children_print_is_on_its_output_too_with_their_names(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", """
            { "processes": [
              { "name": "one", "command": "sh", "args": ["-c", "trap 'echo last words; exit 0' TERM; n=0; while :; do n=$((n+1)); echo $n; sleep 0.01; done"] },
              { "name": "two", "command": "sh", "args": ["-c", "echo to the left; echo and right >&2; exec sleep 1000"] } ] }
            """);
        using var daemon = box.Begin("daemon", "--apply", "c.json", "--logs");
        await daemon.UntilOut("two | to the left\n");
        await daemon.UntilOut("two | and right\n");
        await daemon.UntilOut("one | 20\n");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        var reached = int.Parse(TspmBox.Text(box.OutLog("one")).Split('\n')[^2]);
        await daemon.UntilOut($"one | {reached + 20}\n");
        await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "newer/tspm"));
        reached = int.Parse(TspmBox.Text(box.OutLog("one")).Split('\n')[^2]);
        await daemon.UntilOut($"one | {reached + 20}\n");
        daemon.Signal(LiveProcess.SIGTERM);
        await Assert.That(await daemon.End()).IsEqualTo(0);
        await daemon.UntilOut("one | last words\n");
        var numbers = daemon.Out.Split('\n').Where(line => line.StartsWith("one | ", StringComparison.Ordinal))
            .Select(line => line["one | ".Length..]).Where(line => line != "last words").ToList();
        await Assert.That(numbers).IsEquivalentTo(Enumerable.Range(1, numbers.Count).Select(number => $"{number}"));
    }
}
