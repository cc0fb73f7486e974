using Microsoft.Extensions.Time.Testing;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Direct;

/// <summary>
/// A clock that moves only when the test says so. Its monotonic time begins early, because elapsed time is calculated
/// in floating point; on the wall it is a day of this century.
/// </summary>
internal sealed class ManualClock : TimeProvider
{
    static readonly TimeSpan WallAhead = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) - World.Midnight;

    readonly FakeTimeProvider _inner = new(World.Midnight);
    readonly List<Timer> _timers = [];

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public void Advance(TimeSpan by) => _inner.Advance(by);

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + WallAhead;

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(_inner.CreateTimer(callback, state, dueTime, period), GetUtcNow() + dueTime);
        lock (_timers) _timers.Add(timer);
        return timer;
    }

    /// <summary>Waits until somebody waits for this clock, for a time of this length.</summary>
    public async Task UntilAwaited(TimeSpan least, TimeSpan most, CancellationToken cancellation)
    {
        while (!IsAwaited(least, most)) await Task.Delay(1, cancellation);
    }

    bool IsAwaited(TimeSpan least, TimeSpan most)
    {
        lock (_timers)
            return _timers.Exists(timer =>
                timer.IsActive && timer.Due - GetUtcNow() is var left && left >= least && left <= most);
    }

    sealed class Timer(ITimer inner, DateTimeOffset due) : ITimer
    {
        public DateTimeOffset Due => due;

        public bool IsActive { get; private set; } = true;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // Who changes a timer is not found any more; nothing that a test waits for does so.
            IsActive = false;
            return inner.Change(dueTime, period);
        }

        public void Dispose()
        {
            IsActive = false;
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            IsActive = false;
            return inner.DisposeAsync();
        }
    }
}
