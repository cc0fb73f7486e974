using Tspm.Platform;

namespace Tspm.Supervision.Recovery;

/// <summary>What is known about the child of a run that was intended but never recorded.</summary>
internal readonly record struct IntendedChildFacts
{
    /// <summary>The processes that carry the run's mark; null if there are none.</summary>
    public RunTrace? Trace { get; init; }

    /// <summary>A living process holds the run's output.</summary>
    public bool HasHolder { get; init; }

    /// <summary>The guardian's record of the process that must have been the child; null if there is none.</summary>
    public GuardianRecord? Reaped { get; init; }

    /// <summary>The child may have been started and have ended unseen.</summary>
    public bool MayHaveEnded { get; init; }
}

/// <summary>Which process was the child of such a run.</summary>
internal enum IntendedChildKind
{
    /// <summary>It was not started.</summary>
    None,

    /// <summary>The process that holds the run's output.</summary>
    Holder,

    /// <summary>The process with this pid and start time; it may have ended since.</summary>
    Marked,

    /// <summary>The process with this pid and start time, which has ended.</summary>
    Reaped,

    /// <summary>It has ended, and nobody can know which process it was, or whether there was one.</summary>
    Unidentified,
}

/// <summary>
/// Identifies the child from known facts alone. The run's mark is the best evidence. A program can drop the mark, and
/// older versions set none; then the process that holds the output counts.
/// </summary>
internal readonly record struct IntendedChild(IntendedChildKind Kind, int Pid = 0, long StartTicks = 0)
{
    public static IntendedChild From(IntendedChildFacts facts)
    {
        // If an older process led the session before the current leader, that one was the child and the leader is its
        // descendant.
        if (facts.Trace is { LeaderPid: > 0 and var pid, StartTicks: var ticks }
            && facts.Reaped?.IsOlderThan(pid, ticks) != true)
            return new IntendedChild(IntendedChildKind.Marked, pid, ticks);
        if (facts.Reaped is { } reaped)
            return new IntendedChild(IntendedChildKind.Reaped, reaped.Pid, reaped.StartTicks);
        if (facts.HasHolder) return new IntendedChild(IntendedChildKind.Holder);
        return new IntendedChild(facts.Trace is not null || facts.MayHaveEnded
            ? IntendedChildKind.Unidentified : IntendedChildKind.None);
    }
}
