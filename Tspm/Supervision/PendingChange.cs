using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>A change of an instance that is in progress.</summary>
/// <param name="Process">The instance. Only the supervisor may use it; other code reads <see cref="View"/>.</param>
/// <param name="Reached">Completes with the state that was waited for.</param>
/// <param name="Unchanged">The instance was already in that state.</param>
internal sealed record PendingChange(
    SupervisedProcess Process, Task<LifecycleState> Reached, bool Unchanged) : IViewedProcess
{
    public InstanceKey Key => Process.Key;

    public ProcessView View => Process.View;

    /// <summary>The exits known when the change began, so that later ones can be attributed to the change.</summary>
    public IReadOnlyList<RecentExit> ExitsBefore { get; } = Process.View.RecentExits;

    /// <summary>What went wrong, if the state does not show it; set before <see cref="Reached"/> completes.</summary>
    public string? Problem { get; set; }
}
