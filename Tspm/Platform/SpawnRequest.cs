using Tspm.Model.Config;
using Tspm.Model.Selecting;

namespace Tspm.Platform;

/// <summary>
/// Describes a child to be started. Everything is resolved, so nothing is taken from the daemon's own environment. The
/// child gets its own session and process group, an empty signal mask, default signal dispositions, and no descriptors
/// except 0, 1, 2 and the listeners.
/// </summary>
internal sealed record SpawnRequest
{
    /// <summary>
    /// The program as the user wrote it. Without a slash it is searched in the PATH of <see cref="Environment"/>;
    /// otherwise it is relative to <see cref="WorkingDirectory"/>.
    /// </summary>
    public required string Program { get; init; }

    /// <summary>argv, including argv[0].</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The complete environment of the child.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>The FIFO for standard input, opened for reading and writing; null for /dev/null.</summary>
    public string? StdinPath { get; init; }

    /// <summary>
    /// The FIFOs for standard output and error; the child has them open for reading and writing.
    /// </summary>
    public required string StdoutPath { get; init; }

    public required string StderrPath { get; init; }

    /// <summary>
    /// Umask, priorities, processors and soft limits that the child has from its first instant; null for the defaults
    /// of <see cref="LaunchContext"/>.
    /// </summary>
    public LaunchContext? Launch { get; init; }

    /// <summary>
    /// The soft limit of open descriptors if <see cref="Launch"/> has none; null for the limit that the daemon was
    /// started with.
    /// </summary>
    public long? OpenFilesLimit { get; init; }

    /// <summary>
    /// False if the child leads only a process group. The guardian recognises the runs of processes by the session that
    /// they lead.
    /// </summary>
    public bool LeadsSession { get; init; } = true;

    /// <summary>The mark that the child and all its descendants carry, see <see cref="RunMark"/>.</summary>
    public ulong RunMark { get; init; }

    /// <summary>
    /// The id and instance for which the child gets its own cgroup, where that is possible; null for no own cgroup.
    /// </summary>
    public InstanceKey? Cgroup { get; init; }

    /// <summary>
    /// The limit on listening sockets. Descriptors that are duplicated to the child's numbers are above this range.
    /// </summary>
    public const int MaxListeners = 32;

    /// <summary>
    /// Listening sockets that the child gets as its descriptors 3, 4, … Their numbers here are above
    /// <see cref="MaxListeners"/>. If there are any, <see cref="SetUp"/> must be set.
    /// </summary>
    public IReadOnlyList<int> Listeners { get; init; } = [];

    /// <summary>Settings for the set-up mode; null if the child is spawned directly.</summary>
    public SetUp? SetUp { get; init; }
}

/// <summary>
/// Settings that posix_spawn cannot apply. The hidden set-up mode of this executable applies them between fork and
/// exec.
/// </summary>
internal sealed record SetUp
{
    public string? User { get; init; }
    public string? Group { get; init; }
    public string? Umask { get; init; }
    public int? Nice { get; init; }
    public int? OomScoreAdjust { get; init; }
    public ResourceLimits? Limits { get; init; }

    /// <summary>The folder of the cgroup to join; null for the parent's cgroup.</summary>
    public string? Cgroup { get; init; }

    /// <summary>
    /// The names of variables, separated by commas, that must contain the child's own pid. Only the child itself knows
    /// the pid before the program starts.
    /// </summary>
    public string? PidVariables { get; init; }
}
