using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What happened and why, told by the real program.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class EventScenarios
{
    const string Patient = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done";

    static List<JsonElement> Parse(string lines) =>
        [.. lines.Split('\n',
            StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    static string Kind(JsonElement happened) => happened.GetProperty("kind").GetString()!;

    [Test]
    public async Task Every_change_of_state_is_on_record_with_and_without_a_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--restart-delay", "20ms", "--max-restarts", "2", "--", "sh", "-c",
            "echo oops; exit 3");
        await box.UntilState("web", "errored");
        var online = (await box.Ok("events", "web", "--json")).Out;
        await Assert.That(string.Join(' ', Parse(online).Select(Kind)))
            .IsEqualTo("started exited waiting restarted exited errored");
        var asked = Parse((await box.Ok("events", "--json")).Out).First(happened => Kind(happened) == "request");
        await Assert.That(asked.GetProperty("request").GetString()).IsEqualTo("start");
        await Assert.That(asked.GetProperty("byUid").GetInt64()).IsEqualTo(Tspm.Libc.Unistd.geteuid());
        await box.Ok("daemon", "stop");
        await Assert.That((await box.Ok("events", "web", "--json")).Out).StartsWith(online);
        await Assert.That(Kind(Parse((await box.Ok("events", "--json")).Out)[^1])).IsEqualTo("daemonStopped");
        await Assert.That((await box.Ok("events", "web", "--lines",
            "1")).Lines.Single().Split('\t')[2..4].SequenceEqual(["stopped", "stopped"])).IsTrue();
        await Assert.That((await box.Ok("events", "web")).Out).Contains("exited with code 3; restarting in 20 ms")
            .And.DoesNotContain("is waiting");
        await Assert.That((await box.Ok("events", "web", "--kind", "waiting")).Out).Contains("is waiting");
        await Assert.That(File.GetUnixFileMode(Path.Combine(box.Home, "events.jsonl")))
            .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await box.Run("events", "wep")).Exits(3).Says("wep");
        (await box.Run("why", "wep")).Exits(3);
    }

    [Test]
    public async Task Without_a_daemon_and_without_anything_defined_it_says_so(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("events")).Exits(4).Says("no daemon is running");
        (await box.Run("events", "-f")).Exits(4);
    }

    [Test]
    public async Task Following_goes_on_over_the_death_of_the_daemon_and_misses_nothing(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--restart-delay", "0", "--max-restarts", "100000", "--", "sleep",
            "1000");
        using var follower = box.Begin("events", "web", "-f", "--json");
        await follower.UntilOut("\"started\"");
        for (var death = 0; death < 3; death++)
        {
            LiveProcess.Kill((await box.DaemonPids()).Daemon);
            var pid = (await box.Until("web", entry => entry.IsOnline, "web is online")).Pid!.Value;
            LiveProcess.Kill(pid);
            var next = await box.Until("web", entry => entry.IsOnline && entry.Pid != pid, "web is back");
            await follower.UntilOut($"\"pid\":{next.Pid!.Value},");
        }
        follower.Signal(LiveProcess.SIGINT);
        await Assert.That(await follower.End()).IsEqualTo(130);
        var seen = Parse(follower.Out);
        var kept = Parse((await box.Ok("events", "web", "--json", "--lines", "1000")).Out);
        await Assert.That(seen.Select(happened =>
            happened.GetProperty("seq").GetInt64()).SequenceEqual(kept.Select(happened =>
                happened.GetProperty("seq").GetInt64()))).IsTrue();
        await Assert.That(seen.Count(happened => Kind(happened) == "restarted")).IsEqualTo(3);
    }

    [Test]
    public async Task Why_names_each_cause_and_shows_the_last_lines(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "crash", "--restart", "never", "--", "sh", "-c", "echo the last words; exit 7");
        await box.Ok("start", "--name", "asked", "--", "sh", "-c", Patient);
        await box.Ok("start", "--name", "stubborn", "--kill-timeout", "200ms", "--", "sh", "-c",
            "trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await box.Ok("start", "--name", "signalled", "--restart", "never", "--", "sleep", "1000");
        await box.Ok("start", "--name", "sick", "--restart-delay", "60s", "--health", "exec:test -e well", "--", "sh",
            "-c", Patient).ContinueWith(_ => { }, TaskScheduler.Default);
        await box.Ok("set", "sick", "health.intervalMs=100", "health.failures=1");
        await box.Ok("start", "--name", "large", "--memory", "1MB", "--restart-delay", "60s", "--", "python3", "-c",
            "import time; x = 'x' * 30000000; time.sleep(1000)");
        foreach (var name in new[] { "asked", "stubborn" })
        {
            await box.UntilOut(name, "ready\n");
            await box.Ok("stop", name);
        }
        await box.Ok("signal", "KILL", "signalled");
        await box.Ok("restart", "sick");
        await box.UntilState("crash", "stopped");
        await box.UntilState("signalled", "stopped");
        await box.UntilState("sick", "waiting");
        await box.UntilState("large", "waiting");
        await Why("crash", "crash", "it ended on its own", killed: false);
        await Why("asked", "user", $"stopped by user (uid {Tspm.Libc.Unistd.geteuid()}, pid ", killed: false);
        await Why("stubborn", "user", "it did not end in time and was killed", killed: true);
        await Why("signalled", "user", "sent by 'tspm signal' (uid", killed: false);
        await Why("sick", "health", "health: ", killed: false);
        await Why("large", "memory", "exceeded the limit of 1 MB", killed: false);
        await Assert.That((await box.Ok("why", "crash")).Out)
            .Contains("exited with code 7: it ended on its own\nlast lines of pid ").And.EndsWith("  the last words\n");
        await box.Ok("daemon", "stop");
        await Why("crash", "crash", "it ended on its own", killed: false);
        await Why("large", "memory", "exceeded the limit of 1 MB", killed: false);

        async Task Why(string name, string cause, string words, bool killed)
        {
            var why = (await box.Ok("why", name, "--json")).Json;
            var exit = why.GetProperty("exits")[0];
            await Assert.That(exit.GetProperty("cause").GetString()).IsEqualTo(cause).Because($"{why}");
            await Assert.That(exit.GetProperty("why").GetString()!).Contains(words);
            await Assert.That(exit.GetProperty("killed").GetBoolean()).IsEqualTo(killed);
            if (name == "crash")
                await Assert.That(why.GetProperty("lastLines")[0].GetString()).IsEqualTo("the last words");
        }
    }

    [Test]
    public async Task The_kernels_own_kill_for_want_of_memory_is_told_as_such(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        var group = $"/sys/fs/cgroup/memory/tspm-test-{Environment.ProcessId}";
        if (!Directory.Exists(Path.GetDirectoryName(group)!))
            Skip.Test("SKIPPED: there is no memory control group of version 1 here");
        Directory.CreateDirectory(group);
        try
        {
            File.WriteAllText(Path.Combine(group, "memory.limit_in_bytes"), "20000000");
            await using var box = new TspmBox(cancellation);
            await box.Ok("start", "--name", "large", "--restart", "never", "--no-wait", "--", "sh", "-c",
                $"echo $$ > {group}/cgroup.procs; exec python3 -c 'x = \"x\" * 200000000'");
            await box.UntilState("large", "stopped");
            var why = await box
                .Until(async () =>
                    await box.Ok("why", "large", "--json") is var ran
                        && ran.Out.Contains("outOfMemory", StringComparison.Ordinal) ? ran : null,
                            "the kernel has been asked");
            await Assert.That(why.Json.GetProperty("exits")[0].GetProperty("why").GetString()!)
                .StartsWith("out of memory: Memory cgroup out of memory: Killed process ");
        }
        finally
        {
            Directory.Delete(group);
        }
    }

    [Test]
    public async Task Events_stand_among_the_lines_of_a_view_and_never_in_a_log(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.RunProgram("mkfifo", "go");
        await box.Ok("start", "--name", "web", "--restart-delay", "300ms", "--", "sh", "-c",
            "echo up; read line < go; exit 1");
        await box.UntilOut("web", "up\n");
        using var plain = box.Begin("logs", "web", "-f");
        using var stamped = box.Begin("logs", "web", "-f", "--timestamps");
        await plain.UntilOut("up\n");
        await stamped.UntilOut("up\n");
        await box.RunProgram("sh", "-c", "echo x > go");
        await stamped.UntilOut("-- web exited with code 1; restarting in 300 ms --");
        await stamped.UntilOut("-- web restarted, pid ");
        await box.Until(() => plain.Err.Contains("-- web restarted, pid ", StringComparison.Ordinal),
            "the plain view says so beside the lines");
        await plain.UntilOut("up\nup\n");
        await Assert.That(plain.Out.Replace("up\n", "", StringComparison.Ordinal)).IsEqualTo("");
        await Assert.That(File.ReadAllText(box.OutLog("web")).Replace("up\n", "", StringComparison.Ordinal))
            .IsEqualTo("");
        await Assert.That((await box.Ok("logs", "web", "--json")).Lines.Any(line =>
            line.Contains("\"event\"", StringComparison.Ordinal))).IsFalse();
        await Assert.That((await box.Ok("logs", "web", "--json", "--events")).Lines.Any(line =>
            line.Contains("exited with code 1", StringComparison.Ordinal))).IsTrue();
        await Assert.That((await box.Ok("logs", "web", "--raw")).Lines.All(line => line == "up")).IsTrue();
    }
}
