using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>
/// Writes the run record of one process, alone, and holds its memory: the last exits and the newest run. Every
/// transition is on disk before its effects, so that the next daemon knows what was intended.
/// </summary>
internal sealed class RunJournal(
    MachineServices services, IJournalHost process,
    Func<ProcessDefinition, IReadOnlyDictionary<string, string>?> unsavedEnvironment)
{
    bool _isRunQueued;

    public ExitHistory Exits { get; } = new();

    /// <summary>The number of the newest run; 0 if it never ran.</summary>
    public ulong LastRun { get; set; }

    /// <summary>Another run is to follow the current one. Saved, so that the next daemon honours it.</summary>
    public bool IsRunQueued
    {
        get => _isRunQueued;
        set
        {
            if (_isRunQueued == value || process.IsForgotten) return;
            _isRunQueued = value;
            Save();
        }
    }

    /// <summary>Continues from the record of an earlier daemon of this boot.</summary>
    public void Restore(RunRecord record)
    {
        Exits.Restore(record.Common.RecentExits);
        (LastRun, _isRunQueued) = (record.NewestRun, record.Common.IsRunQueued);
    }

    /// <summary>Restores the history after a reboot; nothing else is useful.</summary>
    public void RestoreOfEarlierBoot(RunRecord record)
    {
        Exits.Restore(record.Common.RecentExits);
        LastRun = record.NewestRun;
    }

    /// <summary>Saves the run record.</summary>
    public void Save() => services.Records.Save(process.Key, Record());

    /// <summary>Records how a child ended, before it is reaped.</summary>
    public void SaveExit(ChildRun run, ExitStatus status, Cause cause, bool wasAsked)
    {
        Exits.Add(run, status, cause, wasAsked, services.Clock.GetUtcNow());
        process.Facts.Ended(run, status, cause);
        Save();
    }

    /// <summary>
    /// Records the end of a child that was running when the machine went down. Written at once, so that it is reported
    /// only once even if the process is never started again.
    /// </summary>
    public void SaveEndOfBoot(RunRecord record, ChildRecord child) => services.Records.Save(
        process.Key,
        record with { Current = child with { Exit = new ChildExit(ExitStatus.Unknown, new Cause(CauseCode.Reboot)) } });

    /// <summary>Why records cannot be written; null if they can.</summary>
    public string? Trouble => services.Records.Trouble;

    RunRecord Record()
    {
        var run = process.RecordedRun;
        var mayStart = run is not ({ IsPreparing: true } or { IsWaitingForFiles: true });
        var isIntended = process.State.Phase == LifecyclePhase.Spawning && mayStart;
        return new RunRecord
        {
            Common = Common(run),
            Current = run is null ? null : ChildOf(run, isIntended),
            Replacement = process.Replacing?.Run is { } other ? ChildOf(other, other.Child is null) : null,
        };
    }

    ProcessRecord Common(ChildRun? run) => new()
    {
        BootId = services.System.BootId,
        GuardianPid = services.GuardianPid,
        LastRunId = LastRun,
        Phase = LifecycleNames.NameOf(process.State.Phase),
        Next = LifecycleNames.NameOf(process.State.Next),
        Desired = process.State.Desired,
        Cause = process.State.Cause,
        Restarts = process.State.Restarts,
        Failures = process.State.Failures,
        StartedMonotonicMs = Milliseconds(process.State.StartedAtMonotonic),
        EndedMonotonicMs = Milliseconds(process.State.EndedAtMonotonic),
        HasLeftovers = process.State.HasLeftovers,
        NextStartMonotonicMs = Milliseconds(process.NextStartAtMonotonic ?? default),
        IsRunQueued = _isRunQueued,
        RecentExits = Exits.Newest,
        Definition = process.Definition,
        Environment = unsavedEnvironment(process.Definition),
        GoodFacts = process.Facts.Good,
        FailedFacts = process.Facts.FailedBut(run),
    };

    /// <summary>The record of a child, current or second.</summary>
    ChildRecord ChildOf(ChildRun run, bool isIntended) => new()
    {
        RunId = run.Id,
        GuardianPid = run.GuardianPid,
        Pid = run.Child?.Pid ?? 0,
        StartTicks = run.Child?.StartTicks ?? 0,
        IntendedTicks = isIntended ? services.System.BootTicks : 0,
        StartedMonotonicMs = Milliseconds(run.StartedAtMonotonic),
        StartedAt = run.StartedAt,
        Mark = run.Mark,
        Exit = run.Exit is { } status ? new ChildExit(status, run.ExitCause!) : null,
        WasOnline = run.WasOnline,
        Ready = run.Ready,
        Health = run.Health,
        StartTimeoutMs = run.StartTimeoutMs,
        StartedWith = run.EarlierConfig(process.Definition),
        Listen = run.Listen.Count > 0 ? run.Listen : null,
        OutStart = run.OutStart,
        ErrStart = run.ErrStart,
        ExtendedMonotonicMs = Milliseconds(run.ExtendedUntil),
        StatusText = run.Messages?.StatusText,
        Ending = run.EndingSoFar?.Record,
        OtherListeners = run.Listeners?.Before,
        ReadyNote = run.Listeners?.Note,
        Facts = process.Facts.NewOf(run),
    };

    static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    /// <summary>
    /// The state that a record describes. A phase or outcome written by a newer version and unknown to this one is read
    /// as "no child", so nothing is killed because of it.
    /// </summary>
    public static LifecycleState StateOf(ProcessRecord record) => LifecycleState.New with
    {
        Phase = LifecycleNames.PhaseOf(record.Phase) ?? LifecyclePhase.Stopped,
        Next = LifecycleNames.AfterExitOf(record.Next) ?? AfterExit.Stop,
        Desired = record.Desired,
        Cause = record.Cause,
        StartedAtMonotonic = TimeSpan.FromMilliseconds(record.StartedMonotonicMs),
        EndedAtMonotonic = TimeSpan.FromMilliseconds(record.EndedMonotonicMs),
        HasLeftovers = record.HasLeftovers,
        Restarts = record.Restarts,
        Failures = record.Failures,
    };
}
