using Tspm.Platform.Linux.Native;

namespace Tspm.Logs;

/// <summary>A nameless pipe of the pump's own, for what tee(2) shows of a FIFO. Its ends never wait.</summary>
internal sealed unsafe class ScratchPipe : IDisposable
{
    ScratchPipe(int readEnd, int writeEnd) => (ReadEnd, WriteEnd) = (readEnd, writeEnd);

    public int ReadEnd { get; }

    public int WriteEnd { get; }

    /// <param name="capacity">In bytes; a user whose budget is used up (man 7 pipe) gets less.</param>
    /// <param name="errno">Why there is none (no descriptors).</param>
    public static ScratchPipe? Make(int capacity, out int errno)
    {
        var ends = stackalloc int[2];
        errno = Unistd.pipe2(ends, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK) != 0 ? Errno.Last : 0;
        if (errno != 0) return null;
        _ = Fcntl.fcntl(ends[0], Fcntl.F_SETPIPE_SZ, capacity);
        return new ScratchPipe(ends[0], ends[1]);
    }

    /// <summary>Bytes that lie unread in a pipe or FIFO; -1: it cannot be told.</summary>
    public static int Waiting(int pipe)
    {
        int waiting;
        return SysIoctl.ioctl(pipe, SysIoctl.FIONREAD, &waiting) == 0 ? waiting : -1;
    }

    public void Dispose()
    {
        _ = Unistd.close(ReadEnd);
        _ = Unistd.close(WriteEnd);
    }
}
