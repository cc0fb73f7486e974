using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>Something that will be settled: <see cref="Settled"/> completes with the state in which it is.</summary>
/// <param name="Cell">The instance. It is the supervisor's: others read its <see cref="View"/>.</param>
/// <param name="Settled">Completes with the state that was waited for.</param>
/// <param name="Unchanged">It was as it was to be.</param>
internal sealed record PendingChange(
    SupervisedProcess Cell, Task<LifecycleState> Settled, bool Unchanged) : IViewedProcess
{
    public InstanceKey Key => Cell.Key;

    public ProcessView View => Cell.View;

    /// <summary>The ends that were known when it was begun: later ones came of it.</summary>
    public IReadOnlyList<RecentExit> ExitsBefore { get; } = Cell.View.RecentExits;

    /// <summary>What went wrong, where the state does not tell; set before <see cref="Settled"/> completes.</summary>
    public string? Problem { get; set; }
}
