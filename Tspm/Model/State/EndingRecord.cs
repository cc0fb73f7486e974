namespace Tspm.Model.State;

/// <summary>How far the ending of a run has come: what the next daemon needs in order to go on with it.</summary>
internal sealed record EndingRecord
{
    /// <summary>
    /// When the stop signal was sent, on the clock of <see cref="ChildRecord.StartTicks"/>. 0: it was not, or the child
    /// ended by itself.
    /// </summary>
    public long SignalSentTicks { get; init; }

    /// <summary>Monotonic time at which all that is left is killed.</summary>
    public long DueMonotonicMs { get; init; }

    /// <summary>Leftovers that have got the stop signal: it is sent once. Null: none.</summary>
    public IReadOnlyList<SignalledProcess>? Signalled { get; init; }

    /// <summary>What had to be killed so far; null: nothing.</summary>
    public IReadOnlyList<KilledProcess>? Killed { get; init; }
}

/// <summary>A process that has got the stop signal, named for ever by its pid and its start time.</summary>
internal sealed record SignalledProcess(int Pid, long StartTicks);
