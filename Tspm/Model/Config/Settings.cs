namespace Tspm.Model.Config;

/// <summary><c>settings.json</c>: settings of the whole daemon, all optional.</summary>
internal sealed record Settings
{
    /// <summary>
    /// Size limit of all logs together, including rotated files and indexes. Above it, the oldest rotated files are
    /// removed. Null or 0 means no limit.
    /// </summary>
    public long? LogsTotalMaxBytes { get; init; }

    /// <summary>
    /// "auto" (the default) gives each process its own cgroup if the daemon may create cgroups; "off" never does. A
    /// folder of the cgroup file system creates them below that folder.
    /// </summary>
    public string? Cgroup { get; init; }

    /// <summary>
    /// Limits of the control socket; missing ones have their defaults. See <see cref="SocketLimits"/>.
    /// </summary>
    public IReadOnlyDictionary<string, int>? Limits { get; init; }

    /// <summary>
    /// Short names of other machines for <c>-H</c>, such as <c>{"prod": "ssh://deploy@shop.example:2222"}</c>. Only the
    /// client reads them.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Hosts { get; init; }

    /// <summary>Settings of <c>tspm monit</c>. Only the client reads them.</summary>
    public MonitSettings? Monit { get; init; }
}

/// <summary>Settings of <c>tspm monit</c>.</summary>
internal sealed record MonitSettings
{
    /// <summary>
    /// Other keys for what the screen does, such as <c>{"restart": "F5", "leave": "q Ctrl-C"}</c>. Several are
    /// separated by spaces.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Keys { get; init; }
}
