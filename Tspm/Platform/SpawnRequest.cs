using Tspm.Model.Config;
using Tspm.Model.Selecting;

namespace Tspm.Platform;

/// <summary>
/// Everything about a child that is to be started, resolved: nothing is looked up in the daemon's own environment. The
/// child gets its own session and process group, an empty signal mask, default dispositions, and no descriptor but the
/// three and the listeners.
/// </summary>
internal sealed record SpawnRequest
{
    /// <summary>
    /// As the user wrote it: without a slash it is looked up in PATH of <see cref="Environment"/>, else taken relative
    /// to <see cref="WorkingDirectory"/>.
    /// </summary>
    public required string Program { get; init; }

    /// <summary>argv, including argv[0].</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment of the child.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>FIFO to be standard input, opened for reading and writing; null: /dev/null.</summary>
    public string? StdinPath { get; init; }

    /// <summary>
    /// FIFOs that become standard output and error; the child holds them open for reading and writing.
    /// </summary>
    public required string StdoutPath { get; init; }

    public required string StderrPath { get; init; }

    /// <summary>
    /// Umask, priorities, processors and soft limits that it has from its first instant; null: the defaults of
    /// <see cref="LaunchContext"/>.
    /// </summary>
    public LaunchContext? Launch { get; init; }

    /// <summary>
    /// Soft limit of open descriptors where <see cref="Launch"/> names none; null: as the daemon was started with.
    /// </summary>
    public long? OpenFilesLimit { get; init; }

    /// <summary>
    /// False: only a process group of its own. The guardian tells the runs of processes from all else by the session
    /// that they lead.
    /// </summary>
    public bool LeadsSession { get; init; } = true;

    /// <summary>The mark that the child and all its descendants carry, see <see cref="RunMark"/>.</summary>
    public ulong RunMark { get; init; }

    /// <summary>
    /// Number and instance of the process, for a cgroup of its own where there can be one; null: none is wanted.
    /// </summary>
    public InstanceKey? Cgroup { get; init; }

    /// <summary>
    /// More sockets than anybody passes; what is to be duplicated to the child's numbers lies above them.
    /// </summary>
    public const int MaxListeners = 32;

    /// <summary>
    /// Listening sockets that the child gets as its descriptors 3, 4, … Their numbers here are above
    /// <see cref="MaxListeners"/>. Not empty: <see cref="SetUp"/> is set.
    /// </summary>
    public IReadOnlyList<int> Listeners { get; init; } = [];

    /// <summary>Null: none of it, and the child is spawned directly.</summary>
    public SetUp? SetUp { get; init; }
}

/// <summary>
/// What posix_spawn cannot do: done by the hidden set-up mode of this executable, between fork and exec.
/// </summary>
internal sealed record SetUp
{
    public string? User { get; init; }
    public string? Group { get; init; }
    public string? Umask { get; init; }
    public int? Nice { get; init; }
    public int? OomScoreAdjust { get; init; }
    public ResourceLimits? Limits { get; init; }

    /// <summary>Folder of the cgroup to be in; null: the parent's.</summary>
    public string? Cgroup { get; init; }

    /// <summary>
    /// Variables that have to hold the child's own pid, which only the child knows before it is one; with commas
    /// between them.
    /// </summary>
    public string? PidVariables { get; init; }
}
