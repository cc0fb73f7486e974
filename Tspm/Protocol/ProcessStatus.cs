using System.Text.Json.Serialization;
using Tspm.Model.State;

namespace Tspm.Protocol;

/// <summary>
/// One entry of <c>list</c>: an immutable snapshot of one instance. Readings that are not known are null.
/// </summary>
internal sealed record ProcessStatus
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string Namespace { get; init; }
    public required int Instance { get; init; }
    public required ProcessState State { get; init; }
    public required DesiredState Desired { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public int? Pid { get; init; }
    /// <summary>Number of restarts, both automatic and requested.</summary>
    public int Restarts { get; init; }
    public int ConsecutiveFailures { get; init; }
    /// <summary>Uptime on the monotonic clock; null if no child is running.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? UptimeMs { get; init; }
    /// <summary>CPU usage of the process tree since the last reading, in percent of one CPU.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public double? CpuPercent { get; init; }
    /// <summary>Memory of the process tree (Pss).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? MemoryBytes { get; init; }
    /// <summary>Exit code of the last child that ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public int? ExitCode { get; init; }
    /// <summary>The signal that ended the last child, such as "SIGKILL".</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? Signal { get; init; }
    /// <summary>The cause of the last change of state.</summary>
    public required string Reason { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? NextStartInMs { get; init; }
    /// <summary>The next time of the schedule, in its time zone; null if no schedule is active.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? NextRunAt { get; init; }
    /// <summary>How the last child ended; null if none has ended yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public LastRun? LastRun { get; init; }
    /// <summary>
    /// What a start, stop or reload in progress is waiting for: a probe, a hook or a new child. Null if it is not
    /// waiting; in the state <c>waiting</c>, see <see cref="Reason"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? WaitsFor { get; init; }
    /// <summary>Milliseconds that a starting child still has to become ready; null if there is no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? StartTimeoutInMs { get; init; }
    /// <summary>The stop signal that was sent to a child; null if none is being stopped.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? StopSignal { get; init; }
    /// <summary>
    /// Milliseconds until the processes that are being stopped are killed; null if they will not be, or already were.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? KillInMs { get; init; }
    /// <summary>Whether the child is ready; null while no child is running.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public bool? Ready { get; init; }
    /// <summary>The result of the last health check; null if there is no health probe or no result yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public bool? Health { get; init; }
    /// <summary>
    /// The TCP ports on which the process tree listens; null if the request did not ask for them, no child is running,
    /// or they are not visible.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<int>? Ports { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Command { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public IReadOnlyList<string>? Args { get; init; }
    public required string Cwd { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? User { get; init; }
    /// <summary>See <see cref="ProcessDefinition.Project"/>; null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? Project { get; init; }
    public required string OutLog { get; init; }
    public required string ErrLog { get; init; }
}
