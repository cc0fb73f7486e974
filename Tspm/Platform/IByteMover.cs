namespace Tspm.Platform;

/// <summary>
/// Moves a child's bytes from its FIFO to a file at an explicit offset, so that after a crash the file's own size says
/// where to go on. One mover belongs to one FIFO: some kinds remember bytes they have read and could not write.
/// </summary>
internal interface IByteMover
{
    /// <summary>For what is no regular file: wherever it stands.</summary>
    const long NoOffset = -1;

    /// <summary>Bytes taken from the FIFO that are not in the file yet: they go first.</summary>
    int Held { get; }

    /// <summary>
    /// Moves at most <paramref name="max"/> bytes without waiting for more. Returns how many are in the file now; 0:
    /// nothing is left and nobody has the FIFO open for writing; -1: <paramref name="errno"/> says why (EAGAIN: nothing
    /// there now; ENOSPC: nothing is lost, try again later).
    /// </summary>
    /// <remarks>Offset <see cref="NoOffset"/>: the target has no positions (a pipe, a terminal).</remarks>
    long Move(int fromFifo, int toFile, long offset, int max, out int errno);
}
