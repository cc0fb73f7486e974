using System.Text;
using CsCheck;
using Tspm.Events;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Tests.Config;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Logs;

/// <summary>The record of events, damaged in every way: what is not an event costs itself and nothing else.</summary>
[Timeout(60_000)]
internal sealed class EventFuzzTests
{
    static readonly byte[] s_alpha1 = File.ReadAllBytes(Repository.Data("alpha1/events.jsonl"));

    static IReadOnlyList<byte[]> Samples { get; } = [s_alpha1, GoldenLines()];

    [Test]
    public async Task Every_reader_gets_through_damaged_files(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("events.jsonl");
        var events = 0;
        Damage.Check(Samples, 200, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            File.WriteAllBytes(path + ".1", s_alpha1);
            var query = EventQuery.From(new EventsRequest { Grep = "web", Lines = 100 }, DateTimeOffset.UnixEpoch,
                static () => [], path);
            events += query.Past().Count;
            var read = new EventTail(path, 0).ReadNew();
            query.Choose(read);
            for (var i = 0; i < read.Count; i++)
            {
                _ = EventText.Describe(read[i]);
                _ = EventText.AppearsInLogs(read[i]);
                if (i > 0 && read[i].Seq <= read[i - 1].Seq) throw new InvalidOperationException("out of order");
            }
        }, cancellation);
        await Assert.That(events).IsGreaterThan(100);
    }

    [Test]
    public void A_daemon_goes_on_after_a_damaged_file_and_changes_nothing_in_it(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("events.jsonl");
        Damage.Check(Samples, 200, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using (var log = new EventLog(path, TimeProvider.System, static () => { }))
                log.Append(new ProcessEvent { Kind = EventKind.DaemonStarted, Reason = "after the damage" });
            if (!File.ReadAllBytes(path).AsSpan().StartsWith(bytes)) throw new InvalidOperationException("changed");
            var newest = EventFiles.Newest(path).First(happened => happened is not null)!;
            if (newest.Reason != "after the damage") throw new InvalidOperationException($"{newest} is the newest");
        }, cancellation);
    }

    /// <summary>The number after it does not exist, and numbers of lines in between would come twice.</summary>
    [Test]
    [Arguments("9223372036854775807"), Arguments("-5")]
    public async Task A_number_that_no_event_has_does_not_end_the_counting(string number,
        CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("events.jsonl");
        File.WriteAllBytes(path, [.. EventFiles.Line(new ProcessEvent { Kind = EventKind.Started, Seq = 41 })]);
        File.AppendAllText(path, $"{{\"seq\":{number},\"kind\":\"started\"}}\n");
        using (var log = new EventLog(path, TimeProvider.System, static () => { }))
            log.Append(new ProcessEvent { Kind = EventKind.Started });
        await Assert.That(Numbers(path)).IsEquivalentTo([42L, 41L]);
    }

    [Test]
    public async Task Lines_that_are_not_events_cost_no_other_line(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("events.jsonl");
        var lines = Encoding.UTF8.GetString(s_alpha1).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        File.WriteAllBytes(path, s_alpha1);
        var expected = Numbers(path);
        await Assert.That(expected.Count).IsEqualTo(lines.Length);
        var damaged = Damage.Of([Encoding.UTF8.GetBytes(lines[1])]);
        Damage.Check(Gen.Select(damaged, Gen.Int[0, lines.Length]), 500, one =>
        {
            var (bytes, at) = one;
            // A line that is still an event may be anything: it has another number then.
            var isNone = Encoding.UTF8.GetString(bytes).Split('\n').All(line =>
                EventFiles.Parse(Encoding.UTF8.GetBytes(line)) is null);
            if (!isNone) return;
            var text = string.Concat(lines[..at].Select(line => line + "\n"));
            var rest = string.Concat(lines[at..].Select(line => line + "\n"));
            File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes(text), .. bytes, (byte)'\n',
                .. Encoding.UTF8.GetBytes(rest)]);
            if (!Numbers(path).SequenceEqual(expected)) throw new InvalidOperationException("an event is missing");
        }, cancellation);
    }

    /// <summary>Somebody else's file, or one that a broken program fills.</summary>
    [Test]
    public async Task Of_a_file_of_any_size_only_the_end_is_read(CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("events.jsonl");
        using (var file = new FileStream(path, FileMode.Create))
        {
            file.SetLength(6L << 30); // a hole: it takes no room
            file.Position = file.Length;
            file.Write([(byte)'\n', .. EventFiles.Line(new ProcessEvent { Kind = EventKind.Started, Seq = 41 })]);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        await Assert.That(Numbers(path)).IsEquivalentTo([41L]);
        await Assert.That(new EventTail(path, 0).ReadNew().Count).IsEqualTo(1);
        await Assert.That(GC.GetAllocatedBytesForCurrentThread() - before).IsLessThan(256L << 20);
    }

    static List<long> Numbers(string path) =>
        [.. EventFiles.Newest(path).Where(happened => happened is not null).Select(happened => happened!.Seq)];

    static byte[] GoldenLines() =>
    [
        .. Goldens.FilesOf(typeof(ProcessEvent)).SelectMany((path, number) =>
            EventFiles.Line(EventFiles.Parse(Encoding.UTF8.GetBytes(
                File.ReadAllText(path).ReplaceLineEndings("").Trim()))! with { Seq = number + 1 })),
    ];
}
