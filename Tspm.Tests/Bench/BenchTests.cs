using System.Diagnostics;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Bench;

/// <summary>
/// The limits that Tspm holds itself to, measured on this machine next to its own /bin/true. On demand only, because a
/// loaded machine proves nothing:
/// <code>dotnet build Tspm.Tests &amp;&amp; Tspm.Tests/bin/Debug/net10.0/Tspm.Tests --treenode-filter
/// "/*/*/BenchTests/*" --output Detailed</code> Nothing is asserted about time: the table is to be read.
/// </summary>
[Timeout(300_000)]
public class BenchTests
{
    [Test, Explicit]
    public async Task Prints_the_table(CancellationToken cancellation)
    {
        var table = new BenchTable();
        // A megabyte as everywhere in the contract: 1024 × 1024 bytes.
        table.Add("executable", new FileInfo(PublishedExecutable.Path).Length / 1048576.0, "MB", 12);
        await Empty(table, cancellation);
        await Commands(table, cancellation);
        await Crash(table, cancellation);
        await Many(table, 100, 0.2, 9, cancellation);
        await Many(table, 1000, 1.5, 14, cancellation);
        await Wrappers(table, 100, cancellation);
        await Wrappers(table, 400, cancellation);
        foreach (var verb in new[] { "monit", "list -f" })
        {
            await Screen(table, verb, "idle", "sleep 1000", cancellation);
            await Screen(table, verb, "busy", "while :; do echo a line of output; sleep 0.1; done", cancellation);
        }
        TestContext.Current!.Output.WriteLine(table.ToString());
    }

    static async Task Empty(BenchTable table, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        await box.Ok("ping");
        table.Add("guardian + daemon, Pss, 0 processes", await Pss(box), "MiB", 8);
    }

    static async Task Commands(BenchTable table, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        for (var i = 0; i < 10; i++) await box.Ok("start", "sleep 1000", "--name", $"p{i}");
        var stopwatch = new BenchRunner(box.Variables, box.Folder);
        table.Add("/bin/true, median", stopwatch.Median(200, _ => ("/bin/true", [])), "ms", null);
        table.Add("list with 10, median", stopwatch.Median(200, _ => (PublishedExecutable.Path, ["list"])), "ms", 5);
        table.Add("completion of a name, median",
            stopwatch.Median(200, _ => (PublishedExecutable.Path, ["__complete", "zsh", "1", "stop", ""])), "ms", 10);
        table.Add("define and start one, median",
            stopwatch.Median(50, i => (PublishedExecutable.Path, ["start", "--name", $"n{i}", "--", "sleep", "1000"])),
                "ms", 7);
    }

    /// <summary>
    /// From the kill to the new pid, as the child itself sees it: it prints the clock when it begins.
    /// </summary>
    static async Task Crash(BenchTable table, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "clock", """
            #include <stdio.h>
            #include <time.h>
            #include <unistd.h>
            int main(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); printf("%d %lld\n", getpid(), t.tv_sec * 1000000000LL + t.tv_nsec); fflush(stdout); for (;;) pause(); }
            """);
        await box.Ok("start", "--name", "c", "--restart-delay", "0", "--max-restarts", "1000000", "--", program);
        var milliseconds = new List<double>();
        for (var i = 0; i < 100; i++)
        {
            var log = await WithLines(box, i + 1);
            var before = Stopwatch.GetTimestamp();
            LiveProcess.Kill(int.Parse(log[i].Split(' ')[0]));
            var started = long.Parse((await WithLines(box, i + 2))[i + 1].Split(' ')[1]);
            milliseconds.Add((started - before * (1e9 / Stopwatch.Frequency)) / 1e6);
        }
        table.Add("crash to new pid, median", BenchRunner.MedianOf(milliseconds), "ms", 3);
    }

    static async Task<string[]> WithLines(TspmBox box, int count)
    {
        string[] lines = [];
        await box.Until(() => (lines = TspmBox.Text(box.OutLog("c")).Split('\n')).Length > count, $"{count} lines");
        return lines;
    }

    /// <summary>
    /// Wrappers that die of the stop signal at once, each leaving a server that drains for a second: every one looks
    /// for its leftovers among those of all others, so the cost of one must not grow with their number.
    /// </summary>
    static async Task Wrappers(BenchTable table, int count, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        const string Server = "trap 'sleep 1; exit 0' TERM; touch ready.$TSPM_INSTANCE; while :; do sleep 1000 & "
            + "wait; done";
        var wrapper = box.Write("wrapper.sh", $"sh -c \"{Server.Replace("$", "\\$")}\"\n:\n");
        await box.Ok("start", "--name", "w", "-i", count.ToString(), "--", "sh", wrapper);
        await box.Until(() => Directory.GetFiles(box.Folder, "ready.*").Length == count, "all servers run");
        var daemon = (await box.DaemonPids()).Daemon;
        var before = CpuMilliseconds(daemon);
        await box.Ok("stop", "w");
        table.Add($"daemon's CPU to stop one of {count} wrappers", (CpuMilliseconds(daemon) - before) / count, "ms",
            null);
    }

    /// <summary>User and system time of a process (man 5 proc, stat; fields 14 and 15 after the name).</summary>
    static double CpuMilliseconds(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(fields[11]) + long.Parse(fields[12])) * 10.0;
    }

    /// <summary>What a live screen of 80 × 24 costs while 50 processes run.</summary>
    static async Task Screen(
        BenchTable table, string verb, string what, string program, CancellationToken cancellation)
    {
        const int seconds = 10;
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "-i", "50", "--", "sh", "-c", program);
        await using var shell = new TerminalShell(box, cancellation);
        await shell.UntilPrompt();
        await shell.Type($"sh -c 'echo $$ > pid; exec tspm {verb}'\r");
        await shell.UntilText("w:3");
        var (daemon, client) = ((await box.DaemonPids()).Daemon, int.Parse(await box.UntilFile("pid", "\n")));
        // The first readings fill the screen.
        await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
        var (bytes, ownCpu, daemonCpu) = (shell.Bytes, CpuMilliseconds(client), CpuMilliseconds(daemon));
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        Add("bytes per second", shell.Bytes - bytes, "B");
        Add("its CPU per second", CpuMilliseconds(client) - ownCpu, "ms");
        Add("the daemon's CPU per second", CpuMilliseconds(daemon) - daemonCpu, "ms");
        await shell.Type("q");
        await shell.UntilPrompt();

        void Add(string cost, double total, string unit) =>
            table.Add($"{verb}, 50 {what}: {cost}", total / seconds, unit, null);
    }

    static async Task Many(BenchTable table, int count, double limit, double limitOfMemory,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        var stopwatch = new BenchRunner(box.Variables, box.Folder);
        var time = stopwatch
            .Median(1,
                _ =>
                    (PublishedExecutable.Path,
                        ["start", "--name", "w", "-i", $"{count}", "--", "sleep", "1000"])) / 1000;
        table.Add($"{count} processes up, one command", time, "s", limit);
        await box.Ok("list");
        table.Add($"guardian + daemon, Pss, {count} processes", await Pss(box), "MiB", limitOfMemory);
        table.Add($"CPU a second, {count} idle processes", await IdleCpu(box), "ms", 0.05);
        await Adoption(table, box, count);
    }

    /// <summary>
    /// From the kill of the daemon to the first answer that shows every child online under the next one: that answer
    /// waits in the listener's queue.
    /// </summary>
    static async Task Adoption(BenchTable table, TspmBox box, int count)
    {
        var daemon = (await box.DaemonPids()).Daemon;
        var before = Stopwatch.GetTimestamp();
        LiveProcess.Kill(daemon);
        await box.Until(async () =>
            await box.Run("status", "--json") is { ExitCode: 0 } ran && ran.Json.GetProperty("pid").GetInt32() != daemon
            && ran.Json.GetProperty("processes").TryGetProperty("online", out var online)
                && online.GetInt32() == count ? ran : null, "all are adopted");
        table.Add($"{count} adopted after kill -9", Stopwatch.GetElapsedTime(before).TotalSeconds, "s", 1);
    }

    /// <summary>
    /// Idle means: nobody has asked anything for some seconds. The daemon gives back what the last rush took, and the
    /// reading does not change any more.
    /// </summary>
    static async Task<double> Pss(TspmBox box)
    {
        var (daemon, guardian) = await box.DaemonPids();
        var (last, since) = (PssOf(daemon, guardian), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(5))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250));
            if (PssOf(daemon, guardian) is var now && Math.Abs(now - last) > 0.1)
                (last, since) = (now, Stopwatch.GetTimestamp());
        }
        return last;
    }

    /// <summary>
    /// Milliseconds of CPU that guardian and daemon use in a second in which nobody asks anything (man 5 proc,
    /// /proc/PID/schedstat: nanoseconds on a CPU, of each thread).
    /// </summary>
    static async Task<double> IdleCpu(TspmBox box)
    {
        var (daemon, guardian) = await box.DaemonPids();
        // What follows the last request is over by then.
        await Task.Delay(TimeSpan.FromSeconds(5));
        var (before, begun) = (Used(), Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(10));
        return (Used() - before) / 1e6 / Stopwatch.GetElapsedTime(begun).TotalSeconds;

        double Used() =>
            new[] { daemon, guardian }.SelectMany(pid => Directory.EnumerateDirectories($"/proc/{pid}/task"))
            .Sum(task =>
                double.Parse(File.ReadAllText($"{task}/schedstat").Split(' ')[0],
                    System.Globalization.CultureInfo.InvariantCulture));
    }

    static double PssOf(int daemon, int guardian)
    {
        return new[] { daemon,
            guardian }.Sum(pid =>
                double.Parse(File.ReadLines($"/proc/{pid}/smaps_rollup").First(line =>
                    line.StartsWith("Pss:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1])) / 1024;
    }
}
