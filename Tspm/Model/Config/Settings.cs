namespace Tspm.Model.Config;

/// <summary><c>settings.json</c>: settings of the daemon as a whole; all optional.</summary>
internal sealed record Settings
{
    /// <summary>
    /// What all logs together may take, rotated ones and indexes included; beyond it the oldest rotated files are
    /// removed. Null or 0: no limit.
    /// </summary>
    public long? LogsTotalMaxBytes { get; init; }

    /// <summary>
    /// "auto" (the default): each process gets a cgroup of its own where the daemon was given one to divide. "off":
    /// never. A folder of the cgroup file system: below that one.
    /// </summary>
    public string? Cgroup { get; init; }

    /// <summary>
    /// Of the control socket, see <see cref="SocketLimits"/>; those that are missing have their defaults.
    /// </summary>
    public IReadOnlyDictionary<string, int>? Limits { get; init; }

    /// <summary>
    /// Short names of other machines for <c>-H</c>: <c>{"prod": "ssh://deploy@shop.example:2222"}</c>. The client's
    /// own.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Hosts { get; init; }
}
