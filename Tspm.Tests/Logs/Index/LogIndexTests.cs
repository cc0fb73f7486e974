using System.Text;
using Tspm.Libc;
using Tspm.Logs.Index;
using Tspm.Logs.Writing;
using Tspm.Model.Config;

namespace Tspm.Tests.Logs.Index;

/// <summary>The index says whose bytes came when, and finds itself again after whatever happened to it.</summary>
[Timeout(60_000)]
internal sealed class LogIndexTests
{
    static readonly LogPolicy Small = LogPolicy.Default with { MaxSizeBytes = 10_000, Keep = 5, Compress = false };

    static byte[] Lines(int count) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, count).Select(i => $"this is line {i}\n")));

    [Test]
    public async Task Runs_are_written_down_with_their_pid_and_their_bytes(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (var number = 1; number <= 3; number++)
        {
            var run = bench.OpenRun();
            bench.Pump.Started(run, 1000 + number);
            await bench.Pump.Settled();
            using (var stdout = new FifoWriter(run.OutFifo)) stdout.Write($"run {number}\n");
            bench.Pump.Finish(run);
        }
        await bench.Pump.Settled();
        var entries = IndexReader.Read(bench.At("out.log"));
        await Assert.That(entries.Select(entry => (entry.Kind, entry.Position, entry.RunId)))
            .IsEquivalentTo(new (LogIndexKind, long, ulong)[]
        {
            (LogIndexKind.File, 0L, 0UL), (LogIndexKind.Started, 0, 1), (LogIndexKind.Bytes, 0, 1),
            (LogIndexKind.Started, 6, 2), (LogIndexKind.Bytes, 6, 2),
            (LogIndexKind.Started, 12, 3), (LogIndexKind.Bytes, 12, 3),
        });
        await Assert.That(entries.Where(entry => entry.Kind == LogIndexKind.Started).Select(entry => entry.Value))
            .IsEquivalentTo(new ulong[] { 1001, 1002, 1003 });
        await Assert.That(entries.All(entry =>
            entry.UnixMilliseconds >= before - 50
                && entry.UnixMilliseconds <= TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())).IsTrue();
        await Assert.That(File.Exists(bench.At("err.log.index"))).IsFalse();
    }

    [Test]
    public async Task Two_runs_into_one_file_are_told_apart(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        RunStreams first = bench.OpenRun(), second = bench.OpenRun();
        using FifoWriter one = new(first.OutFifo), two = new(second.OutFifo);
        var expected = new List<(long, ulong)>();
        var text = "";
        for (var turn = 0; turn < 6; turn++)
        {
            expected.Add((text.Length, turn % 2 == 0 ? first.RunId : second.RunId));
            (turn % 2 == 0 ? one : two).Write("x\n");
            text += "x\n";
            await bench.FileIs("out.log", Encoding.ASCII.GetBytes(text), cancellation);
        }
        var stretches = IndexReader.Read(bench.At("out.log")).Where(entry => entry.Kind == LogIndexKind.Bytes)
            .Select(entry => (entry.Position, entry.RunId));
        await Assert.That(stretches).IsEquivalentTo(expected);
    }

    [Test]
    public async Task A_deleted_index_is_made_again_with_all_its_entries(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("one\n");
        await bench.FileIs("out.log", "one\n"u8.ToArray(), cancellation);
        var before = IndexReader.Read(bench.At("out.log"));
        File.Delete(bench.At("out.log.index"));
        while (!File.Exists(bench.At("out.log.index")))
        {
            stdout.Write("x\n");
            await Task.Delay(10, cancellation);
        }
        await Assert.That(IndexReader.Read(bench.At("out.log")).Take(before.Count).SequenceEqual(before)).IsTrue();
    }

    [Test]
    [Arguments("lost")]
    [Arguments("empty")]
    [Arguments("garbage")]
    [Arguments("torn")]
    public async Task A_lost_or_damaged_index_is_completed_from_the_files(string damage, CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var (log, lines) = (bench.At("out.log"), Lines(2000));
        await RotationTests.Print(bench, lines, cancellation);
        bench.KillPump();
        var index = log + ".index";
        var whole = File.ReadAllBytes(index);
        if (damage == "lost") File.Delete(index);
        else
            File.WriteAllBytes(index,
                damage switch
                {
                    "empty" => [],
                    "garbage" => PumpBench.Random(1, 5000),
                    _ => [.. whole, .. PumpBench.Random(2, 17)]
                });
        bench.RestartPump();
        await RotationTests.Print(bench, Lines(100), cancellation);
        await IndexReader.Check(log);
        if (damage != "torn") return;
        await Assert.That(IndexReader.Begins(log)[^1]).IsGreaterThan(lines.Length - 10_000);
        await Assert.That(File.ReadAllBytes(index).AsSpan(0, whole.Length).SequenceEqual(whole)).IsTrue();
    }

    [Test]
    public async Task Damaged_entries_in_the_middle_are_left_alone(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var log = bench.At("out.log");
        await RotationTests.Print(bench, Lines(3000), cancellation);
        bench.KillPump();
        var bytes = File.ReadAllBytes(log + ".index");
        bytes[^(LogIndexEntry.Size / 2)] ^= 1;
        File.WriteAllBytes(log + ".index", bytes);
        var entries = IndexReader.Read(log).Count;
        bench.RestartPump();
        await RotationTests.Print(bench, "more\n"u8.ToArray(), cancellation);
        await Assert.That(IndexReader.Read(log).Count).IsGreaterThan(entries);
    }

    [Test]
    public async Task A_rotation_that_was_not_written_down_is_found_by_what_the_files_are(
        CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var log = bench.At("out.log");
        await RotationTests.Print(bench, "one\n"u8.ToArray(), cancellation);
        bench.KillPump();
        for (var number = 0; number < 2; number++)
        {
            if (File.Exists(log + ".1")) File.Move(log + ".1", log + ".2");
            File.Move(log, log + ".1");
            File.WriteAllText(log, "another\n");
        }
        bench.RestartPump();
        await RotationTests.Print(bench, "three\n"u8.ToArray(), cancellation);
        await Assert.That(IndexReader.Begins(log)).IsEquivalentTo(new long[] { 0, 4, 12 });
        await IndexReader.Check(log);
    }

    [Test]
    public async Task Emptied_by_others_the_positions_go_on(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        var log = bench.At("out.log");
        foreach (var isOpen in new[] { true, false })
        {
            // Two stretches: what the last one brought is not known when it is gone.
            for (var run = 0; run < 2; run++) await RotationTests.Print(bench, "one\n"u8.ToArray(), cancellation);
            if (!isOpen) bench.KillPump();
            using (var file = new FileStream(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                file.SetLength(0);
            if (!isOpen) bench.RestartPump();
        }
        await RotationTests.Print(bench, "two\n"u8.ToArray(), cancellation);
        await Assert.That(IndexReader.Begins(log)[^1]).IsGreaterThanOrEqualTo(4);
        await Assert.That(IndexReader.Read(log)[^1].Position).IsEqualTo(IndexReader.Begins(log)[^1]);
    }

    [Test]
    public async Task An_index_that_cannot_be_written_does_not_stop_the_log(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small };
        Directory.CreateDirectory(bench.At("out.log.index"));
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("one\n");
        await bench.FileIs("out.log", "one\n"u8.ToArray(), cancellation);
        while (!bench.Pump.Troubles.Any(trouble => trouble.Contains("the time index")))
            await Write(stdout, cancellation);
        Directory.Delete(bench.At("out.log.index"));
        while (!File.Exists(bench.At("out.log.index")) || bench.Pump.Troubles.Count > 0)
            await Write(stdout, cancellation);
    }

    [Test]
    public async Task What_is_before_the_oldest_file_is_forgotten_now_and_then(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = Small with { MaxSizeBytes = 2000, Keep = 2 } };
        var log = bench.At("out.log");
        RunStreams first = bench.OpenRun(), second = bench.OpenRun();
        using (FifoWriter one = new(first.OutFifo), two = new(second.OutFifo))
        {
            // Two runs in turns: an entry each time.
            for (var line = 0; line < 12_000; line++)
            {
                (line % 2 == 0 ? one : two).Write($"line {line}\n");
                if (line % 50 == 0) await bench.Pump.Settled();
                if (line % 5 == 0) await Task.Yield();
            }
        }
        bench.Pump.Finish(first);
        bench.Pump.Finish(second);
        await bench.Pump.Settled();
        await IndexReader.Check(log);
        await Assert.That(new FileInfo(log + ".index").Length).IsLessThan(600 << 10);
    }

    [Test]
    public async Task Trimming_keeps_what_reaches_into_the_oldest_file(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("tspm-index-").FullName;
        try
        {
            var path = Path.Combine(folder, "log.index");
            var bytes = new byte[6 * LogIndexEntry.Size];
            LogIndexEntry[] entries =
            [
                new(LogIndexKind.Started, 0, 1, 7, 99), new(LogIndexKind.Bytes, 0, 1, 7, 0),
                new(LogIndexKind.Bytes, 50, 2, 7, 0),
                new(LogIndexKind.File, 100, 3, 0, 5), new(LogIndexKind.Bytes, 120, 4, 7, 0),
                new(LogIndexKind.Bytes, 140, 5, 7, 0),
            ];
            for (var i = 0; i < entries.Length; i++) entries[i].Write(bytes.AsSpan(i * LogIndexEntry.Size));
            File.WriteAllBytes(path, bytes);
            int source = Fcntl.open(path, Fcntl.O_RDONLY),
                target = Fcntl.open(path + ".new", Fcntl.O_RDWR | Fcntl.O_CREAT, 0x180);
            IndexTrim.Cut(source, bytes.Length, 100, out var from, out var kept);
            var length = IndexTrim.Copy(source, from, bytes.Length, kept, target);
            _ = Unistd.close(source);
            _ = Unistd.close(target);
            await Assert.That(from).IsEqualTo(3 * LogIndexEntry.Size);
            await Assert.That(length).IsEqualTo(5 * LogIndexEntry.Size);
            File.Move(path + ".new", path, overwrite: true);
            await Assert.That(IndexReader.Read(Path.Combine(folder, "log")).SequenceEqual([entries[0], entries[2],
                .. entries[3..]])).IsTrue();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static Task Write(FifoWriter writer, CancellationToken cancellation)
    {
        writer.Write("x\n");
        return Task.Delay(10, cancellation);
    }
}
