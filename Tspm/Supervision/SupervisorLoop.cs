using Microsoft.Extensions.Logging;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>
/// The one thread that owns all processes: others post actions, timers run between them. Nothing else may touch what it
/// owns, which therefore needs no lock.
/// </summary>
internal sealed class SupervisorLoop(TimeProvider clock, ILogger log)
{
    // A plain lock and Monitor.Wait: the concurrent collections' semaphore spins before it sleeps, which costs CPU on
    // every wake-up of a daemon that is to cost none.
    readonly Queue<Action> _queue = new();
    readonly object _gate = new();
    bool _ended;

    public TimerQueue Timers { get; } = new(clock);

    /// <summary>Runs <paramref name="action"/> on the supervisor's thread, after what was posted before.</summary>
    public void Post(Action action)
    {
        lock (_gate)
        {
            _queue.Enqueue(action);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Runs <paramref name="work"/> on the supervisor's thread and gives its result.</summary>
    public Task<T> Ask<T>(Func<T> work) => PostedWork.Run(Post, work);

    /// <summary>Ends <see cref="Run"/> after what was posted before.</summary>
    public void End() => Post(() => _ended = true);

    /// <summary>Runs until <see cref="End"/>.</summary>
    public void Run()
    {
        while (!_ended)
        {
            // Rounded up: a wait of 0.4 ms must not become a busy loop of zero-length waits.
            var wait = Timers.UntilNext() is { } until
                ? (int)Math.Min(Math.Ceiling(until.TotalMilliseconds), int.MaxValue)
                : Timeout.Infinite;
            lock (_gate)
            {
                if (_queue.Count == 0) Monitor.Wait(_gate, wait);
            }
            RunPending();
        }
    }

    /// <summary>Runs what was posted and what is due. The tests' way to move the supervisor.</summary>
    public void RunPending()
    {
        while (Next() is { } action) Guarded(action);
        Guarded(Timers.RunDue);
    }

    Action? Next()
    {
        lock (_gate) return _queue.TryDequeue(out var action) ? action : null;
    }

    /// <summary>A bug in one step must not end the supervision of all others.</summary>
    void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            log.LogError(e, "internal error in the supervisor: {Type}", e.GetType().Name);
        }
    }
}
