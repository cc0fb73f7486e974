using Tspm.Events;
using Tspm.Guardian;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Storage;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Storage;

/// <summary>
/// Files that a daemon and a guardian of 2.0.0-alpha.1 wrote, byte for byte: homes like this one are out there, so they
/// stay readable, whatever formats come later. What must be read from them was copied from the files by hand.
/// </summary>
[Timeout(30_000)]
internal sealed class Alpha1DataTests
{
    /// <summary>key name phase next desired pid startTicks run restarts failures exits reason</summary>
    const string Records = """
        0:0 online Online Start Up 32034 3537070 639316329574201149 0 0 - started by user
        1:0 notifies Online Start Up 32037 3537071 639316329574314923 0 0 - started by user
        2:0 listens Online Start Up 32040 3537076 639316329574650243 0 0 - started by user
        3:0 stopped Stopped Stop Down 0 0 0 0 0 SIGTERM stopped by user
        4:0 waiting Waiting Retry Up 0 0 0 0 1 3 exited 3
        5:0 errored Errored GiveUp Up 0 0 0 1 2 4,4 exited 4; gave up after 2 failures in a row. See its log, then …
        6:0 once Stopped Stop Down 0 0 0 0 0 0 exited 0; restart policy is never
        7:0 many Online Start Up 32059 3537084 639316329575554129 0 0 - started by user
        7:1 many Online Start Up 32060 3537084 639316329575590047 0 0 - started by user
        8:0 nightly Online Start Up 32063 3537085 639316329575662450 0 0 - started by user
        9:0 restarted Online Start Up 32070 3537087 639316329575928549 1 1 SIGKILL killed by SIGKILL
        10:0 starting Starting Start Up 32072 3537088 639316329576007613 0 0 - started by user
        11:0 stopping Stopping Stop Down 32075 3537089 639316329576128058 0 0 - stopped by user
        12:0 reloading Online Start Up 32081 3537122 639316329579347253 0 0 - started by user
        13:0 reloaded Online Start Up 32092 3537156 639316329582775095 1 0 - reloaded by user
        """;

    static string PathOf(string name) => Repository.Data(Path.Combine("alpha1", name));

    static IReadOnlyDictionary<InstanceKey, RunRecord> Load(TemporaryHome home)
    {
        foreach (var path in Directory.GetFiles(PathOf("run")))
            File.Copy(path, Path.Combine(home.Home.RunFolder, Path.GetFileName(path)));
        return new RunRecordStore(home.Home).LoadAll();
    }

    static string Line(InstanceKey key, RunRecord record)
    {
        var (common, child) = (record.Common, record.Current);
        var exits = string.Join(',', common.RecentExits.Select(static exit => exit.Signal ?? $"{exit.ExitCode}"));
        return string.Join(
            ' ', $"{key.Id}:{key.Instance}", common.Definition?.Name, common.Phase, common.Next, common.Desired,
            child?.Pid ?? 0, child?.StartTicks ?? 0, child?.RunId ?? 0, common.Restarts, common.Failures,
            exits is "" ? "-" : exits, common.Cause.Detail!.Replace("start it again", "…"));
    }

    [Test]
    public async Task Its_run_records_say_what_they_said(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = Load(home);
        var keys = records.Keys.OrderBy(static key => (key.Id, key.Instance));
        await Assert.That(string.Join('\n', keys.Select(key => Line(key, records[key])))).IsEqualTo(Records);
        foreach (var record in records.Values)
        {
            await Assert.That(record.Current?.GuardianPid ?? record.Common.GuardianPid).IsEqualTo(32016);
            await Assert.That(record.Common.BootId).IsEqualTo("d0dfa044-d335-40be-8ba8-508bc8add89d");
            await Assert.That(record.Current?.Exit).IsNull();
            await Assert.That(record.Common.Definition!.Launch!.Umask).IsEqualTo("022");
        }
    }

    [Test]
    public async Task What_a_child_was_started_with_is_in_its_record(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = Load(home);
        var online = records[new InstanceKey(0, 0)].Current!;
        await Assert.That(online.StartedMonotonicMs).IsEqualTo(35370708);
        await Assert.That(online.StartedAt).IsEqualTo(DateTimeOffset.Parse("2026-11-30T10:55:57.4227432+00:00"));
        await Assert.That(records[new InstanceKey(0, 0)].Common.Environment!["GREETING"]).IsEqualTo("hello");
        var notifies = records[new InstanceKey(1, 0)].Current!;
        await Assert.That((notifies.Ready!.Notify, notifies.Health!.Exec)).IsEqualTo((true, "true"));
        await Assert.That(notifies.StatusText).IsEqualTo("3 queues");
        await Assert.That(records[new InstanceKey(2, 0)].Current!.Listen!)
            .IsEquivalentTo((string[])["unix:/srv/shop/l.sock"]);
        await Assert.That(records[new InstanceKey(4, 0)].Common.NextStartMonotonicMs).IsEqualTo(35970809);
        await Assert.That(records[new InstanceKey(10, 0)].Current!.Ready!.Log).IsEqualTo("never");
        await Assert.That(records[new InstanceKey(13, 0)].Current!.OutStart).IsEqualTo(6);
        var ending = records[new InstanceKey(11, 0)].Current!.Ending!;
        await Assert.That((ending.SignalSentTicks, ending.DueMonotonicMs)).IsEqualTo((3537121L, 35971211L));
    }

    [Test]
    public async Task Both_children_of_a_reload_are_in_its_record(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var records = Load(home);
        var young = records[new InstanceKey(12, 0)].Replacement!;
        await Assert.That((young.Exit, young.Pid, young.StartTicks, young.RunId))
            .IsEqualTo((null, 32084, 3537123L, 639316329579472038UL));
        await Assert.That(young.Ready!.Log).IsEqualTo("ready");
        var old = records[new InstanceKey(13, 0)].Replacement!;
        await Assert.That((old.Exit, old.Pid, old.StartTicks, old.RunId))
            .IsEqualTo((null, 32088, 3537124L, 639316329579620803UL));
        await Assert.That((old.Ending!.SignalSentTicks, old.Ending.DueMonotonicMs)).IsEqualTo((3537156L, 35971565L));
        await Assert.That(records[new InstanceKey(12, 0)].NewestRun).IsEqualTo(young.RunId);
        await Assert.That(records[new InstanceKey(13, 0)].NewestRun).IsEqualTo(639316329582775095UL);
    }

    [Test]
    public async Task Its_definitions_are_read_with_their_environments(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        File.Copy(PathOf("processes.json"), home.Home.ProcessesFile);
        var loaded = new ProcessStore(home.Home, TimeProvider.System).Load();
        await Assert.That(loaded.Troubles).IsEmpty();
        var content = loaded.Content;
        await Assert.That(content.NextId).IsEqualTo(14);
        await Assert.That(TemporaryHome.NamesIn(content)).IsEqualTo(
            "online,notifies,listens,stopped,waiting,errored,once,many,nightly,restarted,starting,stopping,"
            + "reloading,reloaded");
        var down = content.Processes.Where(static process => process.Desired == DesiredState.Down);
        await Assert.That(string.Join(',', down.Select(static one => one.Name))).IsEqualTo("stopped,once,stopping");
        var environments = content.Processes.Select(process => content.Environments[process.EnvironmentKey]).ToList();
        await Assert.That(environments[0]["GREETING"]).IsEqualTo("hello");
        await Assert.That(environments[1].ContainsKey("GREETING")).IsFalse();
        var many = content.Processes.Single(static process => process.Name == "many");
        await Assert.That((many.Instances, many.Config.Namespace)).IsEqualTo((2, "pool"));
        var nightly = content.Processes.Single(static process => process.Name == "nightly").Config;
        await Assert.That(nightly.Schedule!.Cron).IsEqualTo("0 3 1 1 *");
        await Assert.That(nightly.Schedule.TimeZone).IsEqualTo("Europe/Berlin");
    }

    [Test]
    public async Task Its_guardian_hands_over_what_it_holds_and_has_reaped(CancellationToken cancellation)
    {
        var given = Handover.Parse(await File.ReadAllBytesAsync(PathOf("handover.txt"), cancellation));
        await Assert.That((given.Listener, given.GuardianLock, given.LastReaped)).IsEqualTo((6, 5, 3UL));
        await Assert.That((given.WasReady, given.EndWanted)).IsEqualTo((true, false));
        await Assert.That(given.DaemonDiedAtTicks).IsEqualTo(3537401);
        await Assert.That((given.Options.OpenFilesLimit, given.Options.Foreground)).IsEqualTo((20000L, false));
        await Assert.That(given.Options.Limits!).StartsWith("cpu=unlimited fsize=unlimited ");
        await Assert.That(given.Stored.Count).IsEqualTo(26);
        await Assert.That(given.Stored[DescriptorKey.FromWire(9862688366429090731)]).IsEqualTo(10);
        var reaped = given.Reaped.Single();
        await Assert.That((reaped.Number, reaped.Pid, reaped.WaitStatus, reaped.StartTicks, reaped.LedSession))
            .IsEqualTo((3UL, 32034, 15, 3537070L, 1));
        await Assert.That(given.Deaths).IsNull();
    }

    [Test]
    public async Task Its_events_are_read_to_the_last(CancellationToken cancellation)
    {
        var events = EventFiles.Newest(PathOf("events.jsonl")).OfType<ProcessEvent>().Reverse().ToList();
        var numbers = Enumerable.Range(1, 51).Select(static number => (long)number);
        await Assert.That(events.Select(static happened => happened.Seq).SequenceEqual(numbers)).IsTrue();
        var exits = events.Where(static happened => happened.Kind == EventKind.Exited)
            .Select(static happened => $"{happened.Name}:{happened.Signal}{happened.ExitCode}");
        await Assert.That(string.Join(' ', exits))
            .IsEqualTo("stopped:SIGTERM waiting:3 errored:4 errored:4 once:0 restarted:SIGKILL");
    }
}
