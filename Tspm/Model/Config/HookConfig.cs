namespace Tspm.Model.Config;

/// <summary>
/// Commands that run at certain points in the life of a process, each a command line like <see
/// cref="ProcessConfig.Command"/>. The process waits for the first two; the others are only notified.
/// </summary>
internal sealed record HookConfig
{
    /// <summary>Time after which a hook and every process it started is killed.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Runs before each start. If it fails, the start fails.</summary>
    public string? PreStart { get; init; }

    /// <summary>
    /// Runs when a child and all its leftover processes are gone, before anything else happens to the process.
    /// </summary>
    public string? PostStop { get; init; }

    /// <summary>
    /// Runs when a child failed on its own or had to be stopped. Like the two below, it gets the event as JSON on
    /// standard input.
    /// </summary>
    public string? OnCrash { get; init; }

    /// <summary>Runs when Tspm gives up restarting the process.</summary>
    public string? OnErrored { get; init; }

    /// <summary>Runs when the process comes online.</summary>
    public string? OnOnline { get; init; }

    /// <summary>Time limit of each hook, in milliseconds.</summary>
    public int? TimeoutMs { get; init; }

    /// <summary>The effective time limit.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public TimeSpan Timeout => TimeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : DefaultTimeout;
}
