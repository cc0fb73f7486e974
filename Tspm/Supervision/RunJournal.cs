using Tspm.Model;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>
/// What outlives this daemon of one process: the only writer of its run record, and the memory that the record keeps
/// (the last exits, the newest run). Every transition is on disk before its effect, so that the next daemon knows what
/// was meant.
/// </summary>
internal sealed class RunJournal(
    SupervisionServices services, SupervisedProcess process,
    Func<ProcessDefinition, IReadOnlyDictionary<string, string>?> unsavedEnvironment)
{
    bool _isRunQueued;

    public ExitHistory Exits { get; } = new();

    /// <summary>Number of the newest run; 0: it never ran.</summary>
    public ulong LastRun { get; set; }

    /// <summary>One more run is to follow the present one. On record: the next daemon keeps to it.</summary>
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

    /// <summary>Goes on where an earlier daemon of this boot was.</summary>
    public void Restore(RunRecord record)
    {
        Exits.Restore(record.RecentExits);
        (LastRun, _isRunQueued) = (record.NewestRun, record.IsRunQueued);
    }

    /// <summary>After a reboot only the history is of use.</summary>
    public void RestoreOfEarlierBoot(RunRecord record)
    {
        Exits.Restore(record.RecentExits);
        LastRun = record.NewestRun;
    }

    /// <summary>Writes the record as things are now.</summary>
    public void Save() => services.Records.Save(process.Key, Record());

    /// <summary>Writes down how a child ended, before it is reaped.</summary>
    public void SaveExit(ChildRun run, ExitStatus status, Cause cause, bool wasAsked)
    {
        Exits.Add(run, status, cause, wasAsked, services.Clock.GetUtcNow());
        process.Facts.Ended(run, status);
        Save();
    }

    /// <summary>
    /// The machine went down with this child: says so once, also when nothing starts the process and the record stays
    /// that of the earlier boot.
    /// </summary>
    public void SaveEndOfBoot(RunRecord record) => services.Records.Save(process.Key, record with { HasEnded = true });

    /// <summary>Why nothing can be written down; null: it can.</summary>
    public string? Trouble => services.Records.Trouble;

    RunRecord Record()
    {
        var (state, run) = (process.State, process.RecordedRun);
        var isIntended = state.Phase == LifecyclePhase.Spawning && run is not { IsPreparing: true };
        return OfRun(run) with
        {
            GuardianPid = run?.GuardianPid ?? services.GuardianPid,
            Phase = LifecycleNames.Of(state.Phase),
            Next = LifecycleNames.Of(state.Next),
            Desired = state.Desired,
            Reason = state.Reason,
            Cause = state.Cause,
            IntendedTicks = isIntended ? services.System.BootTicks : 0,
            StartedMonotonicMs = Milliseconds(state.StartedAtMonotonic),
            EndedMonotonicMs = Milliseconds(state.EndedAtMonotonic),
            NextStartMonotonicMs = Milliseconds(process.Backoff.DueAtMonotonic ?? default),
            Restarts = state.Restarts,
            Failures = state.Failures,
            HasLeftovers = state.HasLeftovers,
            HasEnded = run is { IsExitKnown: true },
            ExitCode = run?.Exit?.Code,
            ExitSignal = run?.Exit?.Signal,
            EndCause = run?.ExitCause,
            Definition = process.Definition,
            Environment = unsavedEnvironment(process.Definition),
            RecentExits = Exits.Newest,
            LastRunId = LastRun,
            IsRunQueued = _isRunQueued,
            Facts = process.Facts.ForRecord(run),
            GoodFacts = process.Facts.Good,
            Second = OfReplacement(process.Replacement),
        };
    }

    RunRecord? OfReplacement(Replacement? replacement)
    {
        if (replacement?.Run is not { } run) return null;
        return OfRun(run) with
        {
            Phase = LifecycleNames.Of(replacement.RecordedPhase),
            HasEnded = run.IsExitKnown,
            IntendedTicks = run.Child is null ? services.System.BootTicks : 0,
            StartedMonotonicMs = Milliseconds(run.StartedAtMonotonic),
            Facts = run.Facts,
        };
    }

    /// <summary>What a record says of a child, whichever of the two it is.</summary>
    RunRecord OfRun(ChildRun? run) => run is null ? new RunRecord { BootId = services.System.BootId } : new RunRecord
    {
        BootId = services.System.BootId,
        GuardianPid = run.GuardianPid,
        RunId = run.Id,
        Pid = run.Child?.Pid ?? 0,
        StartTicks = run.Child?.StartTicks ?? 0,
        StartedAt = run.StartedAt,
        Ready = run.Ready,
        Health = run.Health,
        StartTimeoutMs = run.StartTimeoutMs,
        StartedWith = run.EarlierConfig(process.Definition),
        Listen = run.Listen.Count > 0 ? run.Listen : null,
        OutStart = run.OutStart,
        ErrStart = run.ErrStart,
        ExtendedMonotonicMs = Milliseconds(run.Messages.ExtendedUntil),
        StatusText = run.Messages.StatusText,
        Ending = run.EndingSoFar?.Record,
        Mark = run.Mark,
        OtherListeners = run.Listeners?.Before,
        ReadyNote = run.Listeners?.Note,
        WasOnline = run.WasOnline,
    };

    static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    /// <summary>
    /// The state that a record tells of. A phase or outcome that this version does not know (a newer one wrote it) is
    /// taken as "no child": nothing is killed for it.
    /// </summary>
    public static LifecycleState StateOf(RunRecord record) => LifecycleState.New with
    {
        Phase = LifecycleNames.PhaseOf(record.Phase) ?? LifecyclePhase.Stopped,
        Next = LifecycleNames.AfterExitOf(record.Next) ?? AfterExit.Stop,
        Desired = record.Desired,
        Cause = record.Cause ?? Cause.Recorded(record.Reason),
        StartedAtMonotonic = TimeSpan.FromMilliseconds(record.StartedMonotonicMs),
        EndedAtMonotonic = TimeSpan.FromMilliseconds(record.EndedMonotonicMs),
        HasLeftovers = record.HasLeftovers,
        Restarts = record.Restarts,
        Failures = record.Failures,
    };
}
