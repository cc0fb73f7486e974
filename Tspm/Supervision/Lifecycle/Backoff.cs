using Tspm.Model.Config;

namespace Tspm.Supervision.Lifecycle;

/// <summary>The delay before the n-th consecutive attempt: min(n × delay, maximum).</summary>
internal static class Backoff
{
    /// <summary>
    /// The minimum delay after a failed spawn, whatever the policy says: otherwise nothing else would get its turn.
    /// </summary>
    public static readonly TimeSpan AfterFailedSpawn = TimeSpan.FromMilliseconds(100);

    public static TimeSpan Delay(RestartPolicy policy, int failures)
    {
        // In 128 bits, because 24 days times two billion failures exceeds a TimeSpan.
        var ticks = (Int128)policy.Delay.Ticks * Math.Max(1, failures);
        return ticks < policy.MaxDelay.Ticks ? TimeSpan.FromTicks((long)ticks) : policy.MaxDelay;
    }
}
