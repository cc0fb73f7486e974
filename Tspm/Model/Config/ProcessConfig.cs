using System.Text.Json.Serialization;

namespace Tspm.Model.Config;

/// <summary>
/// The config of one process, as the user wrote it. Every member but the command is optional; null means the default,
/// so that a saved config holds only what the user set. The effective values come from types such as <see
/// cref="RestartPolicy"/>, <see cref="StopPolicy"/> and <see cref="LogPolicy"/>. The names in JSON (camelCase) are part
/// of the interface; durations are milliseconds (<c>…Ms</c>), sizes are bytes (<c>…Bytes</c>).
/// </summary>
internal sealed record ProcessConfig
{
    /// <summary>The number of an existing process. The daemon gives a new process its number.</summary>
    public int? Id { get; init; }

    /// <summary>1–64 bytes of UTF-8; see <see cref="ProcessName"/>.</summary>
    public string? Name { get; init; }

    /// <summary>The id of the process in the older Tspm, which remains a selector. Only a migration sets it.</summary>
    public string? LegacyId { get; init; }

    /// <summary>The group that the process belongs to, for selectors; "default" if null.</summary>
    public string? Namespace { get; init; }

    /// <summary>
    /// The working directory, an absolute path. For a process defined from the shell, the client's working directory.
    /// </summary>
    public string? ProjectDir { get; init; }

    /// <summary>With <see cref="Args"/>, the program. Without, a command line; see <c>Config/LaunchPlan</c>.</summary>
    public string? Command { get; init; }

    /// <summary>The arguments, taken literally.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>
    /// Environment variables. They override <see cref="EnvFile"/>, which overrides the client's environment.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>A dotenv file that is read at every start; relative to <see cref="ProjectDir"/>.</summary>
    public string? EnvFile { get; init; }

    /// <summary>A program that runs the command, with arguments of its own, or "none".</summary>
    public string? Interpreter { get; init; }

    /// <summary>Maximum number of instances of a process.</summary>
    public const int MaxInstances = 1000;

    /// <summary>The number of instances; in JSON also <c>"max"</c>, see <see cref="InstanceCount"/>.</summary>
    [JsonConverter(typeof(InstanceCount))]
    public int? Instances { get; init; }

    /// <summary>The user to run as: a name or a number. For root only.</summary>
    public string? User { get; init; }

    /// <summary>The group to run as: a name or a number. For root only.</summary>
    public string? Group { get; init; }

    /// <summary>Octal, such as "027".</summary>
    public string? Umask { get; init; }

    /// <summary>-20 … 19.</summary>
    public int? Nice { get; init; }

    /// <summary>-1000 … 1000.</summary>
    public int? OomScoreAdjust { get; init; }

    /// <summary>Resource limits of the child.</summary>
    public ResourceLimits? Limits { get; init; }

    /// <summary>Memory limit of the whole process tree, in bytes.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>How often the memory of the tree is measured, in milliseconds.</summary>
    public int? MonitorIntervalMs { get; init; }

    /// <summary>Number of lines that <c>logs</c> shows by default.</summary>
    public int? LogBufferSize { get; init; }

    /// <summary>
    /// The older form of a restart policy: false means <c>never</c>. <see cref="Restart"/> takes precedence.
    /// </summary>
    public bool? Autorestart { get; init; }

    /// <summary>Whether the process is restarted when its files change.</summary>
    public bool? Watch { get; init; }

    /// <summary>
    /// Files, folders with everything below them, or patterns; relative to <see cref="ProjectDir"/>, which is watched
    /// if the list is empty. Has no effect unless <see cref="Watch"/> is set.
    /// </summary>
    public IReadOnlyList<string>? WatchPaths { get; init; }

    /// <summary>Patterns of files that are not watched; see <see cref="Text.PathPattern"/>.</summary>
    public IReadOnlyList<string>? WatchIgnore { get; init; }

    /// <summary>Milliseconds without another change after which the process is restarted.</summary>
    public int? WatchDelayMs { get; init; }

    /// <summary>Times at which the process is restarted or, if it is a job, started.</summary>
    public ScheduleConfig? Schedule { get; init; }

    /// <summary>What happens when the child ends on its own.</summary>
    public RestartConfig? Restart { get; init; }

    /// <summary>How the child is stopped.</summary>
    public StopConfig? Stop { get; init; }

    /// <summary>The check after which the process is online; without one it is online as soon as it runs.</summary>
    public Probe? Ready { get; init; }

    /// <summary>A check that is repeated while the process is online; failures restart it.</summary>
    public Probe? Health { get; init; }

    /// <summary>Milliseconds within which <see cref="Ready"/> must succeed.</summary>
    public int? StartTimeoutMs { get; init; }

    /// <summary>"null" (the default: /dev/null) or "pipe" (<c>send</c> writes lines to it).</summary>
    public string? Stdin { get; init; }

    /// <summary>Processes that must be started, ready or completed before this one is started.</summary>
    public IReadOnlyList<Dependency>? DependsOn { get; init; }

    /// <summary>
    /// Addresses that the daemon listens on; the child gets the sockets. See <see cref="ListenAddress"/>.
    /// </summary>
    public IReadOnlyList<string>? Listen { get; init; }

    /// <summary>How <c>reload</c> works.</summary>
    public ReloadConfig? Reload { get; init; }

    /// <summary>How the output is kept.</summary>
    public LogConfig? Log { get; init; }

    /// <summary>
    /// The file for standard output, instead of <c>logs/NAME.out.log</c>; relative to <see cref="ProjectDir"/>.
    /// </summary>
    public string? OutFile { get; init; }

    /// <summary>
    /// The file for standard error, instead of <c>logs/NAME.err.log</c>; relative to <see cref="ProjectDir"/>.
    /// </summary>
    public string? ErrFile { get; init; }

    /// <summary>Whether standard error goes to the file of standard output.</summary>
    public bool? MergeLogs { get; init; }

    /// <summary>Commands that run at certain points in the life of the process.</summary>
    public HookConfig? Hooks { get; init; }

    /// <summary>False if neither <c>all</c> nor a boot starts the process.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Whether the process is a job: it is started by its schedule and ends on its own.</summary>
    [JsonIgnore]
    public bool IsJob => Schedule?.Action == ScheduleConfig.Start;

    /// <summary>The name, or an empty text. After validation every definition has a name.</summary>
    [JsonIgnore]
    public string NameOrEmpty => Name ?? "";
}
