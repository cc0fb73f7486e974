using System.Text.Json.Serialization;
using Tspm.Model.State;

namespace Tspm.Protocol;

/// <summary>
/// One entry of <c>list</c>: what is known of one instance, an immutable snapshot. Unknown readings are null.
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
    /// <summary>Times a child was started again, by itself or by request.</summary>
    public int Restarts { get; init; }
    public int ConsecutiveFailures { get; init; }
    /// <summary>Monotonic; null when no child runs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? UptimeMs { get; init; }
    /// <summary>Of the tree, in percent of one CPU, since the last reading.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public double? CpuPercent { get; init; }
    /// <summary>Of the tree (Pss).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? MemoryBytes { get; init; }
    /// <summary>Of the last child that ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public int? ExitCode { get; init; }
    /// <summary>Of the last child that ended, such as "SIGKILL".</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? Signal { get; init; }
    /// <summary>The cause of the last change of state.</summary>
    public required string Reason { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public long? NextStartInMs { get; init; }
    /// <summary>The next time of its schedule, in its time zone; null when it has none that is armed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? NextRunAt { get; init; }
    /// <summary>The end of its last child; null when none has ended yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public LastRun? LastRun { get; init; }
    /// <summary>
    /// What a start, stop or reload that is under way waits for: a probe, a hook or a new child. Null when nothing is
    /// waited for; in the state <c>waiting</c>, <see cref="Reason"/> says it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? WaitsFor { get; init; }
    /// <summary>How long a child that is starting still has to become ready; null: there is no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? StartTimeoutInMs { get; init; }
    /// <summary>The signal that a child which is being stopped has got; null when none is being stopped.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? StopSignal { get; init; }
    /// <summary>How long until what is being stopped gets SIGKILL; null when it does not, or has got it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? KillInMs { get; init; }
    /// <summary>Null while no child runs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public bool? Ready { get; init; }
    /// <summary>What the last look said; null: there is no health probe, or it has not looked yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public bool? Health { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Command { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public IReadOnlyList<string>? Args { get; init; }
    public required string Cwd { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? User { get; init; }
    /// <summary>See <see cref="ProcessDefinition.Project"/>; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)] public string? Project { get; init; }
    public required string OutLog { get; init; }
    public required string ErrLog { get; init; }
}
