using Tspm.Model.Config;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>Instances whose definition an order has changed, and the changes begun for them.</summary>
internal sealed class ChangedProcesses(IReadOnlyList<IViewedProcess> processes, BegunChanges begun)
{
    public IReadOnlyList<IViewedProcess> Processes => processes;

    public BegunChanges Begun => begun;

    /// <summary>The configs that the order has changed; empty for orders that change no config.</summary>
    public IReadOnlyList<ConfigChange> Changed { get; init; } = [];

    /// <summary>The instances as they were when the order was carried out.</summary>
    public IReadOnlyList<ProcessView> ViewsThen { get; } = [.. processes.Select(static process => process.View)];
}

/// <summary>A config before and after a change.</summary>
/// <param name="Before">The config that was replaced.</param>
/// <param name="After">The present config.</param>
/// <param name="Path">The PATH in which the program will be looked up; null if it is not set.</param>
internal sealed record ConfigChange(ProcessConfig Before, ProcessConfig After, string? Path);
