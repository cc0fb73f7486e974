namespace Tspm.Model.Config;

/// <summary>
/// A check of a child, and how often it runs: the value of <c>ready</c> and of <c>health</c> in a config. Exactly one
/// of the first six members is set. The last three are for <c>health</c> only; null means the default.
/// </summary>
internal sealed class Probe
{
    /// <summary>Probes that run more often are a load of their own.</summary>
    public const int MinIntervalMs = 100;

    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10),
        DefaultTimeout = TimeSpan.FromSeconds(5), DefaultStartTimeout = TimeSpan.FromSeconds(60);

    public const int DefaultFailures = 3;

    /// <summary>
    /// True if the child reports its state itself with the messages of systemd (man 3 sd_notify): READY=1, or
    /// WATCHDOG=1 in time.
    /// </summary>
    public bool? Notify { get; init; }

    /// <summary>HOST:PORT that must accept connections.</summary>
    public string? Tcp { get; init; }

    /// <summary>URL that must answer a GET with a status from 200 to 399.</summary>
    public string? Http { get; init; }

    /// <summary>Regular expression that a line of the output must match.</summary>
    public string? Log { get; init; }

    /// <summary>Command that must exit with code 0.</summary>
    public string? Exec { get; init; }

    /// <summary>Milliseconds that must pass after the start.</summary>
    public int? DelayMs { get; init; }

    /// <summary>
    /// For health: milliseconds between checks; with <see cref="Notify"/>, how long the child may stay silent.
    /// </summary>
    public int? IntervalMs { get; init; }

    /// <summary>For health: milliseconds that a check may take.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>For health: number of failed checks in a row after which the child is restarted.</summary>
    public int? Failures { get; init; }
}
