using Tspm.Model.State;

namespace Tspm.Supervision.Recovery;

/// <summary>The guardian reaped a process that was not its daemon: (pid, start time) name it for ever.</summary>
/// <param name="Sequence">To acknowledge it with, once it is saved or known to be nobody's.</param>
/// <param name="LedSession">It led a session, as every child does from its first instant.</param>
internal sealed record GuardianRecord(ulong Sequence, int Pid, long StartTicks, ExitStatus Status,
    bool LedSession = false)
{
    /// <summary>It started before that process; within one tick, pids tell.</summary>
    public bool IsOlderThan(int pid, long startTicks) =>
        StartTicks < startTicks || (StartTicks == startTicks && Pid < pid);
}
