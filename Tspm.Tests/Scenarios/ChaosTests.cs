using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// What no process manager for ordinary users survives: its own death, in every form, with everybody at work.
/// </summary>
[Timeout(300_000), ParallelLimiter<ScenarioLimit>]
public class ChaosTests
{
    const int Writers = 50, Unthrottled = 3, Kills = 30;

    /// <summary>
    /// Numbered lines of nine bytes, one write each; with a pause of so many microseconds, or none. At SIGTERM the
    /// number that would have come next, and the end.
    /// </summary>
    const string NumberedLines = """
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        static volatile sig_atomic_t ended;
        static void end(int s) { ended = 1; }
        static void put(const char *text) { for (size_t n = strlen(text); n > 0;) { ssize_t w = write(1, text, n); if (w > 0) { text += w; n -= w; } } }
        int main(int n, char **a) {
          char line[32]; long i = 0; int pause = atoi(a[1]);
          signal(SIGTERM, end);
          for (; !ended; i++) { snprintf(line, sizeof line, "%08ld\n", i); put(line); if (pause > 0) usleep(pause); }
          snprintf(line, sizeof line, "end %ld\n", i); put(line);
          return 0;
        }
        """;

    [Test]
    public async Task Fifty_writers_lose_and_double_nothing_over_thirty_deaths_of_the_daemon(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "numbered", NumberedLines);
        for (var i = 0; i < Writers; i++)
            await box.Ok("start", "--name", $"w{i}", "--no-wait", "--log-max-size", "0", "--", program,
                i < Unthrottled ? "0" : "3000");
        await box.Until(async () => (await box.List()).All(entry => entry.IsOnline) ? "" : null,
            "all writers are online");
        var before = (await box.List()).ToDictionary(entry => entry.Name);
        var moments = new Random(20261123);
        for (var kill = 0; kill < Kills; kill++)
        {
            var (daemon, _) = await box.DaemonPids();
            await Task.Delay(moments.Next(0, 40), cancellation); // a random moment of the daemon's life is the point
            LiveProcess.Kill(daemon);
            await UntilOtherDaemon(box, daemon);
        }
        var after = await box.List();
        await Assert.That(after.Select(entry => (entry.Name, entry.Pid, entry.Restarts, entry.State)))
            .IsEquivalentTo(before.Values.Select(entry => (entry.Name, entry.Pid, entry.Restarts, "online")));
        await Assert.That(LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Count(pid =>
            LiveProcess.CommandOf(pid).StartsWith(program, StringComparison.Ordinal))).IsEqualTo(Writers);
        await box.Ok("stop", "all");
        for (var i = 0; i < Writers; i++)
            await Assert.That(FirstFault(box.OutLog($"w{i}"))).IsNull()
                .Because($"w{i} wrote each number once and in order");
    }

    /// <summary>
    /// Null: lines 0, 1, 2 … n-1, then "end n", and nothing else. Reads what may be hundreds of megabytes.
    /// </summary>
    static string? FirstFault(string path)
    {
        using var reader = new StreamReader(path);
        var expected = 0L;
        Span<char> number = stackalloc char[8];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("end ", StringComparison.Ordinal))
                return line == $"end {expected}" && reader.Read() < 0
                    ? null
                    : $"'{line}' stands where 'end {expected}' should be the last line";
            expected.TryFormat(number, out _, "D8");
            if (!line.AsSpan().SequenceEqual(number)) return $"'{line}' stands where {expected} should be";
            expected++;
        }
        return $"the end is missing behind {expected}";
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task What_happened_while_the_daemon_was_frozen_or_dead_is_known_and_acted_upon(bool frozen,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        const string Talks = "trap 'i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; exit 42' USR1; echo "
            + "ready; while :; do sleep 0.02; done";
        const string Leaves = "trap 'exit 0' USR1; echo ready; while :; do sleep 0.02; done";
        await box.Ok("start", "--name", "talker", "--restart", "never", "--", "sh", "-c", Talks);
        await box.Ok("start", "--name", "victim", "--restart-delay", "0", "--", "sh", "-c",
            "echo ready; exec sleep 1000");
        await box.Ok("start", "--name", "leaver", "--restart", "on-failure", "--", "sh", "-c", Leaves);
        foreach (var name in new[] { "talker", "victim", "leaver" }) await box.UntilOut(name, "ready\n");
        var pids = (await box.List()).ToDictionary(entry => entry.Name, entry => entry.Pid!.Value);
        var (daemon, guardian) = await box.DaemonPids();
        // A dead daemon stays dead as long as the guardian does not move.
        if (!frozen) LiveProcess.Kill(guardian, LiveProcess.SIGSTOP);
        LiveProcess.Kill(daemon, frozen ? LiveProcess.SIGSTOP : LiveProcess.SIGKILL);
        LiveProcess.Kill(pids["talker"], 10);
        LiveProcess.Kill(pids["victim"]);
        LiveProcess.Kill(pids["leaver"], 10);
        foreach (var pid in pids.Values) await box.UntilGone(pid);
        LiveProcess.Kill(frozen ? daemon : guardian, LiveProcess.SIGCONT);
        if (!frozen) await UntilOtherDaemon(box, daemon);

        var talker = await box.UntilState("talker", "stopped");
        await Assert.That((talker.ExitCode, talker.Restarts)).IsEqualTo((42, 0));
        await Assert.That(File.ReadAllText(box.OutLog("talker")))
            .IsEqualTo("ready\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\n")));
        var victim = await box
            .Until("victim", entry => entry is { IsOnline: true, Restarts: 1 }, "the victim runs again");
        await Assert.That(victim.Signal).IsEqualTo("SIGKILL");
        var leaver = await box.UntilState("leaver", "stopped");
        await Assert.That((leaver.ExitCode, leaver.Restarts)).IsEqualTo((0, 0));
        var described = (await box.Ok("describe", "talker", "--json")).Json.GetProperty("recentExits")[0];
        await Assert.That(described.GetProperty("exitCode").GetInt32()).IsEqualTo(42);
    }

    [Test]
    [Arguments("daemon first")]
    [Arguments("guardian first")]
    [Arguments("at the same time")]
    [Arguments("frozen daemon, then the guardian")]
    public async Task With_every_tspm_killed_the_next_change_adopts_everything(string how,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "numbered", NumberedLines);
        for (var i = 0; i < 5; i++)
            await box.Ok("start", "--name", $"w{i}", "--log-max-size", "0", "--", program, "1000");
        await box.Ok("start", "--name", "brief", "--restart", "never", "--", "sh", "-c",
            "trap 'exit 9' USR1; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("brief", "ready");
        var before = (await box.List()).Where(entry => entry.Name != "brief")
            .Select(entry => (entry.Name, entry.Pid, entry.Restarts)).ToList();
        var brief = await box.PidOf("brief");
        var (daemon, guardian) = await box.DaemonPids();
        Kill(how, daemon, guardian);
        await box.UntilGone(guardian);
        await box.Until(() => !Daemons(box).Any(), "no daemon lives");
        var unmanaged = await box.Run("list");
        unmanaged.Exits(4).Says("running without a daemon").Says("w0").Says("w4");
        LiveProcess.Kill(brief, 10);

        await box.Ok("start", "sleep 1000", "--name", "x");
        var after = (await box.List()).Where(entry => entry.Name is not ("brief" or "x"))
            .Select(entry => (entry.Name, entry.Pid, entry.Restarts));
        await Assert.That(after).IsEquivalentTo(before);
        var ended = await box.UntilState("brief", "stopped");
        // Below Linux 6.15, and when init was quicker than we, nobody knows how it ended; then that is what is said.
        if (ended.ExitCode is null) await Assert.That(ended.Reason).Contains("unknown");
        else await Assert.That(ended.ExitCode).IsEqualTo(9);
        await box.Ok("stop", "all");
        for (var i = 0; i < 5; i++) await Assert.That(FirstFault(box.OutLog($"w{i}"))).IsNull();
    }

    /// <summary>Guardians and daemons of this home, also one that was started between two kills.</summary>
    static IEnumerable<int> Daemons(TspmBox box) =>
        LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}")
            .Where(pid => LiveProcess.CommandOf(pid).StartsWith("tspm __", StringComparison.Ordinal));

    static void Kill(string how, int daemon, int guardian)
    {
        if (how == "daemon first") LiveProcess.Kill(daemon);
        if (how == "at the same time")
        {
            // Neither can act on the other's end.
            LiveProcess.Kill(guardian, LiveProcess.SIGSTOP);
            LiveProcess.Kill(daemon, LiveProcess.SIGSTOP);
            LiveProcess.Kill(daemon);
        }
        if (how.StartsWith("frozen", StringComparison.Ordinal)) LiveProcess.Kill(daemon, LiveProcess.SIGSTOP);
        LiveProcess.Kill(guardian);
        if (how == "guardian first") LiveProcess.Kill(daemon);
    }

    static Task UntilOtherDaemon(TspmBox box, int former) => box.Until(
        async () =>
            await box.Run("status", "--json") is { ExitCode: 0 } ran
                && ran.Json.GetProperty("pid").GetInt32() != former ? ran : null, "another daemon answers");
}
