using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Ordering;

/// <summary>
/// Reloads under way: the instances of a process one after the other, different processes at the same time. After an
/// instance whose new child did not get ready the others of the same order are left as they are: the next ones would
/// fail as well. Owned by the supervisor's thread.
/// </summary>
internal sealed class Reloads(Action<Action> post)
{
    readonly Dictionary<int, Queue<Job>> _byId = [];

    sealed record Job(
        PendingChange Pending, TaskCompletionSource<LifecycleState> Done, Order Order, Cause Cause);

    /// <summary>What was asked for at one time.</summary>
    sealed class Order
    {
        public string? Failed { get; set; }
    }

    /// <param name="cells">Online.</param>
    /// <param name="cause">Why.</param>
    public Dictionary<SupervisedProcess, PendingChange> Begin(IReadOnlyList<SupervisedProcess> cells, Cause cause)
    {
        var begun = new Dictionary<SupervisedProcess, PendingChange>();
        var orders = new Dictionary<int, Order>();
        foreach (var cell in cells)
        {
            var id = cell.Key.Id;
            // Asked for again before it has begun: once is enough, and nobody can pile up work.
            if (_byId.TryGetValue(id, out var waiting)
                && waiting.Skip(1).FirstOrDefault(job => job.Pending.Cell == cell) is { } same)
            {
                begun[cell] = same.Pending;
                continue;
            }
            if (!orders.TryGetValue(id, out var order)) orders[id] = order = new Order();
            var done = new TaskCompletionSource<LifecycleState>(TaskCreationOptions.RunContinuationsAsynchronously);
            var pending = begun[cell] = new PendingChange(cell, done.Task, Unchanged: false);
            var isFirst = !_byId.TryGetValue(id, out var queue);
            if (isFirst) queue = _byId[id] = new Queue<Job>();
            queue!.Enqueue(new Job(pending, done, order, cause));
            if (isFirst) post(() => Next(id));
        }
        return begun;
    }

    void Next(int id)
    {
        if (!_byId.TryGetValue(id, out var queue)) return;
        if (!queue.TryPeek(out var job))
        {
            _byId.Remove(id);
            return;
        }
        if (job.Order.Failed is { } failed) End(id, job, $"not reloaded: {failed} could not be");
        else if (job.Pending.Cell.Definition.Config.Reload is { Mode: ReloadConfig.BySignal } by)
            End(id, job, Send(job.Pending.Cell, by.Signal ?? ReloadConfig.DefaultSignal));
        else job.Pending.Cell.Reload(job.Cause, problem => End(id, job, problem));
    }

    static string? Send(SupervisedProcess cell, string signal) =>
        Signals.TryParse(signal, out var number) && cell.Signal(number)
            ? null
            : $"{signal} cannot be sent: it has no child any more";

    void End(int id, Job job, string? problem)
    {
        _byId[id].Dequeue();
        var cell = job.Pending.Cell;
        if (problem is not null) job.Order.Failed ??= cell.DisplayName;
        job.Pending.Problem = problem;
        job.Done.SetResult(cell.State);
        post(() => Next(id));
    }
}
