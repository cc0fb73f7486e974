namespace Tspm.Platform;

/// <summary>
/// Moves the output of a child from its FIFO to a file at an explicit offset, so that after a crash the size of the
/// file says where to continue. Each mover belongs to one FIFO, because some implementations keep bytes that they have
/// read but could not write.
/// </summary>
internal interface IByteMover
{
    /// <summary>The offset for a target that has no positions, such as a pipe or a terminal.</summary>
    const long NoOffset = -1;

    /// <summary>The number of bytes that were read from the FIFO but are not in the file yet; they go first.</summary>
    int Held { get; }

    /// <summary>
    /// Moves at most <paramref name="max"/> bytes without waiting for more.
    /// </summary>
    /// <returns>
    /// The number of bytes written to the file; 0 if the FIFO is empty and nobody has it open for writing; -1 with
    /// <paramref name="errno"/> otherwise (EAGAIN: nothing to read now; ENOSPC: nothing is lost, try again later).
    /// </returns>
    long Move(int fromFifo, int toFile, long offset, int max, out int errno);
}
