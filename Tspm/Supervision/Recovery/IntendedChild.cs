using Tspm.Platform;

namespace Tspm.Supervision.Recovery;

/// <summary>What can be found out about the child of a run that was intended and of which no record tells.</summary>
internal readonly record struct IntendedChildFacts
{
    /// <summary>Processes with the mark of the run; null: there are none.</summary>
    public RunTrace? Trace { get; init; }

    /// <summary>A living process holds the output of the run.</summary>
    public bool HasHolder { get; init; }

    /// <summary>The guardian has reaped what must have been its child; null: nothing of the kind.</summary>
    public GuardianRecord? Reaped { get; init; }

    /// <summary>It may have been started and have ended, and nobody saw that.</summary>
    public bool MayHaveEnded { get; init; }
}

/// <summary>Which process was the child of such a run.</summary>
internal enum IntendedChildKind
{
    /// <summary>It was not started.</summary>
    None,

    /// <summary>The process that holds its output.</summary>
    Holder,

    /// <summary>The process with this pid and start time; it may have ended since.</summary>
    Marked,

    /// <summary>The same, and it has ended.</summary>
    Reaped,

    /// <summary>Nobody can know which it was, or whether there was one. It has ended.</summary>
    Unidentified,
}

/// <summary>
/// The answer, from facts alone. The mark of the run is the best proof; a program can get rid of it, and an older
/// version gave none: then who holds the output counts.
/// </summary>
internal readonly record struct IntendedChild(IntendedChildKind Kind, int Pid = 0, long StartTicks = 0)
{
    public static IntendedChild Of(IntendedChildFacts facts)
    {
        // An older process than the one that leads a session now was the child; that one descends from it.
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
