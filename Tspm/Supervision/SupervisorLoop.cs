using Microsoft.Extensions.Logging;
using Tspm.Platform;

namespace Tspm.Supervision;

/// <summary>
/// The thread that owns all processes. Other threads post actions, and timers run in between. Nothing else may touch
/// what it owns, so that needs no lock.
/// </summary>
internal sealed class SupervisorLoop(TimeProvider clock, ILogger log)
{
    // A plain lock with Monitor.Wait: the semaphore of the concurrent collections spins before it sleeps, which costs
    // CPU at every wake-up of a daemon that should cost none when idle.
    readonly Queue<Action> _queue = new();
    readonly object _gate = new();
    bool _ended;

    public TimerQueue Timers { get; } = new(clock);

    /// <summary>Runs <paramref name="action"/> on the supervisor's thread, after everything posted before it.</summary>
    public void Post(Action action)
    {
        lock (_gate)
        {
            _queue.Enqueue(action);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Runs <paramref name="work"/> on the supervisor's thread and returns its result.</summary>
    public Task<T> Ask<T>(Func<T> work) => PostedWork.Run(Post, work);

    /// <summary>Ends <see cref="Run"/> after everything posted before.</summary>
    public void End() => Post(() => _ended = true);

    /// <summary>Runs until <see cref="End"/> is called.</summary>
    public void Run()
    {
        while (!_ended)
        {
            // Rounded up, so that a wait of 0.4 ms does not become a busy loop of zero-length waits.
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

    /// <summary>Runs what was posted and what is due. Tests use it to drive the supervisor.</summary>
    public void RunPending()
    {
        while (Next() is { } action) Guarded(action);
        Guarded(Timers.RunDue);
    }

    Action? Next()
    {
        lock (_gate) return _queue.TryDequeue(out var action) ? action : null;
    }

    /// <summary>Catches exceptions: a bug in one step must not end the supervision of all other processes.</summary>
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
