namespace Tspm.Model.Config;

/// <summary>
/// Commands that run at turning points of a process, each a command line as <see cref="ProcessConfig.Command"/> is one.
/// The first two stand in its way, the others only get to know.
/// </summary>
internal sealed record HookConfig
{
    /// <summary>How long a hook may take before it is killed with all that it started.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Runs before each start, which fails when it does.</summary>
    public string? PreStart { get; init; }

    /// <summary>
    /// Runs when a child and all that it left behind are gone, before anything else happens to the process.
    /// </summary>
    public string? PostStop { get; init; }

    /// <summary>
    /// Told, as JSON on standard input, that a child ended by itself with a failure or had to be ended.
    /// </summary>
    public string? OnCrash { get; init; }

    /// <summary>Told that the process was given up.</summary>
    public string? OnErrored { get; init; }

    /// <summary>Told that the process is online.</summary>
    public string? OnOnline { get; init; }

    /// <summary>For each of them, in milliseconds.</summary>
    public int? TimeoutMs { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public TimeSpan Timeout => TimeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : DefaultTimeout;
}
