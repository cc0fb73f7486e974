using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>
/// What readers see of one instance: an immutable snapshot, replaced whole by the supervisor at every change.
/// </summary>
internal sealed record ProcessView
{
    public required InstanceKey Key { get; init; }
    public required ProcessDefinition Definition { get; init; }
    public required LifecycleState State { get; init; }
    /// <summary>Its name, with the number of the instance when there are several.</summary>
    public string DisplayName => Definition.Instances > 1 ? $"{Definition.Name}:{Key.Instance}" : Definition.Name;

    /// <summary>Null: no child.</summary>
    public int? Pid { get; init; }
    public long StartTicks { get; init; }
    public ulong RunId { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>What its child was started with; null: what the definition says, or there is no child.</summary>
    public ProcessConfig? StartedWith { get; init; }
    /// <summary>Monotonic time of the next try, when waiting.</summary>
    public TimeSpan? NextStartAtMonotonic { get; init; }
    /// <summary>What the start waits for, in words; null: it does not wait.</summary>
    public string? WaitsFor { get; init; }
    /// <summary>Monotonic time at which a child that is not ready by then is given up; null: there is none.</summary>
    public TimeSpan? StartLimitAtMonotonic { get; init; }
    /// <summary>Monotonic time at which what is being stopped gets SIGKILL; null: it does not, or has got it.</summary>
    public TimeSpan? KillAtMonotonic { get; init; }
    /// <summary>Null: no health probe, or no answer yet.</summary>
    public bool? Health { get; init; }
    /// <summary>Why the last spawn came to nothing; null: it did not.</summary>
    public SpawnFailure? FailedSpawn { get; init; }
    public string? ProbeProblem { get; init; }
    /// <summary>What people should know about the answer by which it became ready; null: nothing.</summary>
    public string? ReadyNote { get; init; }
    public string? StatusText { get; init; }
    /// <summary>Wall clock: the next time of its schedule.</summary>
    public DateTimeOffset? NextRunAt { get; init; }
    /// <summary>Why some of its files cannot be watched.</summary>
    public string? WatchProblem { get; init; }
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<RecentExit> RecentExits { get; init; }
    /// <summary>Addresses on which it is listened for it.</summary>
    public required IReadOnlyList<string> Listen { get; init; }
    public required string OutLog { get; init; }
    public required string ErrLog { get; init; }
}
