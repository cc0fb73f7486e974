using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Tspm.Tests.Daemon;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>The control socket of the real program under rough treatment.</summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class SocketScenarios
{

    static async Task<TspmBox> Box(CancellationToken cancellation, string settings)
    {
        var box = new TspmBox(cancellation);
        Directory.CreateDirectory(box.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(box.Home, "settings.json"), settings);
        await box.Ok("daemon", "start");
        return box;
    }

    [Test]
    public async Task Limits_are_read_from_settings_and_shown_and_a_wrong_one_is_a_trouble(
        CancellationToken cancellation)
    {
        await using var box = await Box(cancellation, """{"limits":{"connections":5,"requestsPerSecond":0}}""");
        var status = await box.Status();
        await Assert.That(status.GetProperty("limits").GetProperty("connections").GetInt32()).IsEqualTo(5);
        await Assert.That(status.GetProperty("limits").GetProperty("firstRequestMs").GetInt32()).IsEqualTo(5000);
        await Assert.That(status.GetProperty("counters").GetProperty("requests").GetInt64()).IsGreaterThan(0);
        await Assert.That((await box.Ok("status")).Out).Contains("/5 (refused: 0 over the limit");
        File.WriteAllText(Path.Combine(box.Home, "settings.json"), """{"limits":{"connections":0}}""");
        await box.Ok("daemon", "restart");
        var troubles = (await box.Status()).GetProperty("troubles").EnumerateArray()
            .Select(trouble => trouble.GetString()!);
        await Assert.That(troubles.Single())
            .Contains("settings.json is ignored: limits.connections must be a whole number from 2 to 10000, but is 0");
    }

    /// <summary>
    /// More floods than the daemon has threads, each with requests at hand all the time: without turns they would be
    /// served to their ends first.
    /// </summary>
    [Test]
    public async Task Floods_do_not_hold_up_a_list_on_another_connection(CancellationToken cancellation)
    {
        await using var box = await Box(cancellation, """{"limits":{"requestsPerSecond":0}}""");
        const int Floods = 8, Each = 20_000;
        var burst = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"id\":1,\"method\":\"ping\"}\n", 200)));
        var answered = new int[Floods];
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var sockets = Enumerable.Range(0, Floods).Select(_ => new RawSocket(box, enough.Token)).ToList();
        var floods = sockets.Select((socket, number) => Task.WhenAll(
            Task.Run(async () =>
            {
                for (var i = 0; i < Each / 200; i++) await socket.Send(burst);
            }, enough.Token),
            Task.Run(async () =>
            {
                while (answered[number] < Each && await socket.Read() is not null)
                    Interlocked.Increment(ref answered[number]);
            }, enough.Token))).ToList();
        await box.Until(() => answered.All(count => count > 200), "all floods are under way");
        using var another = new RawSocket(box, cancellation);
        for (var i = 0; i < 20; i++)
            await Assert.That((await another.Call("list")).TryGetProperty("result", out _)).IsTrue();
        await Assert.That(answered.Count(count => count < Each)).IsEqualTo(Floods)
            .Because($"twenty lists were answered before any of the floods was over: {string.Join(' ', answered)}");
        enough.Cancel();
        await Task.WhenAll(floods).ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var socket in sockets) socket.Dispose();
    }

    [Test]
    public async Task The_real_daemon_outlives_hostile_requests_and_leaks_nothing(CancellationToken cancellation)
    {
        await using var box = await Box(cancellation, """{"limits":{"requestsPerSecond":0}}""");
        await box.Ok("start", "sleep 1000", "--name", "keep");
        var (daemon, _) = await box.DaemonPids();
        var before = (await box.List("keep"))[0];
        await Hostile(box, 500, 1, cancellation);
        var (descriptors, memory) = (Descriptors(daemon), Resident(daemon));
        await Hostile(box, 4000, 2, cancellation);
        await box.Until(() => Descriptors(daemon) <= descriptors + 4, "descriptors are given back");
        await Assert.That(Resident(daemon)).IsLessThan(memory + (24L << 10))
            .Because("KiB; a leak of a kilobyte a request would be four thousand");
        await Assert.That((await box.DaemonPids()).Daemon).IsEqualTo(daemon);
        await Assert.That(File.ReadAllText(Path.Combine(box.Home, "daemon.log"))).DoesNotContain("internal error");
        var after = (await box.List("keep"))[0];
        await Assert.That(after.Pid).IsEqualTo(before.Pid);
    }

    static async Task Hostile(TspmBox box, int count, int seed, CancellationToken cancellation)
    {
        var random = new Random(seed);
        for (var done = 0; done < count;)
        {
            using var socket = new RawSocket(box, cancellation);
            for (var i = 0; i < 100; i++, done++)
            {
                // Nothing here may touch the process that is to be left alone, nor end the daemon; the fuzzing in
                // process knows no such mercy.
                var line = HostileRequests.Recorded[random.Next(HostileRequests.Recorded.Count)]
                    .Replace("\"web\"", "\"nobody\"", StringComparison.Ordinal);
                if (line.Contains("shutdown", StringComparison.Ordinal)
                    || line.Contains("follow\":true", StringComparison.Ordinal)
                        || line.Contains("reopen", StringComparison.Ordinal)) continue;
                var bytes = Encoding.UTF8
                    .GetBytes(line.Contains("\"define\"", StringComparison.Ordinal)
                        ? line.Replace("\"command\"", "\"comand\"", StringComparison.Ordinal)
                        : line);
                for (var change = random.Next(4); change > 0; change--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                await socket.Send([.. bytes, (byte)'\n']);
                await socket.Send($$"""{"id":"sentinel{{done}}","method":"ping"}""" + "\n");
                while (await socket.Read() is { } answer)
                    if (answer.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
                        && id.GetString() == $"sentinel{done}") break;
            }
        }
    }

    static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    static long Resident(int pid) =>
        long.Parse(LiveProcess.StatusOf(pid, "VmRSS").Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);

    [Test]
    public async Task A_start_whose_daemon_was_killed_is_asked_again_and_starts_once(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        using var start = box
            .Begin("start", "--name", "slow", "--ready", "delay:3s", "--", "sh", "-c", "echo one; exec sleep 1000");
        await box.UntilOut("slow", "one");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await Assert.That(await start.End()).IsEqualTo(0).Because(start.Err);
        await Assert.That((await box.UntilOut("slow", "one")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length)
            .IsEqualTo(1);
        await Assert.That((await box.Get("slow")).Restarts).IsEqualTo(0);
    }

    [Test]
    public async Task What_must_not_be_done_twice_is_not_and_it_is_said(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "stubborn", "--kill-timeout", "20s", "--", "sh", "-c",
            "trap 'echo asked' TERM; echo ready; while :; do sleep 0.05; done");
        await box.UntilOut("stubborn", "ready");
        using var restart = box.Begin("restart", "stubborn");
        await box.UntilOut("stubborn", "asked");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await Assert.That(await restart.End()).IsEqualTo(4);
        await Assert.That(restart.Err).Contains("the daemon died during 'restart'");
        await box.Run("set", "stubborn", "stop.timeoutMs=100");
        LiveProcess.Kill((await box.Get("stubborn")).Pid ?? 0);
    }

    [Test]
    public async Task A_daemon_that_hangs_is_told_apart_from_one_that_is_gone(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("ping")).Exits(4).Says("no daemon is running");
        await box.Ok("start", "--name", "n", "--", "sh", "-c",
            "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.1; done");
        using var follower = box.Begin("logs", "n", "-f", "--out", "--lines", "100000");
        await follower.UntilOut("line 3\n");
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon, LiveProcess.SIGSTOP);
        await box.Until(() => LiveProcess.IsFrozen(daemon), "the daemon is frozen");
        var begun = Stopwatch.GetTimestamp();
        (await box.Run("stop", "n")).Exits(5)
            .Says($"the daemon (pid {daemon}) was suspended by a signal; to resume it: kill -CONT {daemon}");
        await Assert.That(Stopwatch.GetElapsedTime(begun)).IsLessThan(TimeSpan.FromSeconds(20));
        // Ten seconds without a heartbeat: the follower has noticed as well, says so, and waits.
        await box.Until(() => follower.Err.Contains("was suspended by a signal", StringComparison.Ordinal),
            "the follower says it");
        var seen = follower.Out.Length;
        LiveProcess.Kill(daemon, LiveProcess.SIGCONT);
        await box.Until(() => follower.Out.Length > seen + 200, "the follower goes on");
        follower.Signal(LiveProcess.SIGINT);
        await follower.End();
        var lines = follower.Out.TrimEnd('\n').Split('\n');
        await Assert.That(lines.Select((line, i) => line == $"line {i}").All(same => same)).IsTrue()
            .Because(follower.Out);
    }

    /// <summary>The daemon closes in the middle of what is sent to it: over ssh, too, it is to be heard why.</summary>
    [Test]
    public async Task What_the_daemon_said_before_it_closed_comes_through_the_dial(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        File.WriteAllText(Path.Combine(box.Folder, "long"), new string('x', 8 << 20));
        var ran = await box.Shell("tspm dial-stdio < long");
        await Assert.That(
            JsonDocument.Parse(ran.Out).RootElement.GetProperty("error").GetProperty("message").GetString()!)
                .Contains("longer than 1 MiB");
    }

    [Test]
    public async Task Metrics_are_OpenMetrics_and_count_what_happened(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "a\"b\\c", "--restart-delay", "0", "--max-restarts", "3", "--", "sh", "-c",
            "echo hello; exit 3");
        await box.UntilState("a\"b\\c", "errored");
        await box.Ok("start", "sleep 1000", "--name", "up");
        await box.Run("stop", "nobody");
        var text = (await box.Ok("metrics")).Out;
        await Assert.That(MetricsCheck.OpenMetricsProblem(text)).IsNull();
        using var socket = new RawSocket(box, cancellation);
        await Assert.That(
            MetricsCheck.OpenMetricsProblem(
                (await socket.Call("metrics")).GetProperty("result").GetProperty("text").GetString()!)).IsNull();
        await Assert.That((await box.Ok("metrics", "--json")).Json.GetProperty("text").GetString()!)
            .EndsWith("# EOF\n");
        foreach (var expected in new[]
        {
            "tspm_processes{state=\"online\"} 1\n", "tspm_processes{state=\"errored\"} 1\n",
            "tspm_restarts_total{cause=\"crash\"} 2\n", "tspm_restarts_total{cause=\"memory\"} 0\n",
            "tspm_process_up{name=\"up\",namespace=\"default\",instance=\"0\"} 1\n",
            "tspm_process_up{name=\"a\\\"b\\\\c\",", "tspm_log_bytes_total 18\n",
            "tspm_requests_total{method=\"start\",code=\"0\"} 2\n",
            "tspm_requests_total{method=\"stop\",code=\"-32003\"} 1\n",
            "tspm_request_seconds_bucket{method=\"start\",le=\"+Inf\"} 2\n",
            "tspm_connections 1\n", "tspm_loop_lag_seconds ", "tspm_daemon_memory_bytes ",
            "tspm_heartbeat_losses_total ", "tspm_log_dropped_bytes_total 0\n", "tspm_connections_limit 128\n",
        })
            await Assert.That(text).Contains(expected);
    }
}
