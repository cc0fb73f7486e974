using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>Finds and signals the leftover processes of a run. Other code decides which ones to signal.</summary>
internal sealed class RunTree(MachineServices services, IEndingRun run)
{
    /// <summary>The leftovers; null if unknown, see <see cref="IProcessSystem.FindLeftovers"/>.</summary>
    public IReadOnlyList<Leftover>? Find() => run.TreeMark is { } mark ? services.System.FindLeftovers(mark) : [];

    public SignalResult Signal(Leftover leftover, int signal) => services.System.SignalLeftover(leftover, signal);

    /// <summary>Sends SIGKILL to all of them.</summary>
    public void Kill() => _ = services.System.KillLeftovers(run.TreeMark!);

    /// <summary>Whether the sender of a message belongs to the tree of a living child.</summary>
    /// <param name="services">The machine.</param>
    /// <param name="child">The child.</param>
    /// <param name="pid">The sender.</param>
    /// <param name="uid">The sender's user, in case the sender has ended meanwhile.</param>
    public static bool Contains(MachineServices services, TreeMark child, int pid, uint uid) =>
        services.System.IsInTree(pid, uid, child);
}
