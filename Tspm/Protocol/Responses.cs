using System.Text.Json.Serialization;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Protocol;

// One response type per verb: a class, or a record where a modified copy is needed (see Requests).

internal sealed class HelloResponse
{
    public required string Version { get; init; }
    public required int ProtocolVersion { get; init; }
    public required int OldestProtocolVersion { get; init; }
    /// <summary>
    /// The pid of the daemon, by which a client notices that another daemon answers. Missing before protocol 2.
    /// </summary>
    public int? Pid { get; init; }
}

internal sealed class PingResponse
{
    public required int Pid { get; init; }
    public required string Version { get; init; }
}

/// <summary>The state of the daemon; <c>status --json</c> prints this object.</summary>
internal sealed record StatusResponse
{
    public required bool Running { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public int? Pid { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public int? GuardianPid { get; init; }
    public required string Version { get; init; }
    public required int ProtocolVersion { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? UptimeMs { get; init; }
    public required string SocketPath { get; init; }
    public required string Home { get; init; }
    /// <summary>Memory of guardian and daemon together (Pss).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? MemoryBytes { get; init; }
    /// <summary>Number of instances in each state.</summary>
    public required IReadOnlyDictionary<string, int> Processes { get; init; }
    public required ServiceStatus Service { get; init; }
    /// <summary>Sentences about problems that a person should look at.</summary>
    public required IReadOnlyList<string> Troubles { get; init; }
    /// <summary>Why the last upgrade was rolled back; missing if there was none or it succeeded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? UpgradeProblem { get; init; }
    /// <summary>
    /// Unexpected deaths of daemons under this guardian. Null from an older daemon, or if no daemon answers and no note
    /// of the guardian exists.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DaemonDeaths? DaemonDeaths { get; init; }
    /// <summary>
    /// The limits of the control socket, which <c>limits</c> of settings.json can change. Missing before protocol 2;
    /// null without a daemon.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public IReadOnlyDictionary<string, int>? Limits { get; init; }
    /// <summary>Counters of the control socket since this daemon started.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, long>? Counters { get; init; }
}

internal sealed class MetricsResponse
{
    /// <summary>The metrics in the requested format; OpenMetrics with its final <c># EOF</c>.</summary>
    public required string Text { get; init; }
}

/// <summary>The boot service.</summary>
internal sealed class ServiceStatus
{
    /// <summary>"systemd", "launchd" or "none".</summary>
    public required string Kind { get; init; }
    /// <summary>
    /// Whether the service belongs to this home and starts with the machine, or with the first command.
    /// </summary>
    public required bool Enabled { get; init; }
    /// <summary>Whether the running daemon belongs to the service.</summary>
    public required bool Active { get; init; }
    /// <summary>When the guardian, the main process of the service, was started.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>The unit file.</summary>
    public string? UnitPath { get; init; }
    /// <summary>
    /// Whether a user service runs without a session (linger); null if it is not a user service or this is not known.
    /// </summary>
    public bool? Linger { get; init; }
    /// <summary>What is wrong with the service, and what to do; null if nothing is.</summary>
    public string? Hint { get; init; }
}

[JsonConverter(typeof(ListResponseConverter))]
internal sealed class ListResponse
{
    public required IReadOnlyList<ProcessStatus> Processes { get; init; }

    /// <summary>The deaths of the daemon, if it died unexpectedly within the last 24 hours; else null.</summary>
    public DaemonDeaths? DaemonDeaths { get; init; }
}

internal sealed class SearchResponse
{
    public required IReadOnlyList<ProcessStatus> Processes { get; init; }
}

internal sealed class DescribeResponse
{
    /// <summary>One entry per instance.</summary>
    public required IReadOnlyList<ProcessDescription> Processes { get; init; }
}

/// <summary>Everything that <c>describe</c> shows of one instance.</summary>
internal sealed record ProcessDescription
{
    public required ProcessStatus Status { get; init; }
    public required ProcessConfig Config { get; init; }
    public required IReadOnlyList<TreeMember> Tree { get; init; }
    /// <summary>The exits of recent children, newest first.</summary>
    public required IReadOnlyList<RecentExit> RecentExits { get; init; }
    public required IReadOnlyList<string> Listen { get; init; }
    /// <summary>The status that the child reported about itself (STATUS= of man 3 sd_notify).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? StatusText { get; init; }
    /// <summary>Why the child is not ready, or not healthy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? ProbeProblem { get; init; }
    /// <summary>Why the answer that made the child ready may not have come from the child.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? ReadyNote { get; init; }
    /// <summary>Fields that have changed since the child was started; they take effect at the next start.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<string>? Pending { get; init; }
    /// <summary>Why some files cannot be watched.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? WatchProblem { get; init; }
    /// <summary>
    /// Changes since the last run that stayed up; missing if they were not requested or there is no such run.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public RunChanges? Changes { get; init; }
}

/// <summary>One process of the tree below a child; the child itself comes first.</summary>
internal sealed class TreeMember
{
    public required int Pid { get; init; }
    public required int ParentPid { get; init; }
    public required string Command { get; init; }
    /// <summary>CPU usage as of the last reading of the tree, in percent of one CPU.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public double? CpuPercent { get; init; }
    /// <summary>Its share of the memory of the tree (Pss).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? MemoryBytes { get; init; }
}

internal sealed class EnvResponse
{
    public required IReadOnlyList<ProcessEnvironment> Processes { get; init; }
}

/// <summary>The environment that the next child of an instance gets.</summary>
internal sealed class ProcessEnvironment
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required int Instance { get; init; }
    public required IReadOnlyDictionary<string, string> Env { get; init; }
}

/// <summary>The result of a change for one instance.</summary>
internal sealed record ProcessOutcome
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required int Instance { get; init; }
    public required ProcessState State { get; init; }
    public int? Pid { get; init; }
    /// <summary>Why the change failed; null if it succeeded.</summary>
    public string? Error { get; init; }
    /// <summary>Whether there was nothing to do, such as stopping a stopped process.</summary>
    public bool Unchanged { get; init; }
    /// <summary>A warning that processes had to be killed; missing if none had to be.</summary>
    public string? Warning { get; init; }
    /// <summary>The last lines of the log, if the child ended while it was being started.</summary>
    public IReadOnlyList<string>? LastLines { get; init; }
}

internal sealed record StartResponse : ChangeResponse
{
    /// <summary>The id of the first process that was started.</summary>
    public int? ProcessId { get; init; }
}

/// <summary>
/// The answer to <c>apply</c>, with an outcome for each instance that was added, removed or restarted.
/// </summary>
internal sealed record ApplyResponse : ChangeResponse
{
    /// <summary>One step for each process: what was done or, with <c>dryRun</c>, would be done.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }
}

internal sealed record SetResponse : ChangeResponse
{
    /// <summary>Names of processes that keep the old values until their next restart.</summary>
    public IReadOnlyList<string>? RestartNeeded { get; init; }

    /// <summary>
    /// The fields of each of these processes that take effect at the next restart, including those of earlier changes;
    /// null from an older daemon.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Pending { get; init; }
}

/// <summary>The end of a <c>logs</c> stream that does not follow.</summary>
internal sealed class LogsResponse
{
    /// <summary>Number of lines that were sent.</summary>
    public required int Lines { get; init; }
}

/// <summary>The end of an <c>events</c> stream that does not follow.</summary>
internal sealed class EventsResponse
{
    /// <summary>Number of events that were sent.</summary>
    public required int Events { get; init; }
}

/// <summary>
/// One line of a log, without its line break; or, with <see cref="LostBytes"/>, a note that bytes are missing.
/// </summary>
internal sealed record LogLine
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required int Instance { get; init; }
    /// <summary>"out" or "err"; or "event" for an event, described in words.</summary>
    public required string Stream { get; init; }
    /// <summary>
    /// Position in the stream just after this line, counted over all rotated files. It makes gaps and duplicates
    /// visible.
    /// </summary>
    public required long Seq { get; init; }
    /// <summary>When the first byte of the line arrived; null if that is not known.</summary>
    public DateTimeOffset? Time { get; init; }
    /// <summary>The run that wrote the line; null if that is not known.</summary>
    public string? RunId { get; init; }
    /// <summary>The content, if it is valid UTF-8 …</summary>
    public string? Text { get; init; }
    /// <summary>… otherwise the content in base64.</summary>
    public string? Base64 { get; init; }
    /// <summary>Whether the line break has not been written (yet).</summary>
    public bool Partial { get; init; }
    /// <summary>True if the line does not match the pattern, but is close to a line that does.</summary>
    public bool? Context { get; init; }
    /// <summary>Set instead of a line: number of bytes that are missing here.</summary>
    public long? LostBytes { get; init; }
    /// <summary>
    /// Why bytes are missing: "rotated" (removed before they were read) or "diskFull" (never written).
    /// </summary>
    public string? LostBecause { get; init; }
}

/// <summary>Tells a following client that the stream is alive.</summary>
internal sealed class HeartbeatNotice
{
    /// <summary>
    /// The position at which following begins, by <c>ID.INSTANCE.STREAM</c> and as <c>event</c> for events. A client
    /// continues from there if the connection breaks before the first line of a stream has arrived.
    /// </summary>
    public IReadOnlyDictionary<string, long>? Seq { get; init; }
}

internal sealed class ShutdownResponse
{
    /// <summary>Number of processes that were stopped.</summary>
    public required int Stopped { get; init; }
    /// <summary>Warnings about processes that had to be killed; missing if everything ended in time.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }
}

/// <summary>
/// The last answer of the version that is being replaced. The new version answers on the next connection.
/// </summary>
internal sealed class UpgradeResponse
{
    /// <summary>The daemon that is being replaced.</summary>
    public required int Pid { get; init; }
    public required string FromVersion { get; init; }
    /// <summary>The version that the executable itself reported.</summary>
    public required string ToVersion { get; init; }
    public required string Binary { get; init; }
    /// <summary>Number of instances whose children keep running.</summary>
    public required int Kept { get; init; }
}
