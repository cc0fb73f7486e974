using Tspm.Model.Config;

namespace Tspm.Supervision.Lifecycle;

/// <summary>How long to wait before the n-th consecutive try: min(n × delay, maximum).</summary>
internal static class Backoff
{
    /// <summary>
    /// A spawn that failed is not tried again sooner, whatever the policy says: nothing else would get its turn.
    /// </summary>
    public static readonly TimeSpan AfterFailedSpawn = TimeSpan.FromMilliseconds(100);

    public static TimeSpan Delay(RestartPolicy policy, int failures)
    {
        // In 128 bits: 24 days times two billion failures is more than a TimeSpan holds.
        var ticks = (Int128)policy.Delay.Ticks * Math.Max(1, failures);
        return ticks < policy.MaxDelay.Ticks ? TimeSpan.FromTicks((long)ticks) : policy.MaxDelay;
    }
}
