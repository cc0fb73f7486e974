using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>The guardian reaped a process that was not its daemon: (pid, start time) name it for ever.</summary>
/// <param name="Sequence">To acknowledge it with, once it is saved or known to be nobody's.</param>
internal sealed record GuardianRecord(ulong Sequence, int Pid, long StartTicks, ExitStatus Status);
