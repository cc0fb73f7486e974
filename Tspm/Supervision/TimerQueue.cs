namespace Tspm.Supervision;

/// <summary>
/// The supervisor's timers, on the monotonic clock of its <see cref="TimeProvider"/>. Owned by the supervisor's thread,
/// which asks how long it may sleep and runs what is due; no timer fires on its own.
/// </summary>
internal sealed class TimerQueue(TimeProvider clock)
{
    readonly PriorityQueue<Entry, TimeSpan> _queue = new();

    /// <summary>Monotonic time since an arbitrary fixed moment of this boot.</summary>
    public TimeSpan Now => clock.GetElapsedTime(0, clock.GetTimestamp());

    /// <summary>
    /// Runs <paramref name="due"/> once after <paramref name="delay"/>, unless the returned handle is disposed of
    /// first.
    /// </summary>
    public IDisposable After(TimeSpan delay, Action due)
    {
        var entry = new Entry(due);
        _queue.Enqueue(entry, Now + delay);
        return entry;
    }

    /// <summary>The time until the next timer is due; null if there is none.</summary>
    public TimeSpan? UntilNext()
    {
        while (_queue.TryPeek(out var entry, out var dueAt))
        {
            if (!entry.IsCancelled) return dueAt <= Now ? TimeSpan.Zero : dueAt - Now;
            _queue.Dequeue();
        }
        return null;
    }

    /// <summary>Runs the timers that are due now, including those that they add for now.</summary>
    public void RunDue()
    {
        while (_queue.TryPeek(out var entry, out var dueAt) && (entry.IsCancelled || dueAt <= Now))
        {
            _queue.Dequeue();
            entry.Run();
        }
    }

    sealed class Entry(Action due) : IDisposable
    {
        Action? _due = due;

        public bool IsCancelled => _due is null;

        public void Run()
        {
            var due = _due;
            _due = null;
            due?.Invoke();
        }

        public void Dispose() => _due = null;
    }
}
