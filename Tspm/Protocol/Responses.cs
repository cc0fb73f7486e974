using System.Text.Json.Serialization;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Protocol;

// One response type per verb: a class, or a record where a copy with one change is needed (see Requests).

internal sealed class HelloResponse
{
    public required string Version { get; init; }
    public required int ProtocolVersion { get; init; }
    public required int OldestProtocolVersion { get; init; }
    /// <summary>
    /// Of the daemon: who asks twice sees by it whether it is still the same one. Missing before protocol 2.
    /// </summary>
    public int? Pid { get; init; }
}

internal sealed class PingResponse
{
    public required int Pid { get; init; }
    public required string Version { get; init; }
}

/// <summary>How the daemon is: <c>status --json</c> is this object.</summary>
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
    /// <summary>Of guardian and daemon together (Pss).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? MemoryBytes { get; init; }
    /// <summary>Instances by state.</summary>
    public required IReadOnlyDictionary<string, int> Processes { get; init; }
    public required ServiceStatus Service { get; init; }
    /// <summary>Sentences: what needs a person's eye.</summary>
    public required IReadOnlyList<string> Troubles { get; init; }
    /// <summary>Why the last upgrade was undone; missing: there was none, or it worked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? UpgradeProblem { get; init; }
    /// <summary>
    /// Daemons that died unplanned under this guardian. Null: an older daemon, or none that answers and no note about
    /// one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DaemonDeaths? DaemonDeaths { get; init; }
    /// <summary>
    /// Of the control socket: what <c>limits</c> of settings.json may set. Missing before protocol 2; null without a
    /// daemon.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public IReadOnlyDictionary<string, int>? Limits { get; init; }
    /// <summary>Of the control socket, since this daemon started.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, long>? Counters { get; init; }
}

internal sealed class MetricsResponse
{
    /// <summary>In the format that was asked for; OpenMetrics to its <c># EOF</c>.</summary>
    public required string Text { get; init; }
}

/// <summary>The boot service, if there is one.</summary>
internal sealed class ServiceStatus
{
    /// <summary>"systemd", "launchd" or "none".</summary>
    public required string Kind { get; init; }
    /// <summary>It is this home's, and starts with the machine, or with the first command.</summary>
    public required bool Enabled { get; init; }
    /// <summary>The daemon that runs is the service's.</summary>
    public required bool Active { get; init; }
    /// <summary>When the service's main process, the guardian, began.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>The file that makes it a service.</summary>
    public string? UnitPath { get; init; }
    /// <summary>A user's service lives without a session; null: it is none, or this is not known here.</summary>
    public bool? Linger { get; init; }
    /// <summary>What is not as it should be, and what to do; null: all is well.</summary>
    public string? Hint { get; init; }
}

[JsonConverter(typeof(ListResponseConverter))]
internal sealed class ListResponse
{
    public required IReadOnlyList<ProcessStatus> Processes { get; init; }

    /// <summary>The daemon died unplanned within the last 24 hours; null: it did not.</summary>
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

internal sealed record ProcessDescription
{
    public required ProcessStatus Status { get; init; }
    public required ProcessConfig Config { get; init; }
    public required IReadOnlyList<TreeMember> Tree { get; init; }
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<RecentExit> RecentExits { get; init; }
    public required IReadOnlyList<string> Listen { get; init; }
    /// <summary>What the child said of itself (STATUS= of man 3 sd_notify).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? StatusText { get; init; }
    /// <summary>Why it is not ready, or not healthy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? ProbeProblem { get; init; }
    /// <summary>Why it is not certain that the answer by which it became ready was its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? ReadyNote { get; init; }
    /// <summary>Fields that have changed since the child was started, and take effect at its next start.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<string>? Pending { get; init; }
    /// <summary>Why some of its files cannot be watched.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? WatchProblem { get; init; }
    /// <summary>
    /// What has changed since the last run that stayed up; missing: nobody asked, or there is no such run.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public RunChanges? Changes { get; init; }
}

/// <summary>One process of the tree below a child; the child itself comes first.</summary>
internal sealed class TreeMember
{
    public required int Pid { get; init; }
    public required int ParentPid { get; init; }
    public required string Command { get; init; }
}

internal sealed class EnvResponse
{
    public required IReadOnlyList<ProcessEnvironment> Processes { get; init; }
}

/// <summary>The environment that the next child gets.</summary>
internal sealed class ProcessEnvironment
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required int Instance { get; init; }
    public required IReadOnlyDictionary<string, string> Env { get; init; }
}

internal sealed record ProcessOutcome
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required int Instance { get; init; }
    public required ProcessState State { get; init; }
    public int? Pid { get; init; }
    /// <summary>Null: done.</summary>
    public string? Error { get; init; }
    /// <summary>True when there was nothing to do (stopping what is stopped).</summary>
    public bool Unchanged { get; init; }
    /// <summary>It is done, and something had to be killed for it; missing: nothing had to be.</summary>
    public string? Warning { get; init; }
    /// <summary>The last lines of its log, when it died while being started.</summary>
    public IReadOnlyList<string>? LastLines { get; init; }
}

internal sealed record StartResponse : ChangeResponse
{
    /// <summary>The number of the first process that was started.</summary>
    public int? ProcessId { get; init; }
}

/// <summary>An outcome for each instance that came, went or was restarted.</summary>
internal sealed record ApplyResponse : ChangeResponse
{
    /// <summary>What was done, or with <c>dryRun</c> would be: of every process one.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }
}

internal sealed record SetResponse : ChangeResponse
{
    /// <summary>Names of processes that run with the old values until their next restart.</summary>
    public IReadOnlyList<string>? RestartNeeded { get; init; }

    /// <summary>For each of them the fields that wait, also those of earlier changes; null: an older daemon.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Pending { get; init; }
}

/// <summary>The end of a <c>logs</c> stream that does not follow.</summary>
internal sealed class LogsResponse
{
    public required int Lines { get; init; }
}

/// <summary>The end of an <c>events</c> stream that does not follow.</summary>
internal sealed class EventsResponse
{
    /// <summary>How many were sent.</summary>
    public required int Events { get; init; }
}

/// <summary>
/// One line of a log, without its line break; or, with <see cref="LostBytes"/>, the news that there is a hole.
/// </summary>
internal sealed record LogLine
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required int Instance { get; init; }
    /// <summary>"out" or "err"; "event": no line, but something that happened, in words.</summary>
    public required string Stream { get; init; }
    /// <summary>
    /// Position in the stream just behind this line, over all rotations: gaps and doubles can be seen.
    /// </summary>
    public required long Seq { get; init; }
    /// <summary>When the line began to come; null when not known.</summary>
    public DateTimeOffset? Time { get; init; }
    /// <summary>The run that wrote it, null when not known.</summary>
    public string? RunId { get; init; }
    /// <summary>The bytes as text, when they are valid UTF-8 …</summary>
    public string? Text { get; init; }
    /// <summary>… else the bytes themselves.</summary>
    public string? Base64 { get; init; }
    /// <summary>True when the line's break has not been written (yet).</summary>
    public bool Partial { get; init; }
    /// <summary>True: it does not fit the pattern, but stands near a line that does.</summary>
    public bool? Context { get; init; }
    /// <summary>No line: so many bytes are missing here.</summary>
    public long? LostBytes { get; init; }
    /// <summary>Why: "rotated" (gone before they were read) or "diskFull" (never written).</summary>
    public string? LostBecause { get; init; }
}

/// <summary>A stream that follows lives.</summary>
internal sealed class HeartbeatNotice
{
    /// <summary>
    /// Where following begins, by <c>ID.INSTANCE.STREAM</c>, and as <c>event</c> for the events: to go on from there
    /// when not a line of a stream has come before the connection broke.
    /// </summary>
    public IReadOnlyDictionary<string, long>? Seq { get; init; }
}

internal sealed class ShutdownResponse
{
    /// <summary>Processes that were stopped on the way down.</summary>
    public required int Stopped { get; init; }
    /// <summary>Of each process that needed it, what had to be killed; missing: everything ended in time.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }
}

/// <summary>The last words of the version that leaves: the next connection is answered by the other one.</summary>
internal sealed class UpgradeResponse
{
    /// <summary>The daemon that leaves.</summary>
    public required int Pid { get; init; }
    public required string FromVersion { get; init; }
    /// <summary>As the executable itself said.</summary>
    public required string ToVersion { get; init; }
    public required string Binary { get; init; }
    /// <summary>Instances that have a child, and keep it.</summary>
    public required int Kept { get; init; }
}
