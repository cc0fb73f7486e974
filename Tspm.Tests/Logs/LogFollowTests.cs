using System.Text;
using Tspm.Logs.Index;
using Tspm.Logs.Reading;
using Tspm.Protocol;
using Tspm.Tests.Config;

namespace Tspm.Tests.Logs;

/// <summary>
/// Reading on while files are rotated, compressed, emptied, renamed and removed: no line twice, none left out unsaid.
/// </summary>
[Timeout(60_000)]
internal sealed class LogFollowTests
{
    const long Noon = WrittenLog.Noon;

    static List<string> Drain(LogReader reader)
    {
        var lines = new List<string>();
        while (reader.TryRead(takePartial: false, out var line, out _)) lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }

    [Test]
    [Arguments(true, false)]
    [Arguments(true, true)]
    [Arguments(false, false)]
    [Arguments(false, true)]
    public async Task A_reader_goes_through_rotations_without_gap_or_double(bool indexed, bool gzip,
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"), indexed);
        using var reader = new LogReader(log.Path);
        var random = new Random(21);
        var read = new List<string>();
        for (var i = 0; i < 4000; i++)
        {
            log.Line($"line {i} {new string('x', random.Next(100))}", Noon + i * 60);
            if (random.Next(40) == 0) log.Rotate(keep: 12, gzip);
            if (i % 70 == 0) read.AddRange(Drain(reader));
        }
        read.AddRange(Drain(reader));
        await Assert.That(reader.TakeMissed()).IsEqualTo(0);
        await Assert.That(read.SequenceEqual(log.Truth.Select(line => line.Line))).IsTrue()
            .Because($"{read.Count} of {log.Truth.Count}");
        await Assert.That(reader.Position).IsEqualTo(log.Position);
    }

    [Test]
    public async Task A_reader_that_falls_behind_is_told_exactly_what_it_missed_and_goes_on(
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        using var reader = new LogReader(log.Path);
        log.Line("first", Noon);
        await Assert.That(Drain(reader)).IsEquivalentTo(["first"]);
        for (var i = 0; i < 50; i++)
        {
            log.Line($"{i}", Noon + i * 100);
            if (i % 10 == 9) log.Rotate(keep: 2, gzip: i > 25);
        }
        var rest = Drain(reader);
        // What it has open it still reads: the ten lines behind the first one.
        await Assert.That(rest.SequenceEqual(Enumerable.Range(0,
            50).Where(i => i is < 10 or >= 30).Select(i => $"{i}"))).IsTrue();
        await Assert.That(reader.TakeMissed()).IsEqualTo(20 * 3);
        await Assert.That(reader.Position).IsEqualTo(log.Position);
    }

    [Test]
    public async Task What_was_missed_stands_as_a_notice_in_the_view(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        log.Line("gone", Noon);
        log.Rotate(keep: 1);
        log.Line("kept", Noon + 100);
        log.Rotate(keep: 1);
        log.Line("new", Noon + 200);
        var lines = LogSearchTests
            .Read(log.Open(new LogsRequest { After = new Dictionary<string, long> { ["1.0.out"] = 0 } }));
        await Assert.That(lines.Select(line =>
            line.LostBytes is { } lost
                ? $"lost {lost} {line.LostBecause}"
                : line.Text!).SequenceEqual(["lost 5 rotated", "kept", "new"])).IsTrue();
    }

    [Test]
    public async Task A_reader_resumes_by_position_through_rotation_and_compression(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        var read = new List<string>();
        var position = 0L;
        for (var i = 0; i < 300; i++)
        {
            log.Line($"line {i}", Noon + i * 100);
            if (i % 20 == 19) log.Rotate(gzip: true);
            if (i % 7 != 0) continue;
            using var reader = new LogReader(log.Path);
            reader.Seek(position);
            read.AddRange(Drain(reader));
            position = reader.Position;
        }
        await Assert.That(read.SequenceEqual(log.Truth.Take(295).Select(line => line.Line))).IsTrue();
    }

    [Test]
    public async Task After_a_flush_the_positions_go_on(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        using var reader = new LogReader(log.Path);
        log.Line("one", Noon);
        log.Rotate(gzip: true);
        log.Line("two", Noon + 100);
        await Assert.That(Drain(reader)).IsEquivalentTo(["one", "two"]);
        log.Flush();
        await Assert.That(Drain(reader)).IsEmpty();
        log.Line("three, longer than what was emptied", Noon + 200);
        await Assert.That(Drain(reader)).IsEquivalentTo(["three, longer than what was emptied"]);
        await Assert.That(reader.Position).IsEqualTo(log.Position);
        await Assert.That(reader.TakeMissed()).IsEqualTo(0);
        using var later = new LogReader(log.Path);
        await Assert.That(Drain(later)).IsEquivalentTo(["one", "three, longer than what was emptied"]);
        await Assert.That(later.TakeMissed()).IsEqualTo(4);
    }

    [Test]
    public async Task Emptied_before_the_index_says_so_nothing_is_read_twice(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        using var reader = new LogReader(log.Path);
        log.Line("one", Noon);
        await Assert.That(Drain(reader)).IsEquivalentTo(["one"]);
        log.IsIndexed = false;
        log.Flush();
        await Assert.That(Drain(reader)).IsEmpty();
        log.IsIndexed = true;
        log.Flush();
        log.Line("two", Noon + 100);
        await Assert.That(Drain(reader)).IsEquivalentTo(["two"]);
        await Assert.That(reader.TakeMissed()).IsEqualTo(0);
    }

    [Test]
    public async Task A_renamed_log_is_read_on_where_it_was(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        using var reader = new LogReader(log.Path);
        log.Line("one", Noon);
        await Assert.That(Drain(reader)).IsEquivalentTo(["one"]);
        log.Line("two", Noon + 100);
        File.Move(log.Path, folder.At("new"));
        File.Move(LogIndexReader.PathOf(log.Path), LogIndexReader.PathOf(folder.At("new")));
        reader.Path = folder.At("new");
        await Assert.That(Drain(reader)).IsEquivalentTo(["two"]);
        File.AppendAllText(folder.At("new"), "three\n");
        await Assert.That(Drain(reader)).IsEquivalentTo(["three"]);
    }

    [Test]
    public async Task Files_out_of_the_ordinary_have_their_place(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        // Made before the first file goes: the times here say nothing, so its inode must be one that no file of the log
        // had.
        File.WriteAllText(log.Path + ".copy", "");
        for (var i = 0; i < 60; i++)
        {
            log.Line($"line {i}", Noon + i * 100);
            if (i % 10 == 9) log.Rotate(gzip: true);
        }
        log.Line("last", Noon + 10_000);
        // Copied and emptied, as logrotate does with copytruncate: the copy has an inode that nobody knows.
        File.Copy(log.Path + ".1", log.Path + ".copy", overwrite: true);
        File.Move(log.Path + ".copy", log.Path + ".1", overwrite: true);
        await AllIn(log, 61);
        // Both forms of a file: the compressed one counts.
        File.WriteAllText(log.Path + ".3", "a half-removed predecessor\n");
        await AllIn(log, 61);
        File.Delete(log.Path + ".3");
        // A rotation cut short: a number is missing, and the newest file is not in the index yet.
        log.IsIndexed = false;
        File.Move(log.Path + ".6.gz", log.Path + ".7.gz");
        log.Rotate(gzip: true);
        await AllIn(log, 61);
        // The current file was removed.
        File.Delete(log.Path);
        await AllIn(log, 61);
    }

    static async Task AllIn(WrittenLog log, int count)
    {
        var lines = LogSearchTests.Read(log.Open(new LogsRequest { Lines = int.MaxValue }));
        await Assert.That(lines.Select(line =>
            line.Text!).SequenceEqual(log.Truth.Take(count).Select(line => line.Line))).IsTrue()
                .Because(string.Join('|', lines.Select(line => line.Text)));
        await Assert.That(lines.Select(line =>
            line.Time!.Value.ToUnixTimeMilliseconds()).SequenceEqual(log.Truth.Take(count).Select(line => line.Time)))
                .IsTrue();
    }

    [Test]
    public async Task A_damaged_compressed_file_is_said_to_be_missing_and_the_rest_is_read(
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        for (var i = 0; i < 3000; i++)
        {
            log.Line($"line {i} {Guid.NewGuid()}", Noon + i * 100);
            if (i % 1000 == 999) log.Rotate(gzip: true);
        }
        var bytes = File.ReadAllBytes(log.Path + ".2.gz");
        Array.Clear(bytes, bytes.Length / 2, 200);
        File.WriteAllBytes(log.Path + ".2.gz", bytes);
        var lines = LogSearchTests.Read(log.Open(new LogsRequest { Lines = int.MaxValue }));
        var lost = lines.Where(line => line.LostBytes is not null).ToList();
        await Assert.That(lost.Count).IsEqualTo(1);
        await Assert.That(lines.Where(line => line.LostBytes is null).Sum(line => line.Text!.Length + 1)
            + lost[0].LostBytes!.Value).IsEqualTo(log.Position);
        await Assert.That(lines[^1].Text).IsEqualTo(log.Truth[^1].Line);
    }

    /// <summary>
    /// A compressed file leaves its number free, and the next current file gets it: the same name and the same number a
    /// moment later are not the same file.
    /// </summary>
    [Test]
    public async Task A_file_that_was_given_another_ones_inode_is_not_taken_for_it(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        Lines(0);
        log.Rotate();
        var first = LogPart.Find(log.Path + ".1", isGzip: false)!;
        using var reader = new LogReader(log.Path);
        // Files are born at ticks of the kernel's clock.
        while (Born(folder.At("probe")) <= first.Born) { }
        Lines(1);
        log.Rotate(gzip: true);
        Lines(2);
        log.Rotate();
        if (LogPart.Find(log.Path + ".1", isGzip: false)!.Inode != first.Inode)
            Skip.Test("this file system does not give inodes away at once");
        await Assert.That(Drain(reader))
            .IsEquivalentTo(log.Truth.Select(entry => entry.Line), TUnit.Assertions.Enums.CollectionOrdering.Matching);

        void Lines(int file)
        {
            for (var i = 0; i < 20; i++) log.Line($"line {i} of {file}", Noon + file * 100);
        }

        static DateTimeOffset? Born(string path)
        {
            File.WriteAllText(path, "");
            var born = LogPart.Find(path, isGzip: false)!.Born;
            File.Delete(path);
            return born ?? DateTimeOffset.MaxValue;
        }
    }

    [Test]
    public async Task A_reader_survives_a_writer_that_rotates_all_the_time(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        using var reader = new LogReader(log.Path);
        var writing = Task.Run(
            () =>
            {
                for (var i = 0; i < 3000; i++)
                {
                    log.Line($"{i}", Noon + i * 60);
                    if (i % 20 == 19) log.Rotate(keep: 500, gzip: i % 40 == 39);
                }
            },
            cancellation);
        var read = new List<string>();
        while (!writing.IsCompleted) read.AddRange(Drain(reader));
        await writing;
        read.AddRange(Drain(reader));
        await Assert.That(reader.TakeMissed()).IsEqualTo(0);
        await Assert.That(read.SequenceEqual(Enumerable.Range(0, 3000).Select(i => $"{i}"))).IsTrue()
            .Because($"{read.Count}, first wrong at {Wrong(read)}: "
                + $"{string.Join(' ', read.Skip(Wrong(read) - 2).Take(60))}");

        static int Wrong(List<string> read) =>
            read.Zip(Enumerable.Range(0, 3000)).TakeWhile(p => p.First == $"{p.Second}").Count();
    }
}
