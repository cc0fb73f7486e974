using Microsoft.Extensions.Time.Testing;
using Tspm.Libc;
using Tspm.Logs.Index;
using Tspm.Logs.Writing;
using Tspm.Platform.Linux;
using Tspm.Protocol;
using Tspm.Tests.Config;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Logs.Index;

/// <summary>A damaged index costs times and runs, never the log itself.</summary>
[Timeout(60_000)]
internal sealed class LogIndexFuzzTests
{
    static DateTimeOffset Later => DateTimeOffset.FromUnixTimeMilliseconds(WrittenLog.Noon).AddDays(1);

    static WrittenLog History(TemporaryFolder folder)
    {
        var log = new WrittenLog(folder.At("web.out.log"));
        for (var i = 0; i < 60; i++)
        {
            if (i % 10 == 0) log.Started((ulong)i / 10 + 1, 100 + i, WrittenLog.Noon + i * 100);
            log.Line($"line {i}", WrittenLog.Noon + i * 100, (ulong)i / 10 + 1);
            if (i % 20 == 19) log.Rotate();
        }
        return log;
    }

    [Test]
    public async Task Every_line_is_read_with_any_index(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder);
        var path = LogIndexReader.PathOf(log.Path);
        var truth = log.Truth.Select(line => line.Line).ToList();
        Damage.Check([File.ReadAllBytes(path)], 200, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            var lines = LogSearchTests.Read(log.Open(new LogsRequest { Lines = 1000 })).Select(line => line.Text);
            if (!lines.SequenceEqual(truth)) throw new InvalidOperationException("other lines than were written");
        }, cancellation);
        await Assert.That(truth.Count).IsEqualTo(60);
    }

    [Test]
    public async Task Every_question_about_any_index_is_answered(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder);
        var path = LogIndexReader.PathOf(log.Path);
        var found = 0;
        Damage.Check([File.ReadAllBytes(path)], 500, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using var index = LogIndexReader.Open(log.Path)!;
            for (var position = -10L; position <= log.Position + 10; position += 37)
            {
                var stretch = index.StretchAt(position);
                if (stretch.RunId != 0) found++;
                _ = index.NextOfRun(position, 2);
                _ = index.BeginsAt(position, null);
            }
            _ = index.PositionAt(WrittenLog.Noon + 3000);
            _ = index.Dropped(0, long.MaxValue).Count();
            _ = index.BeginOfNewest(1);
            if (index.Backwards().Count() > bytes.Length / LogIndexEntry.Size)
                throw new InvalidOperationException("more entries than there are");
        }, cancellation);
        await Assert.That(found).IsGreaterThan(1000);
    }

    [Test]
    public void A_writer_goes_on_after_any_index_and_removes_nothing_from_it(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder);
        var path = LogIndexReader.PathOf(log.Path);
        using var file = Descriptors.Open(log.Path, Fcntl.O_RDONLY);
        var number = file.Number;
        Damage.Check([File.ReadAllBytes(path)], 500, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using (var index = new LogIndex(log.Path, new FakeTimeProvider(Later)))
            {
                if (!index.Ensure(number)) throw new InvalidOperationException(index.Trouble);
                if (!index.Add(LogIndexKind.Started, 0, 77, 4711)) throw new InvalidOperationException(index.Trouble);
            }
            var whole = bytes.Length / LogIndexEntry.Size * LogIndexEntry.Size;
            if (!File.ReadAllBytes(path).AsSpan().StartsWith(bytes.AsSpan(0, whole)))
                throw new InvalidOperationException("an entry is gone");
            if (IndexReader.Read(log.Path)[^1] is not { Kind: LogIndexKind.Started, RunId: 77, Value: 4711 })
                throw new InvalidOperationException("the new entry is not the last one");
        }, cancellation);
    }

    [Test]
    public async Task A_move_that_was_under_way_is_read_or_there_was_none(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("move.intent");
        byte[] sample;
        using (var intent = new TeeJournal(path))
        {
            intent.Open(new IntendedMove("/home/u/.tspm/run/1.0.7.out", "/home/u/.tspm/logs/web.out.log", 1234, 567));
            sample = File.ReadAllBytes(path);
        }
        var read = 0;
        Damage.Check([sample], 1000, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            if (TeeJournal.Read(path) is not { } move) return;
            read++;
            if (move.Count <= 0 || move.Offset < 0) throw new InvalidOperationException($"{move}");
        }, cancellation);
        await Assert.That(read).IsGreaterThan(50);
    }
}
