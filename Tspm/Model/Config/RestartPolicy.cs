namespace Tspm.Model.Config;

/// <summary>When a child that ended on its own is started again.</summary>
internal enum RestartMode { Always, OnFailure, Never }

/// <summary>The effective restart policy: <see cref="RestartConfig"/> with its defaults filled in.</summary>
internal sealed record RestartPolicy(
    RestartMode Mode, TimeSpan Delay, TimeSpan MaxDelay, int MaxConsecutive, TimeSpan MinUptime,
    IReadOnlyList<int> StopExitCodes)
{
    /// <summary>
    /// Failed children are restarted after 1 s, 2 s … 10 s; after 10 consecutive failures the process is errored; an
    /// uptime of 10 s clears the count.
    /// </summary>
    public static readonly RestartPolicy Default = new(
        RestartMode.Always, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), 10, TimeSpan.FromSeconds(10), []);

    /// <summary>Whether the process stays stopped after this exit code.</summary>
    public bool IsStopExitCode(int? exitCode) => exitCode is { } code && StopExitCodes.Contains(code);

    /// <summary>The effective restart policy of a process. A job is not restarted by default.</summary>
    public static RestartPolicy From(ProcessConfig config)
    {
        var said = config.Restart;
        var mode = said?.Policy switch
        {
            "never" => RestartMode.Never,
            "on-failure" => RestartMode.OnFailure,
            "always" => RestartMode.Always,
            _ => config.Autorestart == false || config.IsJob ? RestartMode.Never : Default.Mode,
        };
        if (said is null) return Default with { Mode = mode };
        return new RestartPolicy(
            mode,
            Ms(said.DelayMs) ?? Default.Delay,
            Ms(said.MaxDelayMs) ?? Default.MaxDelay,
            said.MaxConsecutive ?? Default.MaxConsecutive,
            Ms(said.MinUptimeMs) ?? Default.MinUptime,
            said.StopExitCodes ?? []);
    }

    static TimeSpan? Ms(int? value) => value is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
