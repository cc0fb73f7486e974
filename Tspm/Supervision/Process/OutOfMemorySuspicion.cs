using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>Decides whether the kernel may have killed a child because memory ran out.</summary>
internal static class OutOfMemorySuspicion
{
    /// <summary>Whether a SIGKILL may have come from the kernel, because nobody here sent it.</summary>
    /// <param name="status">How the child ended.</param>
    /// <param name="before">The phase in which it ended: while stopping, this daemon sends SIGKILL itself.</param>
    /// <param name="isExplained">Whether someone sent this signal by hand.</param>
    public static bool Is(ExitStatus status, LifecyclePhase before, bool isExplained) =>
        status.Signal == Signals.SIGKILL && before != LifecyclePhase.Stopping && !isExplained;
}
