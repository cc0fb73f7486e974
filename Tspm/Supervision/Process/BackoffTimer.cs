using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>The wait before the next start of a process; at most one is armed.</summary>
internal sealed class BackoffTimer(TimerQueue timers, IInstance process)
{
    IDisposable? _timer;

    /// <summary>Monotonic time at which the wait is over; null: nothing is waited for.</summary>
    public TimeSpan? DueAtMonotonic { get; private set; }

    public void Arm(TimeSpan delay)
    {
        DueAtMonotonic = timers.Now + delay;
        _timer = timers.After(delay, () =>
        {
            DueAtMonotonic = null;
            process.Handle(new LifecycleEvent.BackoffElapsed());
        });
    }

    public void Cancel()
    {
        _timer?.Dispose();
        (_timer, DueAtMonotonic) = (null, null);
    }
}
