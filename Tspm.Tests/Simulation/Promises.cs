using Tspm.Guardian;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Storage;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Simulation;

/// <summary>
/// What holds after every step, and what holds at rest. At most one daemon, no early kill and no lost output are
/// checked where they would happen; that nothing runs twice, by the fake kernel at each spawn.
/// </summary>
internal sealed class Promises(SimulatedSystem system)
{
    readonly HashSet<int> _onRecord = [];
    bool _hadStopped;

    FakeProcessSystem Machine => system.Machine;

    public void Check()
    {
        CheckExits();
        CheckChildren();
        CheckPurposefulEnd();
    }

    /// <summary>An exit is a zombie's, or in the guardian's records, or on disk, or nobody can know it.</summary>
    /// <param name="isAtRest">Those that may be reported as unknown must have been by now.</param>
    void CheckExits(bool isAtRest = false)
    {
        List<FakeProcess> reaped = [.. Machine.All.Where(process => process.IsReaped
            && !_onRecord.Contains(process.Pid) && !system.Guardian.IsUnacknowledged(process.Pid)
            && (isAtRest || !system.Children.Unknowable.Contains(process.Pid)))];
        if (reaped.Count == 0) return;
        var records = new RunRecordStore(system.World.Home).LoadAll();
        foreach (var process in reaped)
        {
            if (ExitOnRecord(records, process) is { } exit) Compare(process, exit);
            else if (isAtRest && HasUnidentifiedExit(records, process.Key)) _onRecord.Add(process.Pid);
            else Must(system.Children.Unknowable.Contains(process.Pid), $"no exit is lost: that of {process}");
        }
    }

    static RecentExit? ExitOnRecord(IReadOnlyDictionary<InstanceKey, RunRecord> records, FakeProcess process) =>
        records.TryGetValue(process.Key, out var record)
            ? record.Common.RecentExits.SingleOrDefault(exit => exit.Pid == process.Pid) : null;

    /// <summary>Guardian and daemon were killed before it was on record.</summary>
    static bool HasUnidentifiedExit(IReadOnlyDictionary<InstanceKey, RunRecord> records, InstanceKey key) =>
        records.TryGetValue(key, out var record)
            && record.Common.RecentExits.Any(static exit => exit is { Pid: 0, ExitCode: null, Signal: null });

    void Compare(FakeProcess process, RecentExit exit)
    {
        _onRecord.Add(process.Pid);
        system.Coverage.Exits++;
        var isUnknown = exit is { ExitCode: null, Signal: null };
        if (isUnknown)
        {
            Must(system.Children.Unknowable.Contains(process.Pid), $"the exit of {process} is known");
            return;
        }
        var signal = process.Status!.Signal is { } number ? Signals.NameOf(number) : null;
        Must(exit.ExitCode == process.Status.Code && exit.Signal == signal, $"{process} did not end so: {exit}");
    }

    void CheckChildren()
    {
        if (system.Daemon is not { Life: DaemonLife.Serving or DaemonLife.Stopping }) return;
        foreach (var cell in system.World.Supervisor.Table.Processes)
        {
            int?[] known = [cell.Child?.Pid, cell.Replacement?.Run?.Child?.Pid];
            foreach (var living in Machine.Living.Where(process => process.Key == cell.Key))
                Must(known.Contains(living.Pid), $"{living} is known to its daemon");
            var pids = cell.View.RecentExits.Select(static exit => exit.Pid).Where(static pid => pid > 0).ToList();
            Must(pids.Count == cell.View.RecentExits.Count || system.Coverage.GuardiansKilled > 0,
                $"it is known whether {cell.Key} was started");
            Must(pids.Distinct().Count() == pids.Count, $"no exit of {cell.Key} is counted twice");
        }
    }

    /// <summary>A guardian that has ended on purpose leaves nothing running.</summary>
    void CheckPurposefulEnd()
    {
        var hasStopped = system.Guardian.State is GuardianState.Ended { ExitCode: 0 };
        if (hasStopped && !_hadStopped)
            foreach (var living in Machine.Living) Must(false, $"{living} outlives a guardian that was told to end");
        _hadStopped = hasStopped;
    }

    /// <summary>Nothing is under way: no time that passes changes anything.</summary>
    public bool IsAtRest => system.Guardian is { State: GuardianState.Serving, HasWork: false, Unacknowledged: 0 }
        && system.Daemon is { Life: DaemonLife.Serving, HasWork: false }
        && system.World.Supervisor.Table.Processes.All(static cell => cell.Replacement is null
            && cell.State.Phase is LifecyclePhase.Online or LifecyclePhase.Stopped or LifecyclePhase.Errored);

    public void CheckAtRest()
    {
        CheckExits(isAtRest: true);
        CheckChildren();
        Must(system.Guardian.State is GuardianState.Serving, $"a daemon serves at last, not {system.Guardian.State}");
        Must(system.Guardian.Unacknowledged == 0, "every record is acknowledged");
        var records = new RunRecordStore(system.World.Home).LoadAll();
        foreach (var process in Machine.All.Where(static process => !process.Lives))
        {
            Must(process.IsReaped, $"{process} is reaped");
            Must(_onRecord.Contains(process.Pid), $"the end of {process} is reported, known or not");
        }
        foreach (var cell in system.World.Supervisor.Table.Processes) CheckAtRest(cell, records);
        HashSet<ulong> stored = [.. system.Guardian.Stored.Select(static key => key.RunId)];
        HashSet<ulong> living = [.. system.World.Supervisor.Table.Processes.Where(static cell => cell.Child is not null)
            .Select(static cell => cell.Current!.Id)];
        Must(stored.SetEquals(living), $"outputs {string.Join(',', stored)} are held, {string.Join(',', living)} run");
    }

    void CheckAtRest(SupervisedProcess cell, IReadOnlyDictionary<InstanceKey, RunRecord> records)
    {
        var phase = cell.State.Phase;
        var isUp = cell.State.Desired == DesiredState.Up;
        Must(isUp ? phase is LifecyclePhase.Online or LifecyclePhase.Errored or LifecyclePhase.Stopped
            : phase == LifecyclePhase.Stopped, $"{cell.Key} ends {phase}, desired {cell.State.Desired}");
        var lives = Machine.Living.Count(process => process.Key == cell.Key);
        Must(lives == (phase == LifecyclePhase.Online ? 1 : 0), $"{cell.Key} is {phase} and has {lives} children");
        if (!records.TryGetValue(cell.Key, out var record)) return;
        Must(record.Common.Phase == LifecycleNames.NameOf(phase),
            $"the record of {cell.Key} says {record.Common.Phase}");
        if (phase == LifecyclePhase.Online)
            Must(record.Current?.Pid == cell.Child?.Pid, $"the record of {cell.Key} says pid {record.Current?.Pid}");
    }

    static void Must(bool holds, string promise)
    {
        if (!holds) throw new BrokenPromise(promise);
    }
}
