using Microsoft.Extensions.Time.Testing;
using Tspm.Events;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Tests.Config;

namespace Tspm.Tests.Logs;

/// <summary>
/// The record of events: whole lines, each once, in order, whatever happens to the files and the disk.
/// </summary>
[Timeout(30_000)]
internal sealed class EventLogTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static readonly string[] Nobody = [];

    string NewPath() => _folder.At("events.jsonl");

    public void Dispose() => _folder.Dispose();

    static ProcessEvent Event(int number) => new()
    {
        Kind = EventKind.Exited,
        Id = 1,
        Name = "web",
        Instance = 0,
        ExitCode = number,
        Reason = "because of the weather",
    };

    static EventLog Open(string path, long maxBytes = EventFiles.MaxBytes) =>
        new(path, TimeProvider.System, () => { }, maxBytes);

    static List<ProcessEvent> All(string path)
    {
        var all = EventFiles.Newest(path).Where(happened => happened is not null).Select(happened => happened!)
            .ToList();
        all.Reverse();
        return all;
    }

    [Test]
    public async Task Events_are_numbered_over_daemons_and_the_file_is_the_owners_alone(CancellationToken cancellation)
    {
        var path = NewPath();
        for (var daemon = 0; daemon < 3; daemon++)
        {
            using var log = Open(path);
            for (var i = 0; i < 100; i++) log.Append(Event(i));
        }
        await Assert.That(All(path).Select(happened =>
            happened.Seq).SequenceEqual(Enumerable.Range(1, 300).Select(number => (long)number))).IsTrue();
        await Assert.That(File.GetUnixFileMode(path)).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public async Task A_line_cut_by_a_kill_costs_itself_and_no_other(CancellationToken cancellation)
    {
        var path = NewPath();
        using (var log = Open(path)) log.Append(Event(1));
        File.AppendAllText(path, "{\"seq\":2,\"kind\":\"exi");
        using (var log = Open(path)) log.Append(Event(3));
        await Assert.That(All(path).Select(happened => happened.ExitCode).SequenceEqual([1, 3])).IsTrue();
    }

    [Test]
    public async Task Files_are_rotated_and_few_are_kept(CancellationToken cancellation)
    {
        var path = NewPath();
        using (var log = Open(path, maxBytes: 2000))
        {
            for (var i = 0; i < 200; i++)
            {
                log.Append(Event(i));
                await log.Settled();
            }
        }
        await Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!).Length).IsEqualTo(EventFiles.Kept + 1);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!))
            await Assert.That(new FileInfo(file).Length).IsLessThanOrEqualTo(2000);
        var all = All(path);
        await Assert.That(all[^1].Seq).IsEqualTo(200);
        await Assert.That(all.Select(happened =>
            happened.Seq).SequenceEqual(Enumerable.Range((int)all[0].Seq, all.Count).Select(number => (long)number)))
                .IsTrue();
    }

    [Test]
    public async Task A_tail_reads_each_event_once_through_rotations(CancellationToken cancellation)
    {
        var path = NewPath();
        using var log = Open(path, maxBytes: 3000);
        var (tail, read, random) = (new EventTail(path, 0), new List<long>(), new Random(7));
        for (var i = 0; i < 400; i++)
        {
            log.Append(Event(i));
            if (random.Next(4) != 0) continue;
            await log.Settled();
            read.AddRange(tail.ReadNew().Select(happened => happened.Seq));
        }
        await log.Settled();
        read.AddRange(tail.ReadNew().Select(happened => happened.Seq));
        await Assert.That(read.SequenceEqual(Enumerable.Range(1, 400).Select(number => (long)number))).IsTrue();
    }

    [Test]
    public async Task What_a_full_disk_swallows_is_counted_and_told_and_nobody_waits(CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        var path = Path.Combine(disk.Folder, "events.jsonl");
        File.WriteAllBytes(Path.Combine(disk.Folder, "filler"), new byte[60 << 10]);
        using var log = Open(path);
        for (var i = 0; i < 100; i++)
        {
            log.Append(Event(i));
            await log.Settled();
        }
        await Assert.That(log.Trouble!).StartsWith("events.jsonl cannot be written: No space left on device; ");
        var kept = All(path).Count;
        await Assert.That(File.ReadAllText(path)).EndsWith("\n");
        File.Delete(Path.Combine(disk.Folder, "filler"));
        log.Append(Event(100));
        await log.Settled();
        await Assert.That(log.Trouble).IsNull();
        var all = All(path);
        await Assert.That(all.Sum(happened => happened.Lost ?? 0)).IsEqualTo(100 - kept);
        await Assert.That(all.Count).IsEqualTo(kept + 2);
        await Assert.That(all[^1].Seq).IsEqualTo(101);
    }

    [Test]
    public async Task A_file_that_was_removed_is_made_again(CancellationToken cancellation)
    {
        var path = NewPath();
        using var log = Open(path);
        log.Append(Event(1));
        await log.Settled();
        File.Delete(path);
        log.Append(Event(2));
        await log.Settled();
        await Assert.That(All(path).Single().ExitCode).IsEqualTo(2);
    }

    [Test]
    public async Task Selectors_mean_what_is_what_comes_and_what_is_gone(CancellationToken cancellation)
    {
        var path = NewPath();
        using (var log = Open(path))
        {
            log.Append(Event(1));
            log.Append(Event(2) with { Id = 2, Name = "api" });
            log.Append(new ProcessEvent { Kind = EventKind.Request, Request = "stop" });
        }
        List<SelectorTarget> present = [new SelectorTarget(2, "api", "default", 0)];
        EventQuery Ask(params string[] selectors) =>
            EventQuery.From(new EventsRequest { Selectors = selectors }, DateTimeOffset.UnixEpoch, () => [.. present],
                path);
        await Assert.That(Ask(Nobody).Past().Count).IsEqualTo(3);
        await Assert.That(Ask("api").Past().Single().ExitCode).IsEqualTo(2);
        await Assert.That(Ask("web").Past().Single().ExitCode).IsEqualTo(1);
        await Assert.That(() => Ask("wep")).Throws<Tspm.Logs.Reading.LogQueryException>();
        var query = Ask("a*");
        present.Add(new SelectorTarget(3, "app", "default", 0));
        await Assert.That(query.Choose([Event(1) with { Id = 3, Name = "app" }])).Count().IsEqualTo(1);
        await Assert.That(query.Choose([Event(1) with { Id = 4, Name = "web" }])).IsEmpty();
    }

    [Test]
    [Arguments("fresh", "4"), Arguments("5", "4"), Arguments("qq", "0 1"), Arguments("second", "2 3")]
    [Arguments("f*", "4"), Arguments("q*", "0 1"), Arguments("/second|fresh/", "2 3 4"), Arguments("all", "0 1 2 3 4")]
    public async Task A_process_that_was_not_kept_and_the_next_one_with_its_id_are_two(
        string selector, string expected, CancellationToken cancellation)
    {
        var path = NewPath();
        ProcessEvent[] told =
        [
            Event(0) with { Kind = EventKind.Failed, Name = "qq" },
            Event(1) with { Kind = EventKind.Withdrawn, Name = "qq" },
            Event(2) with { Kind = EventKind.Failed, Name = "second" },
            Event(3) with { Kind = EventKind.Withdrawn, Name = "second" }, Event(4) with { Name = "fresh" },
        ];
        using (var log = Open(path))
            foreach (var happened in told) log.Append(happened with { Id = 5 });
        List<SelectorTarget> present = [new SelectorTarget(5, "fresh", "default", 0)];
        EventQuery Ask() => EventQuery.From(
            new EventsRequest { Selectors = [selector] }, DateTimeOffset.UnixEpoch, () => [.. present], path);
        string Show(IEnumerable<ProcessEvent> events) =>
            string.Join(' ', events.Select(static happened => happened.ExitCode));
        await Assert.That(Show(Ask().Past())).IsEqualTo(expected);
        // The same to who follows, whether all comes at once or one after the other while the process is there or not.
        var all = All(path);
        await Assert.That(Show(Ask().Choose(all))).IsEqualTo(expected);
        var query = Ask();
        present.Clear();
        var seen = new List<ProcessEvent>();
        foreach (var happened in all)
        {
            if (happened.ExitCode == 4) present.Add(new SelectorTarget(5, "fresh", "default", 0));
            seen.AddRange(query.Choose([happened]));
        }
        if (selector != "5") await Assert.That(Show(seen.Where(static one => one.Kind != EventKind.Failed)))
            .IsEqualTo(string.Join(' ', expected.Split(' ').Where(static code => code is not ("0" or "2"))));
    }

    [Test]
    public async Task Events_are_chosen_by_kind_cause_pattern_and_time_and_only_those_are_counted(
        CancellationToken cancellation)
    {
        var path = NewPath();
        var clock = new FakeTimeProvider();
        var began = clock.GetUtcNow();
        (string Kind, string Cause)[] told =
        [
            (EventKind.Exited, CauseCode.Crash), (EventKind.Waiting, CauseCode.Crash),
            (EventKind.Exited, CauseCode.User), (EventKind.Stopped, CauseCode.User),
            (EventKind.Started, CauseCode.User), (EventKind.Ready, CauseCode.User),
        ];
        using (var log = new EventLog(path, clock, static () => { }, EventFiles.MaxBytes))
            foreach (var (kind, cause) in told)
            {
                log.Append(Event(1) with { Kind = kind, Cause = cause });
                await log.Settled();
                clock.Advance(TimeSpan.FromMinutes(1));
            }
        string Ask(EventsRequest request) => string.Join(' ', EventQuery
            .From(request, clock.GetUtcNow(), static () => [], path).Past().Select(static happened => happened.Seq));
        string At(int minute) => $"{began.AddMinutes(minute):O}";
        await Assert.That(Ask(new EventsRequest { Kinds = ["exited"] })).IsEqualTo("1 3");
        await Assert.That(Ask(new EventsRequest { Kinds = ["crash"] })).IsEqualTo("1 2");
        await Assert.That(Ask(new EventsRequest { Kinds = ["crash", "ready"] })).IsEqualTo("1 2 6");
        await Assert.That(Ask(new EventsRequest { Grep = "^web .*exited with code 1" })).IsEqualTo("1 3");
        await Assert.That(Ask(new EventsRequest { Until = At(1) })).IsEqualTo("1 2");
        await Assert.That(Ask(new EventsRequest { Since = At(1), Until = At(3) })).IsEqualTo("2 3 4");
        await Assert.That(Ask(new EventsRequest { Since = At(1), Kinds = ["exited"] })).IsEqualTo("3");
        // The limit counts only events that match, however many others came after them.
        await Assert.That(Ask(new EventsRequest { Kinds = ["exited"], Lines = 1 })).IsEqualTo("3");
        await Assert.That(Ask(new EventsRequest { Kinds = ["exited"], Lines = 2 })).IsEqualTo("1 3");
        await Assert.That(Ask(new EventsRequest { Grep = "exited with", Until = At(1), Lines = 1 })).IsEqualTo("1");
    }
}
