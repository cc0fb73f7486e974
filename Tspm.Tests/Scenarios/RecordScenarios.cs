using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>The record tells the truth: every exit and every reload, with its cause, wherever people look.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class RecordScenarios
{
    const string Patient = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done";

    static List<JsonElement> Parse(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => JsonDocument.Parse(line).RootElement)];

    static string Kinds(Ran ran) =>
        string.Join(' ', Parse(ran.Out).Select(static happened => happened.GetProperty("kind").GetString()));

    [Test]
    public async Task Events_are_chosen_by_kind_cause_pattern_and_time(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--restart", "never", "--", "sh", "-c", "exit 7");
        await box.Ok("start", "--name", "db", "--", "sh", "-c", Patient);
        await box.UntilState("web", "stopped");
        await box.UntilOut("db", "ready\n");
        await box.Ok("stop", "db");
        await Assert.That(Kinds(await box.Ok("events", "--kind", "exited", "--json"))).IsEqualTo("exited exited");
        await Assert.That(Kinds(await box.Ok("events", "--kind", "crash", "--json"))).IsEqualTo("exited stopped");
        await Assert.That(Kinds(await box.Ok("events", "--kind", "started,request", "db", "--json")))
            .IsEqualTo("started");
        await Assert.That((await box.Ok("events", "--grep", "code 7")).Out.Trim().Split('\t')[5])
            .IsEqualTo("exited with code 7; restart policy is never");
        await Assert.That(Kinds(await box.Ok("events", "--grep", "^db .*stopped by user", "--json", "-n", "1")))
            .IsEqualTo("stopped");
        (await box.Ok("events", "--until", "2026-01-01")).Says("no event matches");
        var times = Parse((await box.Ok("events", "--json")).Out)
            .ConvertAll(static happened => happened.GetProperty("time").GetDateTimeOffset());
        var until = times[^3].ToString("o");
        await Assert.That(Parse((await box.Ok("events", "--json", "--until", until)).Out).Count)
            .IsEqualTo(times.Count(time => time <= times[^3]));
        // The same words without a daemon.
        await box.Ok("daemon", "stop");
        await Assert.That(Kinds(await box.Ok("events", "--kind", "crash", "--json"))).IsEqualTo("exited stopped");
    }

    [Test]
    public async Task What_cannot_be_chosen_is_said(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--", "sleep", "1000");
        (await box.Run("events", "--kind", "exitd")).Exits(2)
            .Says("'exitd' is neither an event kind nor a cause; did you mean 'exited'?");
        var known = (await box.Run("events", "--kind", "zzzzzzzz")).Exits(2).Says("known are: preStart, started").Err;
        var kinds = known[known.IndexOf("known are: ", StringComparison.Ordinal)..].TrimEnd()[11..].Split(", ");
        await Assert.That(kinds.Distinct().Count()).IsEqualTo(kinds.Length);
        (await box.Run("events", "--grep", "(")).Exits(2).Says("the pattern (");
        (await box.Run("events", "-f", "--until", "10m")).Exits(2).Says("cannot be combined with --until");
        (await box.Run("events", "--since", "10m", "--until", "20m")).Exits(2).Says("is before --since");
    }

    [Test]
    public async Task Why_shows_as_many_exits_and_lines_as_it_is_told_to(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok(
            "start", "--name", "web", "--restart-delay", "0", "--max-restarts", "3", "--", "sh", "-c",
            "echo one; echo two; exit 7");
        await box.UntilState("web", "errored");
        int Exits(Ran ran) =>
            ran.Out.Split('\n').Count(static line => line.Contains("exited with code 7: it ended on its own"));
        await Assert.That(Exits(await box.Ok("why", "web"))).IsEqualTo(3);
        var one = await box.Ok("why", "web", "-n", "1");
        await Assert.That(Exits(one)).IsEqualTo(1);
        await Assert.That(one.Out).Contains("  one\n  two\n")
            .And.Contains("gave up after 3 failures in a row; to start it again: tspm start web");
        await Assert.That((await box.Ok("why", "web", "--lines", "1")).Out).Contains("  two\n").And
            .DoesNotContain("  one\n");
        await Assert.That((await box.Ok("why", "web", "--exits", "0")).Out).DoesNotContain("on its own");
    }

    [Test]
    public async Task What_is_deleted_comes_last_and_is_marked(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--", "sh", "-c", Patient);
        await box.UntilOut("web", "ready\n");
        await box.Ok("delete", "web");
        await box.Ok("start", "--name", "web", "--", "sleep", "1000");
        var all = (await box.Ok("why", "all")).Out;
        await Assert.That(all.IndexOf("web is online", StringComparison.Ordinal)).IsEqualTo(0);
        await Assert.That(all).Contains("\nweb (deleted)\n").And.Contains("exited with code 0: deleted by user (uid ");
        var json = (await box.Ok("why", "all", "--json")).Json;
        await Assert.That(json[0].GetProperty("deleted").GetBoolean()).IsFalse();
        await Assert.That(json[1].GetProperty("deleted").GetBoolean()).IsTrue();
        await box.Ok("start", "--name", "other", "--", "sleep", "1000");
        await box.Ok("delete", "web");
        // One that is there and one that is not.
        await Assert.That((await box.Ok("why", "other", "web")).Out).StartsWith("other is online").And
            .Contains("(deleted)");
        await Assert.That((await box.Ok("why", "web")).Out).StartsWith("web (deleted)\n").Or
            .Contains("\nweb (deleted)\n");
    }

    [Test]
    public async Task Reloads_are_told_alike_by_events_why_and_describe(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--ready", "log:ready", "--", "sh", "-c",
            "[ ! -e broken ] || exit 3; " + Patient);
        var first = await box.PidOf("web");
        await box.Ok("reload", "web");
        var second = await box.PidOf("web");
        File.WriteAllText(Path.Combine(box.Folder, "broken"), "");
        (await box.Run("reload", "web")).Exits(1);
        var words = (await box.Ok("events", "web", "--since", "10m")).Out;
        await Assert.That(words).Contains($"started beside pid {first}: reloaded by user (uid ")
            .And.Contains($"reloaded: pid {second} replaces pid {first}")
            .And.Contains($"the old child, pid {first}, exited with code 0: reloaded by user")
            .And.Contains("exited with code 3 before it was ready")
            .And.Contains("reload failed: the new one exited 3 before it was ready");
        var why = (await box.Ok("why", "web", "--json")).Json.GetProperty("exits");
        await Assert.That(why[0].GetProperty("why").GetString())
            .IsEqualTo($"before it was ready (the new child of a reload; the old one has pid {second})");
        await Assert.That(why[1].GetProperty("why").GetString()!).StartsWith("reloaded by user (uid ");
        await Assert.That(why[1].GetProperty("pid").GetInt32()).IsEqualTo(first);
        var exits = (await box.Ok("describe", "web", "--json")).Json.GetProperty("recentExits");
        await Assert.That(exits[0].GetProperty("cause").GetString()).IsEqualTo("crash");
        await Assert.That((exits[1].GetProperty("cause").GetString(), exits[1].GetProperty("pid").GetInt32()))
            .IsEqualTo(("user", first));
        await Assert.That(exits[1].GetProperty("byUid").GetInt64())
            .IsEqualTo(Tspm.Libc.Unistd.geteuid());
    }

    [Test]
    public async Task What_had_to_be_killed_is_told_wherever_people_look(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok(
            "start", "--name", "web", "--kill-timeout", "200ms", "--", "sh", "-c",
            "trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await box.UntilOut("web", "ready\n");
        const string killed = "did not end within 200 ms and was killed";
        (await box.Ok("stop", "web")).Says(killed);
        await Assert.That((await box.Get("web")).Reason).StartsWith("stopped by user; ").And.Contains(killed);
        await Assert.That((await box.Ok("why", "web")).Out).Contains(killed)
            .And.Contains("it did not end in time and was killed");
        await Assert.That((await box.Ok("describe", "web")).Out).Contains(killed);
        await Assert.That((await box.Ok("events", "web")).Out).Contains("was killed: it did not end within 200 ms");
    }

    /// <summary>Failures of other kinds than a crash: their sentences were taken for somebody's wish.</summary>
    [Test]
    [Arguments("health", 1), Arguments("memory", 1), Arguments("asked", 0)]
    public async Task A_container_fails_when_its_process_had_to_be_ended(
        string cause, int exitCode, CancellationToken cancellation)
    {
        _ = Tools.Python;
        await using var box = new TspmBox(cancellation);
        var more = cause switch
        {
            "health" => """ "health": {"exec": "test ! -e on", "intervalMs": 100, "failures": 1}, """,
            "memory" => """ "memoryLimitBytes": 1048576, """,
            _ => "",
        };
        box.Write("large.py", "import time\nx = b'x' * 30000000\ntime.sleep(1000)\n");
        var command = cause == "memory" ? $"{Tools.Python} large.py" : "sleep 1000";
        box.Write("c.json", $$"""
            {"processes": [{"name": "web", "command": "{{command}}", {{more}}
              "restart": {"policy": "never"} } ] }
            """);
        using var daemon = box.Begin("daemon", "--apply", "c.json", "--exit-when", "all-stopped");
        if (cause != "memory") await box.UntilState("web", "online");
        if (cause == "health") File.WriteAllText(Path.Combine(box.Folder, "on"), "");
        if (cause == "asked") await box.Run("stop", "web");
        await Assert.That(await daemon.End()).IsEqualTo(exitCode);
    }

    [Test]
    public async Task Work_that_was_completed_counts_after_the_daemons_death_and_a_stop_is_no_completion(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "migrate", "--restart", "never", "--", "sh", "-c", Patient);
        await box.UntilOut("migrate", "ready\n");
        await box.Ok("add", "--name", "web", "--depends-on", "migrate:completed", "--", "sleep", "1000");
        (await box.Run("start", "web", "--wait-timeout", "100ms")).Exits(5).Says("waits for migrate");
        // It ends with code 0, because it was asked to.
        await box.Ok("stop", "migrate");
        await Assert.That((await box.Get("migrate")).ExitCode).IsEqualTo(0);
        await Assert.That((await box.Get("web")).Reason)
            .IsEqualTo("waits for migrate, which is stopped: stopped by user");
        await box.Ok("set", "migrate", "command=true", "args=[]");
        await box.Ok("start", "migrate", "--no-wait");
        await box.UntilState("web", "online");
        await box.Ok("stop", "web");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        // Done is done: it is not started once more.
        await Assert.That((await box.Ok("start", "web")).Err).DoesNotContain("migrate is started too");
    }

    /// <summary>It looked at the oldest exit on record, which was one of an earlier start.</summary>
    [Test]
    public async Task An_early_death_is_seen_of_a_process_that_has_ended_before(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--", "sh", "-c", "[ ! -e broken ] || exit 3; " + Patient);
        await box.UntilOut("web", "ready\n");
        await box.Ok("stop", "web");
        File.WriteAllText(Path.Combine(box.Folder, "broken"), "");
        (await box.Run("start", "web", "--settle", "60s")).Exits(1).Says("web: exited with code 3");
    }
}
