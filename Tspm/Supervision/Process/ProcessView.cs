using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>An immutable snapshot of one instance, which the supervisor replaces on every change.</summary>
internal sealed record ProcessView
{
    public required InstanceKey Key { get; init; }
    public required ProcessDefinition Definition { get; init; }
    public required LifecycleState State { get; init; }
    /// <summary>The name, followed by the instance number if there are several instances.</summary>
    public string DisplayName => Definition.Instances > 1 ? $"{Definition.Name}:{Key.Instance}" : Definition.Name;

    /// <summary>Null if there is no child.</summary>
    public int? Pid { get; init; }
    public long StartTicks { get; init; }
    public ulong RunId { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>
    /// The config the child was started with; null if it equals the definition's, or there is no child.
    /// </summary>
    public ProcessConfig? StartedWith { get; init; }
    /// <summary>Monotonic time of the next attempt; null if none is scheduled.</summary>
    public TimeSpan? NextStartAtMonotonic { get; init; }
    /// <summary>What the start is waiting for; null if it is not waiting.</summary>
    public string? WaitsFor { get; init; }
    /// <summary>Monotonic time at which a child that is still not ready is given up; null if there is none.</summary>
    public TimeSpan? StartLimitAtMonotonic { get; init; }
    /// <summary>Monotonic time of the SIGKILL for a child that is being stopped; null if none is scheduled.</summary>
    public TimeSpan? KillAtMonotonic { get; init; }
    /// <summary>Null if there is no health probe or no result yet.</summary>
    public bool? Health { get; init; }
    /// <summary>Why the last spawn failed; null if it did not.</summary>
    public SpawnFailure? FailedSpawn { get; init; }
    public string? ProbeProblem { get; init; }
    /// <summary>A remark about the answer that made it ready; null if there is none.</summary>
    public string? ReadyNote { get; init; }
    public string? StatusText { get; init; }
    /// <summary>Wall-clock time of the next scheduled run.</summary>
    public DateTimeOffset? NextRunAt { get; init; }
    /// <summary>Why some of its files cannot be watched; null if there is no problem.</summary>
    public string? WatchProblem { get; init; }
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<RecentExit> RecentExits { get; init; }
    /// <summary>The addresses on which sockets are open for it.</summary>
    public required IReadOnlyList<string> Listen { get; init; }
    public required string OutLog { get; init; }
    public required string ErrLog { get; init; }
}
