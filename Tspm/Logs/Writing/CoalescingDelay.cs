namespace Tspm.Logs.Writing;

/// <summary>
/// How long to let bytes accumulate before a FIFO is read again. A writer of single lines fills a FIFO slowly: reading
/// at once would move one line per system call, at ten times the CPU, and would compete with the writer for the pipe's
/// lock. A writer of large blocks has filled the FIFO meanwhile, and must not wait.
/// </summary>
internal static class CoalescingDelay
{
    /// <summary>
    /// Only reads that follow each other faster than this are delayed; after a longer silence, the next bytes are read
    /// at once.
    /// </summary>
    static readonly TimeSpan QuickSuccession = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// For a FIFO of the default 64 KiB: short enough that a fast writer just fills it, and then gets a larger one.
    /// </summary>
    static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(0.3);

    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(0.1), Longest = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Number of bytes that should accumulate in an enlarged FIFO: a quarter of its capacity, so that a writer that
    /// becomes faster does not fill it.
    /// </summary>
    const long GoalBytes = 256 << 10;

    /// <summary>
    /// Reads of this size, half the capacity of a default and of an enlarged FIFO, are large and not delayed.
    /// </summary>
    const long LargeBytes = 32 << 10, LargeRaisedBytes = 512 << 10;

    /// <summary>The delay after a turn of a stream.</summary>
    /// <param name="moved">Bytes moved in that turn.</param>
    /// <param name="since">Time in which they accumulated: from the end of the turn before to the end of this
    /// one.</param>
    /// <param name="isRaised">Whether the FIFO was enlarged to 1 MiB.</param>
    /// <returns>Zero for no delay.</returns>
    public static TimeSpan After(long moved, TimeSpan since, bool isRaised)
    {
        var large = isRaised ? LargeRaisedBytes : LargeBytes;
        if (moved == 0 || since > QuickSuccession || moved >= large) return TimeSpan.Zero;
        if (!isRaised) return Usual;
        var goal = since * ((double)GoalBytes / moved);
        if (goal < Shortest) return Shortest;
        return goal > Longest ? Longest : goal;
    }
}
