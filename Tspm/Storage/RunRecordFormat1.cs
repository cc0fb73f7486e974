using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>
/// Converts run records from and to format 1, the only format that versions up to 2.0.0-alpha.1 read and write. A new
/// daemon writes format 1 until it is ready, because a failed upgrade returns to such a version.
/// </summary>
internal static class RunRecordFormat1
{
    const string Spawning = "Spawning", Starting = "Starting", Sweeping = "Sweeping";

    public static RunRecord Read(RunRecordV1 flat) => new()
    {
        Common = CommonOf(flat),
        Current = flat.RunId == 0 && flat.Pid == 0 ? null : ChildOf(flat),
        Replacement = flat.Second is { } second ? ChildOf(second) : null,
    };

    public static RunRecordV1 Write(RunRecord record)
    {
        var (common, current) = (record.Common, record.Current);
        var flat = current is null ? new RunRecordV1 { BootId = common.BootId } : FlatOf(current, common.BootId);
        return flat with
        {
            GuardianPid = current?.GuardianPid ?? common.GuardianPid,
            LastRunId = common.LastRunId,
            Phase = common.Phase,
            Next = common.Next,
            Desired = common.Desired,
            Reason = CauseText.Describe(common.Cause),
            Cause = common.Cause,
            StartedMonotonicMs = common.StartedMonotonicMs,
            EndedMonotonicMs = common.EndedMonotonicMs,
            NextStartMonotonicMs = common.NextStartMonotonicMs,
            Restarts = common.Restarts,
            Failures = common.Failures,
            HasLeftovers = common.HasLeftovers,
            RecentExits = common.RecentExits,
            Definition = common.Definition is { } definition ? SavedProcess.From(definition, common.Desired) : null,
            Environment = common.Environment,
            IsRunQueued = common.IsRunQueued,
            Facts = current?.Facts ?? common.FailedFacts,
            GoodFacts = common.GoodFacts,
            Second = record.Replacement is { } second ? FlatOf(second, common.BootId) : null,
        };
    }

    static ProcessRecord CommonOf(RunRecordV1 flat) => new()
    {
        BootId = flat.BootId,
        GuardianPid = flat.GuardianPid,
        LastRunId = flat.LastRunId,
        Phase = flat.Phase,
        Next = flat.Next,
        Desired = flat.Desired,
        Cause = flat.Cause ?? Cause.Recorded(flat.Reason),
        StartedMonotonicMs = flat.StartedMonotonicMs,
        EndedMonotonicMs = flat.EndedMonotonicMs,
        NextStartMonotonicMs = flat.NextStartMonotonicMs,
        Restarts = flat.Restarts,
        Failures = flat.Failures,
        HasLeftovers = flat.HasLeftovers,
        RecentExits = flat.RecentExits,
        Definition = flat.Definition?.WithoutDesiredState(),
        Environment = flat.Environment,
        IsRunQueued = flat.IsRunQueued,
        FailedFacts = flat.Facts?.RunId == flat.RunId ? null : flat.Facts,
        GoodFacts = flat.GoodFacts,
    };

    static ChildRecord ChildOf(RunRecordV1 flat) => new()
    {
        RunId = flat.RunId,
        GuardianPid = flat.GuardianPid,
        Pid = flat.Pid,
        StartTicks = flat.StartTicks,
        IntendedTicks = flat.IntendedTicks,
        StartedMonotonicMs = flat.StartedMonotonicMs,
        StartedAt = flat.StartedAt,
        Mark = flat.Mark,
        Exit = flat.HasEnded ? new ChildExit(flat.ExitStatus, flat.EndCause ?? Cause.Ended(flat.ExitStatus)) : null,
        // For the current child, the phase says the same.
        WasOnline = flat.WasOnline || flat.Phase == "Online",
        Ready = flat.Ready,
        Health = flat.Health,
        StartTimeoutMs = flat.StartTimeoutMs,
        StartedWith = flat.StartedWith,
        Listen = flat.Listen,
        OutStart = flat.OutStart,
        ErrStart = flat.ErrStart,
        ExtendedMonotonicMs = flat.ExtendedMonotonicMs,
        StatusText = flat.StatusText,
        Ending = flat.Ending,
        OtherListeners = flat.OtherListeners,
        ReadyNote = flat.ReadyNote,
        Facts = flat.Facts?.RunId == flat.RunId ? flat.Facts : null,
    };

    static RunRecordV1 FlatOf(ChildRecord child, string bootId) => new()
    {
        BootId = bootId,
        GuardianPid = child.GuardianPid,
        RunId = child.RunId,
        // Meant for a replacement; for the current child the caller puts the phase of the process here.
        Phase = child.Exit is not null ? Sweeping : child.Pid == 0 ? Spawning : Starting,
        Pid = child.Pid,
        StartTicks = child.StartTicks,
        IntendedTicks = child.IntendedTicks,
        StartedMonotonicMs = child.StartedMonotonicMs,
        StartedAt = child.StartedAt,
        Mark = child.Mark,
        HasEnded = child.Exit is not null,
        ExitCode = child.Exit?.Status.Code,
        ExitSignal = child.Exit?.Status.Signal,
        EndCause = child.Exit?.Cause,
        WasOnline = child.WasOnline,
        Ready = child.Ready,
        Health = child.Health,
        StartTimeoutMs = child.StartTimeoutMs,
        StartedWith = child.StartedWith,
        Listen = child.Listen,
        OutStart = child.OutStart,
        ErrStart = child.ErrStart,
        ExtendedMonotonicMs = child.ExtendedMonotonicMs,
        StatusText = child.StatusText,
        Ending = child.Ending,
        OtherListeners = child.OtherListeners,
        ReadyNote = child.ReadyNote,
        Facts = child.Facts,
    };
}
