namespace Tspm.Model.Config;

/// <summary>The <c>restart</c> object of a config; null members mean the default.</summary>
internal sealed record RestartConfig
{
    /// <summary><c>always</c>, <c>on-failure</c> or <c>never</c>.</summary>
    public string? Policy { get; init; }

    /// <summary>
    /// Milliseconds to wait after the first failure; the n-th consecutive failure waits n times as long.
    /// </summary>
    public int? DelayMs { get; init; }

    /// <summary>Upper limit of the wait, in milliseconds.</summary>
    public int? MaxDelayMs { get; init; }

    /// <summary>Number of consecutive failures after which the process is errored.</summary>
    public int? MaxConsecutive { get; init; }

    /// <summary>Uptime, in milliseconds, after which the count of failures is cleared.</summary>
    public int? MinUptimeMs { get; init; }

    /// <summary>Exit codes after which the process stays stopped, regardless of the policy.</summary>
    public IReadOnlyList<int>? StopExitCodes { get; init; }
}
