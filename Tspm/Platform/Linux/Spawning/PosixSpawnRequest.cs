namespace Tspm.Platform.Linux.Spawning;

/// <summary>Describes one call of posix_spawn, see <see cref="PosixSpawner"/>.</summary>
internal sealed class PosixSpawnRequest
{
    /// <summary>The path of the executable; PATH is not searched.</summary>
    public required string Path { get; init; }

    /// <summary>argv, including argv[0].</summary>
    public required IReadOnlyCollection<string> Arguments { get; init; }

    /// <summary>The complete environment of the child; null for that of this process.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The working directory of the child; null for that of the calling thread.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// The descriptors of the child, which are created in this order. The child also inherits every descriptor of the
    /// calling thread that is not close-on-exec.
    /// </summary>
    public IReadOnlyList<ChildDescriptor> Descriptors { get; init; } = [];

    public ChildLeads Leads { get; init; }

    /// <summary>
    /// Whether all signals are unblocked and get their default dispositions. Otherwise blocked and ignored signals stay
    /// so (man 7 signal); the runtime ignores SIGPIPE.
    /// </summary>
    public bool ResetsSignals { get; init; }
}

/// <summary>Whether the child leads a session or process group from its first instant.</summary>
internal enum ChildLeads
{
    /// <summary>The child stays in the group and session of its parent.</summary>
    Nothing,

    /// <summary>The child leads a new process group.</summary>
    Group,

    /// <summary>The child leads a new session and process group, without a terminal.</summary>
    Session,
}
