using System.Globalization;
using Tspm.Logs.Index;
using Tspm.Logs.Reading;
using Tspm.Protocol;
using Tspm.Tests.Config;

namespace Tspm.Tests.Logs;

/// <summary>Times, patterns and runs over files and indexes that are written here, as the pump writes them.</summary>
[Timeout(60_000)]
internal sealed class LogSearchTests
{
    const long Noon = WrittenLog.Noon;

    /// <summary>Lines of many lengths at irregular times, over seven files of which some are compressed.</summary>
    static WrittenLog History(TemporaryFolder folder, bool indexed = true)
    {
        var log = new WrittenLog(folder.At("web.out.log"), indexed);
        var random = new Random(11);
        var time = Noon;
        for (var i = 0; i < 3000; i++)
        {
            log.Line($"line {i} {new string('x', random.Next(random.Next(40) == 0 ? 5000 : 60))}", time);
            if (random.Next(3) > 0) time += random.Next(50, 900);
            if (i % 450 == 449) log.Rotate(gzip: true);
        }
        return log;
    }

    internal static string Iso(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    internal static List<LogLine> Read(params LogSource[] sources)
    {
        try
        {
            var view = new LogView();
            foreach (var source in sources) view.Add(source);
            foreach (var _ in LogView.Locate(sources)) { }
            return [.. view.Read(sources, takePartial: true).OfType<LogLine>()];
        }
        finally
        {
            foreach (var source in sources) source.Dispose();
        }
    }

    static async Task Same(IEnumerable<LogLine> read, IEnumerable<(string Line, long Time)> expected, string because)
    {
        var lines = read.ToList();
        var truth = expected.ToList();
        await Assert.That(lines.Select(line => line.Text!).SequenceEqual(truth.Select(line => line.Line))).IsTrue()
            .Because($"{because}: {lines.Count} lines, expected {truth.Count}: {lines.FirstOrDefault()?.Text} … "
                + $"{lines.LastOrDefault()?.Text}");
        await Assert.That(lines.Select(line =>
            line.Time?.ToUnixTimeMilliseconds()).SequenceEqual(truth.Select(line => (long?)line.Time))).IsTrue()
                .Because(because);
    }

    [Test]
    public async Task All_lines_come_in_order_with_their_times_and_positions(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder);
        await Assert.That(File.Exists(log.Path + ".5.gz")).IsTrue();
        var lines = Read(log.Open(new LogsRequest { Lines = int.MaxValue }));
        await Same(lines, log.Truth, "all");
        var position = 0L;
        await Assert.That(lines.All(line => (position += line.Text!.Length + 1) == line.Seq)).IsTrue();
        await Assert.That(lines[0].RunId).IsEqualTo("1");
    }

    [Test]
    public async Task Since_and_until_are_exact_at_every_border(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder);
        var times = log.Truth.Select(line => line.Time).Distinct().ToList();
        foreach (var pick in Enumerable.Range(0, 40).Select(i => i * (times.Count - 1) / 39))
        {
            foreach (var off in new[] { -1, 0, 1 })
            {
                var (since, until) = (times[pick] + off, times[Math.Min(pick + 30, times.Count - 1)] + off);
                await Same(Read(log.Open(new LogsRequest { Since = Iso(since) })),
                    log.Truth.Where(line => line.Time >= since), $"since {pick} {off}");
                await Same(Read(log.Open(new LogsRequest { Until = Iso(until) })),
                    log.Truth.Where(line => line.Time <= until), $"until {pick} {off}");
                var between = log.Truth.Where(line => line.Time >= since && line.Time <= until).ToList();
                await Same(Read(log.Open(new LogsRequest { Since = Iso(since), Until = Iso(until) })), between,
                    $"between {pick} {off}");
                await Same(Read(log.Open(new LogsRequest { Since = Iso(since), Until = Iso(until), Lines = 7 })),
                    between.TakeLast(7), $"last of {pick} {off}");
            }
        }
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(300)]
    [Arguments(301)]
    [Arguments(800)]
    [Arguments(2999)]
    [Arguments(3000)]
    [Arguments(100_000)]
    public async Task The_last_lines_are_found_over_all_files(int count, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder);
        await Same(Read(log.Open(new LogsRequest { Lines = count })), log.Truth.TakeLast(count), $"{count}");
        await Same(Read(log.Open(new LogsRequest { Lines = count, Grep = "line \\d*7 " })),
            log.Truth.Where(line => line.Line.Contains("7 ")).TakeLast(count), $"{count} that fit");
        await Same(Read(log.Open(new LogsRequest { Lines = count, Grep = "line \\d*7 ", Invert = true })),
            log.Truth.Where(line => !line.Line.Contains("7 ")).TakeLast(count), $"{count} that do not fit");
    }

    [Test]
    public async Task To_invert_a_pattern_is_needed(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var refused = await Assert.That(() => History(folder).Open(new LogsRequest { Invert = true }))
            .Throws<LogQueryException>();
        await Assert.That(refused!.Details.Path).IsEqualTo("params.invert");
    }

    [Test]
    public async Task A_pattern_with_context_shows_each_line_once(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder);
        var lines = Read(log.Open(new LogsRequest { Grep = "line (100|103|448|2000) ", Context = 2 }));
        int[] expected = [98, 99, 100, 101, 102, 103, 104, 105, 446, 447, 448, 449, 450, 1998, 1999, 2000, 2001, 2002];
        await Assert.That(lines.Select(line => int.Parse(line.Text!.Split(' ')[1])).SequenceEqual(expected)).IsTrue();
        await Assert.That(lines.Where(line => line.Context != true).Select(line =>
            line.Text!.Split(' ')[1]).SequenceEqual(["100", "103", "448", "2000"])).IsTrue();
        // The last one that fits, with what stands before it, though one of those would fit too.
        var last = Read(log.Open(new LogsRequest { Grep = "line 100[01] ", Context = 2, Lines = 1 }));
        await Assert.That(last.Select(line =>
            int.Parse(line.Text!.Split(' ')[1])).SequenceEqual([999, 1000, 1001, 1002, 1003])).IsTrue();
        await Assert.That(last.Single(line => line.Context != true).Text!).StartsWith("line 1001 ");
    }

    [Test]
    public async Task Five_processes_with_two_streams_are_merged_by_time(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var logs = Enumerable.Range(0, 10).Select(i => new WrittenLog(folder.At($"{i}.log"))).ToList();
        var random = new Random(3);
        var time = Noon;
        var truth = new List<string>();
        for (var i = 0; i < 5000; i++)
        {
            time += random.Next(50, 200);
            var which = random.Next(10);
            logs[which].Line($"{i} by {which}", time);
            truth.Add($"{i} by {which}");
            if (random.Next(200) == 0) logs[random.Next(10)].Rotate(gzip: random.Next(2) == 0);
        }
        var merged = Read([.. logs.Select((log, i) =>
            log.Open(new LogsRequest { Lines = int.MaxValue }, $"p{i / 2}", i % 2 == 0 ? "out" : "err", i / 2))]);
        await Assert.That(merged.Select(line => line.Text!).SequenceEqual(truth)).IsTrue();
        await Assert.That(merged.All(line => line.Text!.EndsWith($"by {line.Id * 2 + (line.Stream == "out" ? 0 : 1)}")))
            .IsTrue();
        var tail = Read([.. logs.Select((log, i) =>
            log.Open(new LogsRequest { Lines = 3 }, $"p{i / 2}", i % 2 == 0 ? "out" : "err", i / 2))]);
        await Assert.That(tail.Count).IsEqualTo(30);
        await Assert.That(tail.Select(line =>
            int.Parse(line.Text!.Split(' ')[0])).SequenceEqual(tail.Select(line =>
                int.Parse(line.Text!.Split(' ')[0])).Order())).IsTrue();
    }

    [Test]
    public async Task A_clock_that_went_back_changes_no_order_within_a_stream(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var (one, other) = (new WrittenLog(folder.At("a")), new WrittenLog(folder.At("b")));
        for (var i = 0; i < 100; i++) one.Line($"{i}", i < 50 ? Noon + i * 1000 : Noon - 900_000 + i * 1000);
        for (var i = 0; i < 100; i++) other.Line($"{i}", Noon + i * 1000);
        var merged = Read(one.Open(new LogsRequest { Lines = 1000 }),
            other.Open(new LogsRequest { Lines = 1000 }, "b", id: 2));
        foreach (var id in new[] { 1, 2 })
            await Assert.That(merged.Where(line => line.Id == id).Select(line =>
                int.Parse(line.Text!)).SequenceEqual(Enumerable.Range(0, 100))).IsTrue();
    }

    [Test]
    public async Task Without_an_index_all_is_readable_and_no_time_is_invented(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder, indexed: false);
        var lines = Read(log.Open(new LogsRequest { Lines = int.MaxValue }));
        await Assert.That(lines.Select(line => line.Text!).SequenceEqual(log.Truth.Select(line => line.Line))).IsTrue();
        await Assert.That(lines.All(line => line.Time is null && line.RunId is null)).IsTrue();
        // The files' own times are all that is known: what was written to last before a time holds nothing of it.
        for (var number = 2; number <= 6; number++)
            File.SetLastWriteTimeUtc($"{log.Path}.{number}.gz", DateTime.UnixEpoch.AddMilliseconds(Noon));
        File.SetLastWriteTimeUtc(log.Path + ".1", DateTime.UnixEpoch.AddMilliseconds(Noon + 2000));
        var since = Read(log.Open(new LogsRequest { Since = Iso(Noon + 1000) }));
        await Assert.That(since.Select(line =>
            line.Text!).SequenceEqual(log.Truth.Skip(5 * 450).Select(line => line.Line))).IsTrue();
        var until = Read(log.Open(new LogsRequest { Until = Iso(Noon + 1000) }));
        await Assert.That(until.Select(line =>
            line.Text!).SequenceEqual(log.Truth.Take(6 * 450).Select(line => line.Line))).IsTrue();
    }

    [Test]
    public async Task Damaged_entries_are_passed_over(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = History(folder);
        var path = LogIndexReader.PathOf(log.Path);
        var index = File.ReadAllBytes(path);
        var random = new Random(8);
        for (var i = 0; i < index.Length / LogIndexEntry.Size / 20; i++) index[random.Next(index.Length)] ^= 0x55;
        File.WriteAllBytes(path, [.. index, .. new byte[17]]);
        var lines = Read(log.Open(new LogsRequest { Lines = int.MaxValue }));
        await Assert.That(lines.Select(line => line.Text!).SequenceEqual(log.Truth.Select(line => line.Line))).IsTrue();
        var right = lines.Zip(log.Truth).Count(pair => pair.First.Time?.ToUnixTimeMilliseconds() == pair.Second.Time);
        await Assert.That(right).IsGreaterThan(2000).And.IsLessThan(3000);
        // A range loses no more than the lines next to damage.
        var range = log.Truth.Where(line => line.Time >= Noon + 100_000 && line.Time <= Noon + 200_000).ToList();
        var found = Read(log.Open(new LogsRequest { Since = Iso(Noon + 100_000), Until = Iso(Noon + 200_000) }));
        await Assert.That(Math.Abs(found.Count - range.Count)).IsLessThan(20);
        foreach (var garbage in new byte[][] { [], new byte[4000], [1, 2, 3],
            File.ReadAllBytes("/proc/self/exe")[..70_000] })
        {
            File.WriteAllBytes(path, garbage);
            lines = Read(log.Open(new LogsRequest { Lines = int.MaxValue }));
            await Assert.That(lines.Select(line => line.Text!).SequenceEqual(log.Truth.Select(line => line.Line)))
                .IsTrue();
        }
    }

    [Test]
    public async Task One_run_is_chosen_by_place_pid_or_number(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        ulong[] runs = [639_000_000_000_000_001, 639_000_000_000_000_005, 639_000_000_000_000_009];
        for (var run = 0; run < 3; run++)
        {
            log.Started(runs[run], 4000 + run, Noon + run * 10_000);
            for (var i = 0; i < 200; i++)
            {
                log.Line($"run {run} line {i}", Noon + run * 10_000 + i, runs[run]);
                if (run == 1 && i == 100) log.Rotate(gzip: true);
            }
        }
        // A grandchild of the run before speaks late.
        log.Line("run 1 late", Noon + 40_000, runs[1]);
        log.Line("run 2 end", Noon + 41_000, runs[2]);
        foreach (var (choice, run) in new[] { ("last", 2), ("0", 2), ("-1", 1), ("-2", 0), ("4001", 1),
            ($"{runs[0]}", 0) })
        {
            var lines = Read(log.Open(new LogsRequest { Run = choice }));
            await Assert.That(lines.Select(line =>
                line.Text!).SequenceEqual(log.Truth.Where(line => line.Line.StartsWith($"run {run}")).Select(line =>
                    line.Line))).IsTrue().Because(choice);
            await Assert.That(Read(log.Open(new LogsRequest { Run = choice, Lines = 3 })).Count).IsEqualTo(3);
        }
        foreach (var choice in new[] { "-3", "77", "639000000000000002" })
            await Assert.That(() => log.Open(new LogsRequest { Run = choice })).Throws<LogQueryException>();
    }

    [Test]
    public async Task What_a_full_disk_swallowed_is_told_where_it_is_missing(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        log.Line("before", Noon);
        log.Dropped(1234, Noon + 100);
        log.Line("after", Noon + 200);
        log.Line("later", Noon + 300);
        var lines = Read(log.Open(new LogsRequest { Lines = 100 }));
        await Assert.That(lines.Select(line =>
            line.LostBytes is { } lost
                ? $"{lost} {line.LostBecause}"
                : line.Text!).SequenceEqual(["before", "1234 diskFull", "after", "later"])).IsTrue();
        await Assert.That(Read(log.Open(new LogsRequest { Lines = 1 })).Single().Text).IsEqualTo("later");
    }

    [Test]
    [Arguments("a(b", "a '(' is not closed at position 3")]
    [Arguments("[z-a]", "a range in reverse order")]
    public async Task A_bad_pattern_is_refused_with_its_place(string pattern, string says,
        CancellationToken cancellation)
    {
        var request = new LogsRequest { Grep = pattern };
        var refused = await Assert.That(() => LogQuery.From(request, DateTimeOffset.UnixEpoch))
            .Throws<LogQueryException>();
        await Assert.That(refused!.Message).Contains(says);
        await Assert.That(refused.Details.Path).IsEqualTo("params.grep");
    }

    [Test]
    public async Task Other_bad_questions_are_refused_by_name(CancellationToken cancellation)
    {
        foreach (var (request, path) in new[]
        {
            (new LogsRequest { Since = "yesterday-ish" }, "params.since"),
            (new LogsRequest { Until = "25:00" }, "params.until"), (new LogsRequest { Run = "first" }, "params.run"),
            (new LogsRequest { Context = -1 }, "params.context"),
            (new LogsRequest { Context = 1001 }, "params.context"),
            (new LogsRequest { Stream = "in" }, "params.stream"),
            (new LogsRequest { Since = Iso(Noon), Until = Iso(Noon - 1) }, "params.until"),
        })
        {
            var refused = await Assert
                .That(() =>
                    LogQuery.From(request, DateTimeOffset.FromUnixTimeMilliseconds(WrittenLog.Midnight).AddDays(1)))
                        .Throws<LogQueryException>();
            await Assert.That(refused!.Details.Path).IsEqualTo(path);
        }
    }

    [Test]
    public async Task A_pattern_that_would_take_for_ever_is_given_up(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var log = new WrittenLog(folder.At("log"));
        log.Line(new string('a', 40) + "!", Noon);
        var refused = await Assert.That(() => Read(log.Open(new LogsRequest { Grep = "(a+)+$" })))
            .Throws<LogQueryException>();
        await Assert.That(refused!.Message).Contains("takes too long");
    }
}
