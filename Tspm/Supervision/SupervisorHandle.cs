using System.Collections.Immutable;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// What others hold of the supervisor: they give it orders and queries, which are data, and await the results, or read
/// snapshots. Nobody can run code of their own on its thread.
/// </summary>
internal sealed class SupervisorHandle(SupervisorLoop loop, Supervisor supervisor)
{
    readonly CommandDispatch _dispatch = new(supervisor);

    /// <summary>
    /// Carries it out on the supervisor's thread; exceptions come back to the caller. It is decided there whether it
    /// comes too late: see <see cref="CommandDispatch.Execute"/>.
    /// </summary>
    public Task<TResult> Order<TResult>(SupervisorCommand<TResult> command) =>
        loop.Ask(() => _dispatch.Execute(command));

    /// <summary>Answers it on the supervisor's thread, after what was ordered before.</summary>
    public Task<TResult> Ask<TResult>(SupervisorQuery<TResult> query) => loop.Ask(() => _dispatch.Answer(query));

    /// <summary>Snapshots of all instances, in order of id and instance. Takes no lock and waits for nobody.</summary>
    public IReadOnlyList<ProcessView> Views()
    {
        ImmutableArray<SupervisedProcess> cells = supervisor.Table.Cells;
        var views = new ProcessView[cells.Length];
        for (var i = 0; i < views.Length; i++) views[i] = cells[i].View;
        return views;
    }
}
