using System.Collections.Immutable;
using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>What others hold of the supervisor: they post work and await its ticket, or read snapshots.</summary>
internal sealed class SupervisorHandle(SupervisorLoop loop, Supervisor supervisor)
{
    /// <summary>Runs on the supervisor's thread; exceptions come back to the caller.</summary>
    public Task<T> Ask<T>(Func<Supervisor, T> work) => loop.Ask(() => work(supervisor));

    /// <summary>
    /// As <see cref="Ask"/>, for what starts, stops or changes something. Decided on the supervisor's thread: after the
    /// shutdown has begun there it throws <see cref="ShuttingDownException"/>.
    /// </summary>
    public Task<T> Change<T>(Func<Supervisor, T> work) => loop.Ask(() =>
        supervisor.IsShuttingDown ? throw new ShuttingDownException() : work(supervisor));

    public void Post(Action<Supervisor> work) => loop.Post(() => work(supervisor));

    /// <summary>Snapshots of all instances, in order of id and instance. Takes no lock and waits for nobody.</summary>
    public IReadOnlyList<ProcessView> Views()
    {
        ImmutableArray<SupervisedProcess> cells = supervisor.Table.Cells;
        var views = new ProcessView[cells.Length];
        for (var i = 0; i < views.Length; i++) views[i] = cells[i].View;
        return views;
    }
}
