using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>Whether a child may have been killed by the kernel because memory ran out.</summary>
internal static class OutOfMemorySuspicion
{
    /// <summary>A SIGKILL that nobody here sent may be the kernel's.</summary>
    /// <param name="status">How the child ended.</param>
    /// <param name="before">The phase in which it did: one that is being stopped is killed by this daemon.</param>
    /// <param name="isExplained">Somebody has sent this signal by hand.</param>
    public static bool Is(ExitStatus status, LifecyclePhase before, bool isExplained) =>
        status.Signal == Signals.SIGKILL && before != LifecyclePhase.Stopping && !isExplained;
}
