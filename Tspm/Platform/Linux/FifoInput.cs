using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>What came of a line for a FIFO.</summary>
internal enum FifoWrite
{
    Done,

    /// <summary>Nobody reads, and there is no room for all of it. A part may have been written.</summary>
    Full,

    /// <summary>The system's reason is in the words.</summary>
    Failed,
}

/// <param name="IsMissing">Nothing has this name.</param>
/// <param name="Reason">The system's words.</param>
internal sealed record FifoProblem(bool IsMissing, string Reason);

/// <summary>
/// Writes into a FIFO without ever waiting for its reader (man 7 fifo, O_NONBLOCK): a program that does not read holds
/// nobody up.
/// </summary>
internal static unsafe class FifoInput
{
    const int Flags = Fcntl.O_WRONLY | Fcntl.O_NONBLOCK;

    /// <summary>The caller's. Not open: <paramref name="problem"/> says why; also when nobody has it open to read
    /// (ENXIO).</summary>
    public static Descriptor Open(string path, out FifoProblem? problem)
    {
        var opened = Descriptors.Open(path, Flags);
        problem = opened.IsOpen ? null : new FifoProblem(Errno.Last == Errno.ENOENT, Descriptors.LastProblem);
        return opened;
    }

    /// <summary>One write (man 2 write): up to PIPE_BUF bytes go as a whole or not at all.</summary>
    /// <param name="fifo">Opened by <see cref="Open"/>.</param>
    /// <param name="bytes">What.</param>
    /// <param name="problem">The system's words when it has failed.</param>
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
