namespace Tspm.Model.Config;

/// <summary>
/// One question to a child, and how often it is asked: the value of <c>ready</c> and of <c>health</c> in a config.
/// Exactly one of the first six members is set. The last three belong to <c>health</c>; null means the default.
/// </summary>
internal sealed class Probe
{
    /// <summary>Too many questions in a short time are a load of their own.</summary>
    public const int MinIntervalMs = 100;

    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10),
        DefaultTimeout = TimeSpan.FromSeconds(5), DefaultStartTimeout = TimeSpan.FromSeconds(60);

    public const int DefaultFailures = 3;

    /// <summary>
    /// True: the child says so itself, in systemd's words (man 3 sd_notify): READY=1, or WATCHDOG=1 in time.
    /// </summary>
    public bool? Notify { get; init; }

    /// <summary>HOST:PORT takes connections.</summary>
    public string? Tcp { get; init; }

    /// <summary>A GET of this URL is answered with a status from 200 to 399.</summary>
    public string? Http { get; init; }

    /// <summary>A line that the child prints matches this regular expression.</summary>
    public string? Log { get; init; }

    /// <summary>This command exits with code 0.</summary>
    public string? Exec { get; init; }

    /// <summary>So much time has passed.</summary>
    public int? DelayMs { get; init; }

    /// <summary>Health: how often it is asked; with <see cref="Notify"/>, how long the child may be silent.</summary>
    public int? IntervalMs { get; init; }

    /// <summary>Health: how long an answer may take.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>Health: bad answers in a row until the child is restarted.</summary>
    public int? Failures { get; init; }
}
