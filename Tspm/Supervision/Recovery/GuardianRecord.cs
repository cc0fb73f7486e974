using Tspm.Model.State;

namespace Tspm.Supervision.Recovery;

/// <summary>
/// A process, other than its daemon, that the guardian has reaped. Pid and start time identify it for ever.
/// </summary>
/// <param name="Sequence">Used to acknowledge the record once it is saved, or known to belong to no run.</param>
/// <param name="LedSession">Whether it led a session, as every child does from the start.</param>
internal sealed record GuardianRecord(ulong Sequence, int Pid, long StartTicks, ExitStatus Status,
    bool LedSession = false)
{
    /// <summary>Whether it started before that process; within one tick, the pids decide.</summary>
    public bool IsOlderThan(int pid, long startTicks) =>
        StartTicks < startTicks || (StartTicks == startTicks && Pid < pid);
}
