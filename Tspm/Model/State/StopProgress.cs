namespace Tspm.Model.State;

/// <summary>How far stopping a run has progressed, so that the next daemon can continue.</summary>
internal sealed record StopProgress
{
    /// <summary>
    /// When the stop signal was sent, on the clock of <see cref="ChildRecord.StartTicks"/>. 0 if none was sent or the
    /// child ended on its own.
    /// </summary>
    public long SignalSentTicks { get; init; }

    /// <summary>Monotonic time at which all remaining processes are killed.</summary>
    public long DueMonotonicMs { get; init; }

    /// <summary>
    /// Leftover processes that have got the stop signal, which is sent only once; null if there are none.
    /// </summary>
    public IReadOnlyList<SignalledProcess>? Signalled { get; init; }

    /// <summary>Processes that had to be killed so far; null if there are none.</summary>
    public IReadOnlyList<KilledProcess>? Killed { get; init; }
}

/// <summary>A process that has got the stop signal, identified for ever by its pid and its start time.</summary>
internal sealed record SignalledProcess(int Pid, long StartTicks);
