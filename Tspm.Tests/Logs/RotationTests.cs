using System.Text;
using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Logs.Index;
using Tspm.Model.Config;

namespace Tspm.Tests.Logs;

/// <summary>Files end with whole lines, and all of them together are what was printed.</summary>
[Timeout(120_000)]
internal sealed class RotationTests
{
    static readonly LogPolicy Small = LogPolicy.Default with { MaxSizeBytes = 20_000, Keep = 1000, Compress = false };

    public static IEnumerable<string> Shapes() =>
        ["lines", "crlf", "random", "one 5 MB line", "no newline at the end", "invalid utf-8 and nul", "only newlines",
            "lines as long as a file", "lines one longer than a file"];

    static byte[] Bytes(string shape)
    {
        var random = new Random(shape.Length);
        string Lines(int count, int longest, string end) =>
            string.Concat(Enumerable.Range(0, count).Select(i => $"{i} {new string('x', random.Next(longest))}{end}"));
        return shape switch
        {
            "lines" => Encoding.UTF8.GetBytes(Lines(5000, 200, "\n")),
            "crlf" => Encoding.UTF8.GetBytes(Lines(5000, 200, "\r\n")),
            "random" => PumpBench.Random(1, 1_000_000),
            "one 5 MB line" => Encoding.UTF8.GetBytes("before\n" + new string('y', 5_000_000) + "\nafter\n"),
            "no newline at the end" => Encoding.UTF8.GetBytes(Lines(1000, 200, "\n") + "the end"),
            "invalid utf-8 and nul" =>
                [.. Enumerable.Range(0,
                    300_000).Select(i => i % 50 == 49 ? (byte)'\n' : i % 3 == 0 ? (byte)0 : (byte)0xC3)],
            "only newlines" => [.. Enumerable.Repeat((byte)'\n', 100_000)],
            "lines as long as a file" =>
                Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(new string('z', 19_999) + "\n", 20))),
            _ => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(new string('z', 20_000) + "\n", 20))),
        };
    }

    [Test]
    [MethodDataSource(nameof(Shapes))]
    public async Task All_files_together_are_what_was_printed(string shape, CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var bytes = Bytes(shape);
        var run = bench.OpenRun();
        using (var stdout = new FifoWriter(run.OutFifo))
            await Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        bench.StreamIs("out.log", bytes);
        await Assert.That(RotatedLogs.OldestFirst(bench.At("out.log")).Count).IsGreaterThan(1);
        await Assert.That(bench.Pump.Troubles).IsEmpty();
        await IndexReader.Check(bench.At("out.log"));
    }

    [Test]
    [Arguments("lines")]
    [Arguments("crlf")]
    [Arguments("lines as long as a file")]
    public async Task No_line_is_split_and_no_file_is_larger_than_its_limit(string shape,
        CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var run = bench.OpenRun();
        using (var stdout = new FifoWriter(run.OutFifo))
            await Task.Run(() => stdout.WritePieces(Bytes(shape), 2), cancellation);
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        var files = RotatedLogs.OldestFirst(bench.At("out.log"));
        foreach (var file in files)
        {
            var content = File.ReadAllBytes(file);
            await Assert.That(content.Length).IsLessThanOrEqualTo((int)Small.MaxSizeBytes);
            await Assert.That(content.Length).IsGreaterThan((int)Small.MaxSizeBytes - 300);
            await Assert.That(content[^1]).IsEqualTo((byte)'\n');
        }
        await Assert.That(IndexReader.Read(bench.At("out.log")).Any(entry => entry.Kind == LogIndexKind.CutLine))
            .IsFalse();
    }

    [Test]
    public async Task A_line_longer_than_a_file_is_cut_and_the_index_says_where(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var run = bench.OpenRun();
        var bytes = Bytes("one 5 MB line");
        using (var stdout = new FifoWriter(run.OutFifo))
            await Task.Run(() => stdout.WritePieces(bytes, 2), cancellation);
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        var cuts = IndexReader.Read(bench.At("out.log")).Where(entry => entry.Kind == LogIndexKind.CutLine).ToList();
        await Assert.That(cuts.Count).IsGreaterThan(100);
        foreach (var cut in cuts) await Assert.That(bytes[cut.Position - 1]).IsEqualTo((byte)'y');
        foreach (var file in RotatedLogs.OldestFirst(bench.At("out.log")))
            await Assert.That(new FileInfo(file).Length).IsLessThanOrEqualTo(2 * Small.MaxSizeBytes);
    }

    [Test]
    public async Task Only_as_many_old_files_are_kept_as_asked_for(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small with { Keep = 3 } };
        await Print(bench, Bytes("lines"), cancellation);
        await Assert.That(RotatedLogs.OldestFirst(bench.At("out.log")).Count).IsEqualTo(3);
        await IndexReader.Check(bench.At("out.log"));
        bench.Policy = Small with { Keep = 0 };
        await Print(bench, Bytes("lines"), cancellation);
        await Assert.That(RotatedLogs.OldestFirst(bench.At("out.log"))).IsEmpty();
    }

    [Test]
    public async Task Zero_means_never(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = LogPolicy.Default with { MaxSizeBytes = 0 } };
        var bytes = PumpBench.Random(1, 12 << 20);
        await Print(bench, bytes, cancellation);
        await bench.FileIs("out.log", bytes, cancellation);
    }

    [Test]
    public async Task An_old_file_is_rotated_for_its_age_when_something_is_printed(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small with { MaxSizeBytes = 0, MaxAgeMs = 1 } };
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        var lines = 0;
        while (RotatedLogs.OldestFirst(bench.At("out.log")).Count < 3)
        {
            stdout.Write($"line {++lines}\n");
            await Task.Delay(5, cancellation);
        }
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        bench.StreamIs("out.log",
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, lines).Select(i => $"line {i}\n"))));
    }

    [Test]
    public async Task All_but_the_newest_old_file_are_compressed(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small with { Compress = true } };
        var bytes = Bytes("lines");
        await Print(bench, bytes, cancellation);
        var log = bench.At("out.log");
        while (RotatedLogs.OldestFirst(log) is var files
            && !files.SkipLast(1).All(file =>
                file.EndsWith(RotatedLogs.Compressed, StringComparison.Ordinal))) await Task.Delay(5, cancellation);
        await Assert.That(File.Exists(log + ".1")).IsTrue();
        await Assert.That(Directory.GetFiles(bench.Folder, "*.tmp")).IsEmpty();
        bench.StreamIs("out.log", bytes);
        await IndexReader.Check(log);
        await Assert.That(File.GetUnixFileMode(log + ".2.gz"))
            .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public async Task What_both_a_rotation_and_a_death_left_half_done_is_completed(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        await Print(bench, Bytes("lines"), cancellation);
        var log = bench.At("out.log");
        var whole = bench.Stream("out.log");
        bench.KillPump();
        // Died after number 2 and 1 had moved up, and after the current file was put away; a second one in the middle
        // of compressing.
        var count = RotatedLogs.OldestFirst(log).Count;
        for (var number = count; number >= 1; number--) File.Move($"{log}.{number}", $"{log}.{number + 1}");
        File.Move(log, log + ".1");
        File.WriteAllText(log + ".new", "");
        File.WriteAllText(log + ".gz.tmp", "half");
        bench.RestartPump();
        var more = Bytes("crlf");
        await Print(bench, more, cancellation);
        bench.StreamIs("out.log", [.. whole, .. more]);
        await IndexReader.Check(log);
        await Assert.That(File.Exists(log + ".new")).IsFalse();
    }

    [Test]
    public async Task Of_a_plain_and_a_compressed_file_with_one_number_the_compressed_one_counts(
        CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small with { Compress = true } };
        var bytes = Bytes("lines");
        await Print(bench, bytes, cancellation);
        var log = bench.At("out.log");
        await Compressed();
        File.WriteAllText(log + ".5", "the plain one, not removed yet");
        bench.StreamIs("out.log", bytes);
        // The next rotation removes it.
        await Print(bench, bytes, cancellation);
        await Compressed();
        bench.StreamIs("out.log", [.. bytes, .. bytes]);
        foreach (var file in Directory.GetFiles(bench.Folder, "out.log.*"))
            await Assert.That(File.ReadAllText(file)).DoesNotStartWith("the plain one");

        // Until then, files disappear at any moment.
        async Task Compressed()
        {
            while (Directory.GetFiles(bench.Folder, "out.log.*").Any(IsStillToCompress))
                await Task.Delay(5, cancellation);
        }

        bool IsStillToCompress(string file) =>
            file.EndsWith(".tmp", StringComparison.Ordinal) || (char.IsDigit(file[^1]) && file != log + ".1");
    }

    [Test]
    public async Task A_gap_between_old_files_is_filled_and_nothing_lost(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        File.WriteAllText(bench.At("out.log.1"), "one\n");
        File.WriteAllText(bench.At("out.log.3"), "three\n");
        await Print(bench, Encoding.ASCII.GetBytes(new string('a', 19_000) + "\n" + new string('b', 5000) + "\n"),
            cancellation);
        await Assert.That(File.ReadAllText(bench.At("out.log.2"))).IsEqualTo("one\n");
        await Assert.That(File.ReadAllText(bench.At("out.log.3"))).IsEqualTo("three\n");
        await Assert.That(File.ReadAllText(bench.At("out.log.1"))).StartsWith("aaa");
    }

    [Test]
    public async Task A_device_or_a_pipe_is_written_and_never_rotated(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        _ = SysStat.mkfifo(bench.At("pipe"), 0x180);
        using var reader = new FileStream(bench.At("pipe"), FileMode.Open, FileAccess.ReadWrite);
        var bytes = Bytes("lines");
        var run = bench.OpenRun("pipe", "/dev/null");
        var got = new byte[bytes.Length];
        using FifoWriter stdout = new(run.OutFifo), stderr = new(run.ErrFifo);
        var writing = Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        stderr.Write("into nothing");
        await reader.ReadExactlyAsync(got, cancellation);
        await writing;
        await Assert.That(got.AsSpan().SequenceEqual(bytes)).IsTrue();
        await Assert.That(RotatedLogs.Companions(bench.At("pipe")).Where(File.Exists)).IsEmpty();
        await Assert.That(File.Exists("/dev/null.index")).IsFalse();
    }

    [Test]
    public async Task A_link_is_written_through_and_not_renamed(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        File.WriteAllText(bench.At("real"), "");
        File.CreateSymbolicLink(bench.At("out.log"), bench.At("real"));
        var bytes = Bytes("lines");
        await Print(bench, bytes, cancellation);
        await bench.FileIs("real", bytes, cancellation);
        await Assert.That(new FileInfo(bench.At("out.log")).LinkTarget).IsNotNull();
    }

    [Test]
    public async Task A_folder_that_cannot_be_changed_lets_the_log_grow_on_and_says_so(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        // In the way of the file that every rotation makes first, for root too.
        Directory.CreateDirectory(bench.At("out.log.new"));
        var bytes = Bytes("lines");
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        await Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        await bench.FileIs("out.log", bytes, cancellation);
        while (!bench.Pump.Troubles.Any(trouble =>
            trouble.Contains("out.log cannot be rotated: Is a directory; it keeps growing")))
        {
            stdout.Write("x\n");
            await Task.Delay(10, cancellation);
        }
        Directory.Delete(bench.At("out.log.new"));
        while (!File.Exists(bench.At("out.log.1")) || bench.Pump.Troubles.Count > 0)
        {
            stdout.Write("x\n");
            await Task.Delay(10, cancellation);
        }
    }

    [Test]
    public async Task Flush_removes_the_old_files_too_and_positions_go_on(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var bytes = Bytes("lines");
        await Print(bench, bytes, cancellation);
        await bench.Pump.Flush([bench.At("out.log")]);
        await Assert.That(bench.Stream("out.log")).IsEmpty();
        await Assert.That(IndexReader.Begins(bench.At("out.log"))[^1]).IsEqualTo(bytes.Length);
        await Print(bench, "new\n"u8.ToArray(), cancellation);
        await bench.FileIs("out.log", "new\n"u8.ToArray(), cancellation);
        await Assert.That(IndexReader.Read(bench.At("out.log"))[^1].Position).IsEqualTo(bytes.Length);
    }

    [Test]
    public async Task A_rename_takes_old_files_and_index_along(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var bytes = Bytes("lines");
        await Print(bench, bytes, cancellation);
        File.WriteAllText(bench.At("new.log"), "of another\n");
        File.WriteAllText(bench.At("new.log.1"), "of another\n");
        await Assert.That(await bench.Pump.Rename([(bench.At("out.log"), bench.At("new.log"))])).IsNull();
        bench.StreamIs("new.log", bytes);
        await IndexReader.Check(bench.At("new.log"));
        await Assert.That(Directory.GetFiles(bench.Folder, "out.log*")).IsEmpty();
        await Assert.That(File.ReadAllText(bench.At("new.log.1.kept-1"))).IsEqualTo("of another\n");
    }

    [Test]
    public async Task A_file_moved_away_is_made_again(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("old\n");
        await bench.FileIs("out.log", "old\n"u8.ToArray(), cancellation);
        File.Move(bench.At("out.log"), bench.At("moved"));
        var written = "old\n";
        while (!File.Exists(bench.At("out.log")))
        {
            stdout.Write("x\n");
            written += "x\n";
            await Task.Delay(10, cancellation);
        }
        await bench.Pump.Settled();
        while (File.ReadAllText(bench.At("moved")) + File.ReadAllText(bench.At("out.log")) != written)
            await Task.Delay(1, cancellation);
        File.Move(bench.At("out.log"), bench.At("moved2"));
        await bench.Pump.Reopen([bench.At("out.log")]);
        await Assert.That(File.Exists(bench.At("out.log"))).IsTrue();
        stdout.Write("new\n");
        await bench.FileIs("out.log", "new\n"u8.ToArray(), cancellation);
        await Assert.That(IndexReader.Begins(bench.At("out.log"))[^1]).IsEqualTo(written.Length);
    }

    [Test]
    public async Task The_oldest_files_of_all_logs_go_first_when_they_are_too_much_together(
        CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small, Total = 100_000 };
        for (var number = 1; number <= 5; number++)
        {
            File.WriteAllBytes(bench.At($"gone.log.{number}"), new byte[20_000]);
            File.SetLastWriteTimeUtc(bench.At($"gone.log.{number}"),
                new DateTime(2020, 1, 10 - number, 0, 0, 0, DateTimeKind.Utc));
        }
        File.WriteAllBytes(bench.At("gone.log"), new byte[30_000]);
        bench.RestartPump();
        while (SizeOf(bench.Folder) > 100_000) await Task.Delay(5, cancellation);
        await Assert.That(File.Exists(bench.At("gone.log.5"))).IsFalse();
        await Assert.That(File.Exists(bench.At("gone.log.1"))).IsTrue();
        await Print(bench, Bytes("lines"), cancellation);
        while (SizeOf(bench.Folder) > 100_000) await Task.Delay(5, cancellation);
        await Assert.That(File.Exists(bench.At("gone.log"))).IsTrue();
        await Assert.That(File.Exists(bench.At("gone.log.1"))).IsFalse();
        await Assert.That(File.Exists(bench.At("out.log"))).IsTrue();
    }

    [Test]
    public async Task A_large_pipe_is_large_from_the_start(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small with { LargePipe = true } };
        var run = bench.OpenRun();
        var end = Fcntl.open(run.OutFifo, Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        var capacity = Fcntl.fcntl(end, Fcntl.F_GETPIPE_SZ);
        _ = Unistd.close(end);
        await Assert.That(capacity).IsEqualTo(1 << 20);
    }

    static long SizeOf(string folder)
    {
        long total = 0;
        foreach (var path in Directory.GetFiles(folder))
            if (new FileInfo(path) is { Exists: true } file) total += file.Length;
        return total;
    }

    internal static async Task Print(PumpBench bench, byte[] bytes, CancellationToken cancellation)
    {
        var run = bench.OpenRun();
        using (var stdout = new FifoWriter(run.OutFifo))
            await Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
    }
}
