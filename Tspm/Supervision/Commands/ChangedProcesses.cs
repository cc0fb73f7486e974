using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Instances whose definition an order has changed, and the changes begun for them.</summary>
internal sealed class ChangedProcesses(IReadOnlyList<IViewedProcess> processes, BegunChanges begun)
{
    public IReadOnlyList<IViewedProcess> Processes => processes;

    public BegunChanges Begun => begun;

    /// <summary>The instances as they were when the order was carried out.</summary>
    public IReadOnlyList<ProcessView> ViewsThen { get; } = [.. processes.Select(static process => process.View)];
}
