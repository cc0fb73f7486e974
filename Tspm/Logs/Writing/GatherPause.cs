namespace Tspm.Logs.Writing;

/// <summary>
/// How long to let bytes gather before a FIFO is read again. A writer of single lines fills a FIFO slowly; who reads at
/// once moves a line per system call, at ten times the CPU, and keeps taking the pipe's lock from the writer. A writer
/// of large blocks has filled it by then, and must not be kept waiting.
/// </summary>
internal static class GatherPause
{
    /// <summary>
    /// Reads that follow each other faster than this are worth it; after a longer silence whatever comes is taken at
    /// once.
    /// </summary>
    static readonly TimeSpan QuickSuccession = TimeSpan.FromMilliseconds(2);

    /// <summary>In a FIFO of the usual 64 KiB: a fast writer fills it, is seen, and gets a larger one.</summary>
    static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(0.3);

    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(0.1), Longest = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// What should have gathered in a raised FIFO: a quarter of it, so that a writer that gets faster does not meet its
    /// end.
    /// </summary>
    const long GoalBytes = 256 << 10;

    /// <summary>
    /// Reads of so much are not small, in a FIFO of the usual size and in a raised one: half of what fits.
    /// </summary>
    const long LargeBytes = 32 << 10, LargeRaisedBytes = 512 << 10;

    /// <param name="moved">Bytes of the last turn.</param>
    /// <param name="since">Time from the turn before to its end: what the bytes gathered in.</param>
    /// <param name="isRaised">The FIFO holds 1 MiB.</param>
    /// <returns>Zero: none.</returns>
    public static TimeSpan After(long moved, TimeSpan since, bool isRaised)
    {
        if (moved == 0 || since > QuickSuccession || moved >= (isRaised ? LargeRaisedBytes : LargeBytes))
            return TimeSpan.Zero;
        if (!isRaised) return Usual;
        var goal = since * ((double)GoalBytes / moved);
        return goal < Shortest ? Shortest : goal > Longest ? Longest : goal;
    }
}
