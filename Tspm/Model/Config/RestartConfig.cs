namespace Tspm.Model.Config;

/// <summary>The <c>restart</c> object of a config; null members mean the default.</summary>
internal sealed record RestartConfig
{
    /// <summary>always | on-failure | never.</summary>
    public string? Policy { get; init; }

    /// <summary>The n-th consecutive failure waits n × this.</summary>
    public int? DelayMs { get; init; }

    /// <summary>… but never longer than this.</summary>
    public int? MaxDelayMs { get; init; }

    /// <summary>After this many consecutive failures the process is errored.</summary>
    public int? MaxConsecutive { get; init; }

    /// <summary>A run that lasted this long clears the count.</summary>
    public int? MinUptimeMs { get; init; }

    /// <summary>Exit codes after which the process stays stopped, whatever the policy says.</summary>
    public IReadOnlyList<int>? StopExitCodes { get; init; }
}
