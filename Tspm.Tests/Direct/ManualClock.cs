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

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public void Advance(TimeSpan by) => _inner.Advance(by);

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + WallAhead;

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _inner.CreateTimer(callback, state, dueTime, period);
}
