using Tspm.Model;

namespace Tspm.Supervision;

/// <summary>How long to wait before the n-th consecutive try: min(n × delay, maximum).</summary>
internal static class Backoff
{
    public static TimeSpan Delay(RestartPolicy policy, int failures)
    {
        var delay = policy.Delay * Math.Max(1, failures);
        return delay < policy.MaxDelay ? delay : policy.MaxDelay;
    }
}
