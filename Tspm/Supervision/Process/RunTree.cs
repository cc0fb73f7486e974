using Tspm.Platform;

namespace Tspm.Supervision.Process;

/// <summary>
/// Finds and signals what the main program of a run left behind. Whom to signal is decided elsewhere.
/// </summary>
internal sealed class RunTree(MachineServices services, IEndingRun run)
{
    /// <summary>Null: not known, see <see cref="IProcessSystem.FindLeftovers"/>.</summary>
    public IReadOnlyList<Leftover>? Find() => run.TreeMark is { } mark ? services.System.FindLeftovers(mark) : [];

    public SignalResult Signal(Leftover leftover, int signal) => services.System.SignalLeftover(leftover, signal);

    /// <summary>SIGKILL to all of it.</summary>
    public void Kill() => _ = services.System.KillLeftovers(run.TreeMark!);

    /// <summary>A process that speaks for a living child is of its tree.</summary>
    /// <param name="services">The machine.</param>
    /// <param name="child">The child.</param>
    /// <param name="pid">Who speaks.</param>
    /// <param name="uid">Its user, in case that it has ended meanwhile.</param>
    public static bool Contains(MachineServices services, TreeMark child, int pid, uint uid) =>
        services.System.IsInTree(pid, uid, child);
}
