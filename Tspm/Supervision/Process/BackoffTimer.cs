using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>The delay before the next start of a process; at most one timer is armed.</summary>
internal sealed class BackoffTimer(TimerQueue timers, IInstance process)
{
    IDisposable? _timer;

    /// <summary>Monotonic time at which the delay ends; null if no timer is armed.</summary>
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
