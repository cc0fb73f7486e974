using System.Collections.Immutable;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Process;

namespace Tspm.Supervision;

/// <summary>
/// Access to the supervisor for other code, which gives it orders and queries as data and awaits the results, or reads
/// snapshots. No other code can run on its thread.
/// </summary>
internal sealed class SupervisorHandle(SupervisorLoop loop, Supervisor supervisor)
{
    readonly CommandDispatch _dispatch = new(supervisor);

    /// <summary>
    /// Executes an order on the supervisor's thread and passes exceptions to the caller. Whether the order comes too
    /// late is decided there: see <see cref="CommandDispatch.Execute"/>.
    /// </summary>
    public Task<TResult> Order<TResult>(SupervisorCommand<TResult> command) =>
        loop.Ask(() => _dispatch.Execute(command));

    /// <summary>Answers a query on the supervisor's thread, after all orders given before it.</summary>
    public Task<TResult> Ask<TResult>(SupervisorQuery<TResult> query) => loop.Ask(() => _dispatch.Answer(query));

    /// <summary>Snapshots of all instances, ordered by id and instance number. Takes no lock and never waits.</summary>
    public IReadOnlyList<ProcessView> Views()
    {
        ImmutableArray<SupervisedProcess> processes = supervisor.Table.Processes;
        var views = new ProcessView[processes.Length];
        for (var i = 0; i < views.Length; i++) views[i] = processes[i].View;
        return views;
    }
}
