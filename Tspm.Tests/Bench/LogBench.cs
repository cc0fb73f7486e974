using System.Diagnostics;
using System.Globalization;
using Tspm.Logs.Files;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Bench;

/// <summary>
/// How fast output comes into files, beside what else is installed here: cat, svlogd (runit), s6-log, multilog
/// (daemontools), supervisord, PM2; beside a sink in C that does nothing but splice; and beside the writer alone, timed
/// only while it fills a pipe that nobody reads: no reader can make it faster than that. The median of several rounds,
/// each of all in turn: what else the machine does hits all of them. Before each, as much memory as it will fill is
/// used once: what a virtual machine has given back to its host is slow at first, and that is nobody's merit here. On
/// demand only:
/// <code>dotnet build Tspm.Tests &amp;&amp; Tspm.Tests/bin/Debug/net10.0/Tspm.Tests --treenode-filter "/*/*/LogBench/*"
/// --output Detailed</code> Nothing is asserted about time: the table is to be read. That no byte is missing is
/// asserted.
/// </summary>
[Timeout(1_800_000)]
public class LogBench
{
    const double Mebi = 1 << 20, Gibi = 1 << 30;

    const int Sigterm = 15;

    /// <summary>
    /// What is written: 1 GiB of lines of 100 bytes in writes of 64 KiB, and two million such lines in a write each.
    /// </summary>
    static readonly (string Mode, long Bytes)[] Loads = [("bulk", 1L << 30), ("lines", 200_000_000)];

    /// <summary>
    /// <c>sink FILE</c> takes what comes as the pump does (1 MiB of pipe, a pause after small reads), with nothing else
    /// to do. <c>writer MODE BYTES</c> writes lines to standard output; <c>writer MODE BYTES GO</c> makes GO.ready,
    /// writes when there is a file GO, and stays. <c>await GO FILE BYTES</c> makes it, and says how many seconds later
    /// so many bytes are in a file. <c>alone MODE BYTES</c> writes them into a pipe that is emptied only while the
    /// clock stands still, and prints the seconds. <c>meter MODE BYTES LOGGER…</c> does it into the standard input of a
    /// logger and prints the seconds until the logger has ended, and the seconds of CPU that it took.
    /// </summary>
    const string Source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <time.h>
        #include <unistd.h>
        #include <sys/resource.h>
        #include <sys/stat.h>
        #include <sys/wait.h>
        static char pattern[6553600];
        static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
        static void all(const char *from, long count) { while (count > 0) { long n = write(1, from, count); if (n < 0) exit(1); from += n; count -= n; } }
        static void prepare(void) { for (long i = 0; i < (long)sizeof pattern; i += 100) { memset(pattern + i, 'x', 99); snprintf(pattern + i, 20, "%018ld", i / 100); pattern[i + 18] = ' '; pattern[i + 99] = '\n'; } }
        static void produce(const char *mode, long bytes) {
            long step = strcmp(mode, "bulk") == 0 ? 65536 : 100, at = 0;
            for (; bytes > 0; bytes -= step) { all(pattern + at, step < bytes ? step : bytes); at = (at + step) % (long)sizeof pattern; }
        }
        static int sink(const char *path) {
            fcntl(0, F_SETPIPE_SZ, 1 << 20);
            int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
            for (;;) {
                long n = splice(0, 0, file, 0, 1 << 20, 0);
                if (n <= 0) return n < 0;
                if (n < 512 << 10) usleep(300);
            }
        }
        static int alone(const char *mode, long bytes) {
            int ends[2]; if (pipe(ends)) return 1;
            double taken = 0;
            int nothing = open("/dev/null", O_WRONLY);
            long fill = fcntl(ends[0], F_SETPIPE_SZ, 1 << 20) / 100 * 90;
            dup2(ends[1], 1);
            for (long left = bytes; left > 0; ) {
                long part = left < fill ? left : fill;
                double before = now();
                produce(mode, part);
                taken += now() - before;
                for (left -= part; part > 0; ) { long n = splice(ends[0], 0, nothing, 0, part, 0); if (n <= 0) return 1; part -= n; }
            }
            fprintf(stderr, "%f", taken);
            return 0;
        }
        int main(int argc, char **argv) {
            if (strcmp(argv[1], "alone") == 0) { prepare(); return alone(argv[2], atol(argv[3])); }
            if (strcmp(argv[1], "sink") == 0) return sink(argv[2]);
            if (strcmp(argv[1], "await") == 0) {
                struct stat log;
                double before = now();
                close(creat(argv[2], 0600));
                while (stat(argv[3], &log) != 0 || log.st_size < atol(argv[4])) usleep(1000);
                printf("%f", now() - before);
                return 0;
            }
            if (strcmp(argv[1], "writer") == 0) {
                char ready[4096];
                prepare();
                if (argc > 4) { snprintf(ready, sizeof ready, "%s.ready", argv[4]); close(creat(ready, 0600)); while (access(argv[4], F_OK) != 0) usleep(200); }
                produce(argv[2], atol(argv[3]));
                if (argc > 4) for (;;) pause();
                return 0;
            }
            int ends[2]; if (pipe(ends)) return 1;
            double before = now();
            pid_t writer = fork();
            if (writer == 0) { dup2(ends[1], 1); close(ends[0]); close(ends[1]); prepare(); produce(argv[2], atol(argv[3])); _exit(0); }
            pid_t logger = fork();
            if (logger == 0) { dup2(ends[0], 0); close(ends[0]); close(ends[1]); execvp(argv[4], argv + 4); _exit(127); }
            close(ends[0]); close(ends[1]);
            int status; struct rusage used;
            waitpid(writer, &status, 0);
            wait4(logger, &status, 0, &used);
            printf("%f %f %d\n", now() - before, used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6, status);
            return 0;
        }
        """;

    const int Rounds = 5;

    readonly List<string> _rows = [];

    /// <summary>Names in the order of the first round; (MB/s, CPU seconds a GiB) of each round.</summary>
    readonly OrderedDictionary<string, List<(double Speed, double Cpu)>> _measured = [];

    [Test, Explicit]
    public async Task Prints_the_table(CancellationToken cancellation)
    {
        foreach (var (mode, bytes) in Loads)
        {
            _rows.Add(
                $"{(mode == "bulk" ? "1 GiB of lines in writes of 64 KiB" : "2,000,000 lines, a write each"),-40} "
                    + $"{"MB/s",8} {"CPU s/GiB",10}");
            for (var round = 0; round < Rounds; round++)
            {
                await Loggers(mode, bytes, cancellation);
                if (Tools.IsInstalled("supervisord")) await Supervisord(mode, bytes, cancellation);
                if (Tools.IsInstalled("pm2")) await Pm2(mode, bytes, cancellation);
                await Tspm(mode, bytes, "tspm, no rotation", ["--log-max-size", "0"], cancellation);
                await Tspm(mode, bytes, "tspm, rotation at 10 MiB and gzip", ["--log-keep", "1000"], cancellation);
            }
            foreach (var (name, all) in _measured)
                _rows.Add(string.Create(CultureInfo.InvariantCulture,
                    $"  {name,-38} {Median(all.Select(one => one.Speed)),8:0} "
                        + $"{Median(all.Select(one => one.Cpu)),10:0.00}"));
            _measured.Clear();
        }
        TestContext.Current!.Output.WriteLine(string.Join('\n', _rows));
    }

    /// <summary>
    /// A hundred that print without end: what each has got into its file when the slowest has 10 MB, from the moment
    /// when all are up.
    /// </summary>
    [Test, Explicit]
    public async Task Prints_the_shares_of_a_hundred(CancellationToken cancellation)
    {
        const int Children = 100;
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "meter", Source);
        await box.Ok("daemon", "start");
        var daemon = (await box.DaemonPids()).Daemon;
        await box.Ok("start", "--name", "w", "-i", $"{Children}", "--log-max-size", "0", "--", program, "writer",
            "lines", $"{long.MaxValue / 2}");
        var (before, looks, highest) = (Pss(daemon), 0, 0.0);
        var begun = new long[Children];
        long[] Sizes() =>
            [.. Enumerable.Range(0,
                Children).Select(i =>
                    new FileInfo(Path.Combine(box.Home, "logs", $"w~{i}.out.log")).Length - begun[i])];
        begun = Sizes();
        await box.Until(() =>
        {
            if (looks++ % 50 == 0) highest = Math.Max(highest, Pss(daemon));
            return Sizes().Min() >= 10_000_000;
        }, "each has printed 10 MB");
        var sizes = Sizes().Order().Select(size => size / 1e6).ToList();
        await box.Ok("delete", "w", "--logs");
        TestContext.Current!.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"MB of {Children} that print without end: least {sizes[0]:0.0}, middle {sizes[Children / 2]:0.0}, most "
                + $"{sizes[^1]:0.0}; daemon's Pss {before:0.0}, at most {highest:0.0} MiB"));
    }

    async Task Loggers(string mode, long bytes, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "meter", Source);
        var alone = (await box.RunProgram(program, "alone", mode, $"{bytes}")).Exits(0);
        Row("the writer alone, nobody reads", bytes, double.Parse(alone.Err, CultureInfo.InvariantCulture), 0);
        await Logger(box, program, mode, bytes, "a sink in C, splice alone", program, "sink", $"{box.Folder}/sink.log");
        await Logger(box, program, mode, bytes, "cat > file", "sh", "-c", $"exec cat > {box.Folder}/cat.log");
        foreach (var (name, arguments) in ((string, string[])[])[("svlogd", ["svlogd", "."]),
            ("s6-log", ["s6-log", "s10485760", "n1000", "."]), ("multilog", ["multilog", "s10485760", "n1000", "."])])
        {
            var folder = Directory.CreateDirectory(Path.Combine(box.Folder, name)).FullName;
            if (Tools.IsInstalled(arguments[0]))
                await Logger(box, program, mode, bytes, name, [arguments[0], .. arguments[1..^1], folder]);
        }
    }

    /// <summary>Of the page cache: as much as will be written.</summary>
    static void UseMemory(TspmBox box, long bytes)
    {
        var path = Path.Combine(box.Folder, "memory");
        var block = new byte[1 << 20];
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
            for (long at = 0; at < bytes; at += block.Length) RandomAccess.Write(file, block, at);
        File.Delete(path);
    }

    async Task Logger(TspmBox box, string program, string mode, long bytes, string name, params string[] logger)
    {
        UseMemory(box, bytes);
        var words = (await box.RunProgram(program, ["meter", mode, $"{bytes}", .. logger])).Exits(0).Out.Split(' ');
        if (words[2].Trim() != "0") _rows.Add($"  {name,-38} failed with status {words[2].Trim()}");
        else
            Row(name, bytes, double.Parse(words[0], CultureInfo.InvariantCulture),
                double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    async Task Supervisord(string mode, long bytes, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "meter", Source);
        var (log, go) = (Path.Combine(box.Folder, "s.log"), Path.Combine(box.Folder, "go"));
        var configuration = box.Write("supervisord.conf", $"""
            [supervisord]
            pidfile={box.Folder}/s.pid
            logfile={box.Folder}/s.main.log
            [program:w]
            command={program} writer {mode} {bytes} {go}
            stdout_logfile={log}
            stdout_logfile_maxbytes=0
            """);
        (await box.RunProgram("supervisord", ["-c", configuration])).Exits(0);
        var pid = int.Parse(await box.UntilFile("s.pid", "\n"), CultureInfo.InvariantCulture);
        await Measure(box, go, "supervisord, no rotation", bytes, pid, () => InFile(box, program, go, log, bytes));
        LiveProcess.Kill(pid, Sigterm);
        await box.UntilGone(pid);
    }

    async Task Pm2(string mode, long bytes, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "meter", Source);
        var (home, log, go) = (Path.Combine(box.Folder, "pm2"), Path.Combine(box.Folder, "p.log"),
            Path.Combine(box.Folder, "go"));
        box.Variables["PM2_HOME"] = home;
        (await box.RunProgram("pm2", ["ping"])).Exits(0);
        var pid = int.Parse(File.ReadAllText($"{home}/pm2.pid"), CultureInfo.InvariantCulture);
        (await box.RunProgram("pm2",
            ["start", program, "--interpreter", "none", "--no-autorestart", "--name", "w", "--output", log, "--",
                "writer", mode, $"{bytes}", go])).Exits(0);
        await Measure(box, go, "PM2, no rotation", bytes, pid, () => InFile(box, program, go, log, bytes));
        (await box.RunProgram("pm2", ["kill"])).Exits(0);
        await box.UntilGone(pid);
    }

    async Task Tspm(string mode, long bytes, string name, string[] flags, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "meter", Source);
        await box.Ok("daemon", "start");
        var (daemon, log, go) = ((await box.DaemonPids()).Daemon, box.OutLog("w"), Path.Combine(box.Folder, "go"));
        await box.Ok(["start", "--name", "w", .. flags, "--", program, "writer", mode, $"{bytes}", go]);
        var (pss, highest, isDone) = (Pss(daemon), 0.0, false);
        var sampling = Task.Run(async () =>
        {
            // Reading the pages of a process holds it up: seldom.
            for (; !Volatile.Read(ref isDone); await Task.Delay(100, cancellation))
                highest = Math.Max(highest, Pss(daemon));
        }, cancellation);
        await Measure(box, go, name, bytes, daemon,
            () =>
                flags is ["--log-max-size", "0"] ? InFile(box, program, go, log, bytes) : InFiles(box, go, log, bytes));
        Volatile.Write(ref isDone, true);
        await sampling;
        _rows.Add(string.Create(CultureInfo.InvariantCulture,
            $"    daemon's Pss before and at most meanwhile: {pss:0.0}, {highest:0.0} MiB"));
    }

    /// <summary>
    /// From the moment when a writer that is up may write. What it takes to start it is no matter of logs.
    /// </summary>
    async Task Measure(TspmBox box, string go, string name, long bytes, int daemon, Func<Task<double>> write)
    {
        await box.UntilFile(go + ".ready", "");
        UseMemory(box, bytes);
        var cpu = CpuSeconds(daemon);
        var seconds = await write();
        Row(name, bytes, seconds, CpuSeconds(daemon) - cpu);
    }

    static async Task<double> InFile(TspmBox box, string program, string go, string log, long bytes) =>
        double.Parse((await box.RunProgram(program, "await", go, log, $"{bytes}")).Exits(0).Out,
            CultureInfo.InvariantCulture);

    static async Task<double> InFiles(TspmBox box, string go, string log, long bytes)
    {
        var before = Stopwatch.GetTimestamp();
        File.WriteAllText(go, "");
        await box.Until(() => Written(log) == bytes, $"{bytes} bytes are in the logs");
        return Stopwatch.GetElapsedTime(before).TotalSeconds;
    }

    /// <summary>
    /// Bytes of the stream in all its files; fewer or more while one of them is on its way from one name to another.
    /// </summary>
    static long Written(string log)
    {
        var total = File.Exists(log) ? new FileInfo(log).Length : 0;
        for (var number = 1; RotatedLogs.Find(log, number) is { } file; number++) total += RotatedLogs.BytesOf(file);
        return total;
    }

    void Row(string name, long bytes, double seconds, double cpu)
    {
        if (!_measured.TryGetValue(name, out var all)) _measured.Add(name, all = []);
        all.Add((bytes / 1e6 / seconds, cpu / (bytes / Gibi)));
    }

    static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    /// <summary>User and system time (man 5 proc_pid_stat, fields 14 and 15, in ticks of 10 ms).</summary>
    static double CpuSeconds(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    static double Pss(int pid) => double.Parse(
        File.ReadLines($"/proc/{pid}/smaps_rollup").First(line =>
            line.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture) * 1024 / Mebi;
}
