using System.Threading.RateLimiting;
using Tspm.Model.Config;

namespace Tspm.Daemon.Control;

/// <summary>
/// How fast one connection may ask: a token bucket, filled by the clock when somebody asks and not by a timer, so that
/// an idle connection costs nothing. Used by one request at a time.
/// </summary>
internal sealed class RequestPace
{
    /// <summary>
    /// Who is refused waits about so long: long enough that refusing costs nothing, short enough that nobody notices.
    /// </summary>
    const int RefillsPerSecond = 100;

    readonly TokenBucketRateLimiter? _bucket;
    readonly TimeSpan _refill;

    public RequestPace(SocketLimits limits)
    {
        if (limits.RequestsPerSecond == 0) return;
        var tokens = Math.Min(Math.Max(1, limits.RequestsPerSecond / RefillsPerSecond), limits.RequestBurst);
        _refill = TimeSpan.FromSeconds((double)tokens / limits.RequestsPerSecond);
        _bucket = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.RequestBurst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = _refill,
            AutoReplenishment = false,
            QueueLimit = 0,
        });
    }

    /// <summary>Zero: the request may be answered. Else it is one too many, and so long to wait.</summary>
    public TimeSpan TakeOne()
    {
        if (_bucket is null) return TimeSpan.Zero;
        _bucket.TryReplenish();
        return _bucket.AttemptAcquire().IsAcquired ? TimeSpan.Zero : _refill;
    }
}
