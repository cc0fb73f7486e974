using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Ordering;

/// <summary>
/// The reloads in progress: instances of one process one after the other, different processes in parallel. If the new
/// child of one instance does not become ready, the remaining instances of the same order are left alone, because they
/// would fail as well. Owned by the supervisor's thread.
/// </summary>
internal sealed class Reloads(Action<Action> post)
{
    readonly Dictionary<int, Queue<Job>> _byId = [];

    sealed record Job(
        PendingChange Pending, TaskCompletionSource<LifecycleState> Done, Order Order, Cause Cause);

    /// <summary>The reloads of one process that were requested together.</summary>
    sealed class Order
    {
        public string? Failed { get; set; }
    }

    /// <param name="processes">Online instances.</param>
    /// <param name="cause">Why they are reloaded.</param>
    /// <returns>The pending change of each instance.</returns>
    public Dictionary<SupervisedProcess, PendingChange> Begin(IReadOnlyList<SupervisedProcess> processes, Cause cause)
    {
        var begun = new Dictionary<SupervisedProcess, PendingChange>();
        var orders = new Dictionary<int, Order>();
        foreach (var process in processes)
        {
            var id = process.Key.Id;
            // Requested again before it has begun: one reload is enough, and nobody can pile up work.
            if (_byId.TryGetValue(id, out var waiting)
                && waiting.Skip(1).FirstOrDefault(job => job.Pending.Process == process) is { } same)
            {
                begun[process] = same.Pending;
                continue;
            }
            if (!orders.TryGetValue(id, out var order)) orders[id] = order = new Order();
            var done = new TaskCompletionSource<LifecycleState>(TaskCreationOptions.RunContinuationsAsynchronously);
            var pending = begun[process] = new PendingChange(process, done.Task, Unchanged: false);
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
        if (job.Order.Failed is { } failed) End(id, job, $"not reloaded, because {failed} could not be reloaded");
        else if (job.Pending.Process.Definition.Config.Reload is { Mode: ReloadConfig.BySignal } by)
            End(id, job, Send(job.Pending.Process, by.Signal ?? ReloadConfig.DefaultSignal));
        else job.Pending.Process.Reload(job.Cause, problem => End(id, job, problem));
    }

    static string? Send(SupervisedProcess process, string signal) =>
        Signals.TryParse(signal, out var number) && process.Signal(number)
            ? null
            : $"{signal} cannot be sent: the process is no longer running";

    void End(int id, Job job, string? problem)
    {
        _byId[id].Dequeue();
        var process = job.Pending.Process;
        if (problem is not null) job.Order.Failed ??= process.DisplayName;
        job.Pending.Problem = problem;
        job.Done.SetResult(process.State);
        post(() => Next(id));
    }
}
