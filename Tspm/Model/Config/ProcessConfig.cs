using System.Text.Json.Serialization;

namespace Tspm.Model.Config;

/// <summary>
/// What a user says about one process. Every member but the command is optional; null means "the default", so that a
/// saved config holds only what was said. Defaults are applied where a value is used.
/// The names in JSON are the contract's (camelCase), durations are milliseconds (<c>…Ms</c>), sizes bytes
/// (<c>…Bytes</c>).
/// </summary>
internal sealed record ProcessConfig
{
    /// <summary>The number of an existing config; a new definition gets its number from the daemon.</summary>
    public int? Id { get; init; }

    /// <summary>1–64 bytes of UTF-8, see <see cref="ProcessName"/>.</summary>
    public string? Name { get; init; }

    /// <summary>What the older Tspm called it: still a selector. Only a migration sets it.</summary>
    public string? LegacyId { get; init; }

    public string? Namespace { get; init; }

    /// <summary>Working directory, absolute. The client's own when a process is defined from the shell.</summary>
    public string? ProjectDir { get; init; }

    /// <summary>With <see cref="Args"/>: the program. Without: a command line, see <c>Config/LaunchPlan</c>.</summary>
    public string? Command { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Overlaid on the environment that the client had, after <see cref="EnvFile"/>.</summary>
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>A dotenv file, read at every start; relative to <see cref="ProjectDir"/>.</summary>
    public string? EnvFile { get; init; }

    /// <summary>Program that is put before the command, or "none".</summary>
    public string? Interpreter { get; init; }

    /// <summary>In JSON also <c>"max"</c>, see <see cref="InstanceCount"/>.</summary>
    [JsonConverter(typeof(InstanceCount))]
    public int? Instances { get; init; }

    /// <summary>User to run as: a name or a number. Root only.</summary>
    public string? User { get; init; }

    /// <summary>Group to run as: a name or a number. Root only.</summary>
    public string? Group { get; init; }

    /// <summary>Octal, such as "027".</summary>
    public string? Umask { get; init; }

    /// <summary>-20 … 19.</summary>
    public int? Nice { get; init; }

    /// <summary>-1000 … 1000.</summary>
    public int? OomScoreAdjust { get; init; }

    public ResourceLimits? Limits { get; init; }

    /// <summary>Limit of the whole process tree, in bytes.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>How often a limit is looked at.</summary>
    public int? MonitorIntervalMs { get; init; }

    /// <summary>Lines that <c>logs</c> shows when it is not told how many.</summary>
    public int? LogBufferSize { get; init; }

    /// <summary>The old name of a restart policy: false is <c>never</c>. <see cref="Restart"/> wins.</summary>
    public bool? Autorestart { get; init; }

    /// <summary>Restarted when its files change.</summary>
    public bool? Watch { get; init; }

    /// <summary>
    /// Files, folders with all below them, or patterns; relative to <see cref="ProjectDir"/>, which is meant when there
    /// are none. Without effect while <see cref="Watch"/> is not set.
    /// </summary>
    public IReadOnlyList<string>? WatchPaths { get; init; }

    /// <summary>What does not count, see <see cref="Text.PathPattern"/>.</summary>
    public IReadOnlyList<string>? WatchIgnore { get; init; }

    /// <summary>How long the files must have been left alone.</summary>
    public int? WatchDelayMs { get; init; }

    /// <summary>Restarted, or as a job started, at certain times.</summary>
    public ScheduleConfig? Schedule { get; init; }

    public RestartConfig? Restart { get; init; }

    public StopConfig? Stop { get; init; }

    /// <summary>When it counts as started; without it as soon as it runs.</summary>
    public Probe? Ready { get; init; }

    /// <summary>Asked again and again while it is online; bad answers restart it.</summary>
    public Probe? Health { get; init; }

    /// <summary>How long it may take until <see cref="Ready"/> is fulfilled.</summary>
    public int? StartTimeoutMs { get; init; }

    /// <summary>"null" (the default: /dev/null) or "pipe" (lines come by <c>send</c>).</summary>
    public string? Stdin { get; init; }

    /// <summary>Processes that have to be there before it is started.</summary>
    public IReadOnlyList<Dependency>? DependsOn { get; init; }

    /// <summary>Addresses that the daemon listens on and passes on, see <see cref="ListenAddress"/>.</summary>
    public IReadOnlyList<string>? Listen { get; init; }

    /// <summary>What <c>reload</c> does.</summary>
    public ReloadConfig? Reload { get; init; }

    public LogConfig? Log { get; init; }

    /// <summary>
    /// Where standard output goes instead of <c>logs/NAME.out.log</c>; relative to <see cref="ProjectDir"/>.
    /// </summary>
    public string? OutFile { get; init; }

    /// <summary>
    /// Where standard error goes instead of <c>logs/NAME.err.log</c>; relative to <see cref="ProjectDir"/>.
    /// </summary>
    public string? ErrFile { get; init; }

    /// <summary>Standard error goes into the file of standard output.</summary>
    public bool? MergeLogs { get; init; }

    public HookConfig? Hooks { get; init; }

    /// <summary>False: never started by <c>all</c> or at boot.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Runs at the times of its schedule and ends by itself.</summary>
    [JsonIgnore]
    public bool IsJob => Schedule?.Action == ScheduleConfig.Start;

    /// <summary>The name once it is known that there is one (after validation every definition has one).</summary>
    [JsonIgnore]
    public string NameOrEmpty => Name ?? "";
}
