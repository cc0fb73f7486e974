using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>The result of a write to a FIFO.</summary>
internal enum FifoWrite
{
    Done,

    /// <summary>The FIFO has too little space, because nobody reads it. A part may have been written.</summary>
    Full,

    /// <summary>The write failed for a reason of the system.</summary>
    Failed,
}

/// <summary>Why a FIFO could not be opened.</summary>
/// <param name="IsMissing">Whether nothing has this name.</param>
/// <param name="Reason">The system's reason.</param>
internal sealed record FifoProblem(bool IsMissing, string Reason);

/// <summary>
/// Writes to a FIFO without ever waiting for its reader (man 7 fifo, O_NONBLOCK), so that a program that does not read
/// delays nobody.
/// </summary>
internal static unsafe class FifoInput
{
    const int Flags = Fcntl.O_WRONLY | Fcntl.O_NONBLOCK;

    /// <summary>
    /// Opens the FIFO; the caller owns the result. If it is not open, <paramref name="problem"/> says why. Fails if
    /// nobody has the FIFO open for reading (ENXIO).
    /// </summary>
    public static Descriptor Open(string path, out FifoProblem? problem)
    {
        var opened = Descriptors.Open(path, Flags);
        problem = opened.IsOpen ? null : new FifoProblem(Errno.Last == Errno.ENOENT, Descriptors.LastProblem);
        return opened;
    }

    /// <summary>
    /// Makes one write (man 2 write); up to PIPE_BUF bytes are written completely or not at all.
    /// </summary>
    /// <param name="fifo">The FIFO, opened by <see cref="Open"/>.</param>
    /// <param name="bytes">The bytes to write.</param>
    /// <param name="problem">The system's reason if the write failed.</param>
    public static FifoWrite Write(int fifo, ReadOnlySpan<byte> bytes, out string? problem)
    {
        nint written;
        fixed (byte* start = bytes) written = Unistd.write(fifo, start, (nuint)bytes.Length);
        problem = null;
        if (written == bytes.Length) return FifoWrite.Done;
        if (written >= 0 || Errno.Last == Errno.EAGAIN) return FifoWrite.Full;
        problem = Descriptors.LastProblem;
        return FifoWrite.Failed;
    }
}
