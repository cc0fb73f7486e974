namespace Tspm.Platform.Linux.Spawning;

/// <summary>What one call of posix_spawn is to start, see <see cref="PosixSpawner"/>.</summary>
internal sealed class PosixSpawnRequest
{
    /// <summary>The executable itself; it is not looked up.</summary>
    public required string Path { get; init; }

    /// <summary>argv, including argv[0].</summary>
    public required IReadOnlyCollection<string> Arguments { get; init; }

    /// <summary>The whole environment of the child; null: that of this process.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Null: that of the calling thread.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// What the child finds at which number, done in this order. It also inherits every descriptor of the calling
    /// thread that is not close-on-exec.
    /// </summary>
    public IReadOnlyList<ChildDescriptor> Descriptors { get; init; } = [];

    public ChildLeads Leads { get; init; }

    /// <summary>
    /// True: no signal is blocked, and all have their default effect. False: blocked and ignored signals stay so (man 7
    /// signal); the runtime ignores SIGPIPE.
    /// </summary>
    public bool ResetsSignals { get; init; }
}

/// <summary>What the child leads from its first instant.</summary>
internal enum ChildLeads
{
    /// <summary>Nothing: it stays in the group and session of its parent.</summary>
    Nothing,

    /// <summary>A process group of its own.</summary>
    Group,

    /// <summary>A session of its own, which is a group as well and has no terminal.</summary>
    Session,
}
