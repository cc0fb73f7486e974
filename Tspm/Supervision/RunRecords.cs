using Tspm.Model;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>Between the state in memory and the record on disk, both ways.</summary>
internal static class RunRecords
{
    public static RunRecord Of(
        LifecycleState state, ProcessDefinition definition, SupervisionServices services, Run? run, TimeSpan? nextStartAt,
        IReadOnlyList<RecentExit> exits) => new()
    {
        BootId = services.System.BootId,
        GuardianPid = run?.GuardianPid ?? services.GuardianPid,
        RunId = run?.Id ?? 0,
        Phase = LifecycleNames.Of(state.Phase),
        Next = LifecycleNames.Of(state.Next),
        Desired = state.Desired,
        Reason = state.Reason,
        Cause = state.Cause,
        Pid = run?.Child?.Pid ?? 0,
        StartTicks = run?.Child?.StartTicks ?? 0,
        IntendedTicks = state.Phase == LifecyclePhase.Spawning && run is not { IsPreparing: true } ? services.System.BootTicks : 0,
        StartedMonotonicMs = (long)state.StartedAt.TotalMilliseconds,
        StartedAt = run?.StartedAt,
        NextStartMonotonicMs = nextStartAt is { } at ? (long)at.TotalMilliseconds : 0,
        Restarts = state.Restarts,
        Failures = state.Failures,
        RecentExits = exits,
        Definition = definition,
        Ready = run?.Ready,
        Health = run?.Health,
        StartTimeoutMs = run?.StartTimeoutMs,
        StartedWith = EarlierConfig(run, definition),
        Listen = run is { Listen: { Count: > 0 } addresses } ? addresses : null,
        OutStart = run?.OutStart ?? 0,
        ErrStart = run?.ErrStart ?? 0,
        ExtendedMonotonicMs = (long)(run?.ExtendedUntil.TotalMilliseconds ?? 0),
        StatusText = run?.StatusText,
        Ending = run?.Ending?.Record,
        EndedMonotonicMs = (long)state.EndedAt.TotalMilliseconds,
        HasLeftovers = state.HasLeftovers,
        Mark = run?.Mark ?? 0,
        OtherListeners = run?.Listeners?.Before,
        ReadyNote = run?.Listeners?.Note,
    };

    /// <summary>What the child was started with; null: what the definition says, or there is no child.</summary>
    public static ProcessConfig? EarlierConfig(Run? run, ProcessDefinition definition) =>
        ReferenceEquals(run?.StartedWith, definition.Config) ? null : run?.StartedWith;

    /// <summary>A phase or outcome that this version does not know (a newer one wrote it) is taken as "no child": nothing is killed for it.</summary>
    public static LifecycleState StateOf(RunRecord record) => LifecycleState.New with
    {
        Phase = LifecycleNames.PhaseOf(record.Phase) ?? LifecyclePhase.Stopped,
        Next = LifecycleNames.AfterExitOf(record.Next) ?? AfterExit.Stop,
        Desired = record.Desired,
        Cause = record.Cause ?? Cause.Recorded(record.Reason),
        StartedAt = TimeSpan.FromMilliseconds(record.StartedMonotonicMs),
        EndedAt = TimeSpan.FromMilliseconds(record.EndedMonotonicMs),
        HasLeftovers = record.HasLeftovers,
        Restarts = record.Restarts,
        Failures = record.Failures,
    };
}
