using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>A nameless pipe of the pump's own, for what tee(2) shows of a FIFO. Its ends never wait.</summary>
internal sealed unsafe class ScratchPipe : IDisposable
{
    readonly Descriptor _readEnd, _writeEnd;

    ScratchPipe(Descriptor readEnd, Descriptor writeEnd) => (_readEnd, _writeEnd) = (readEnd, writeEnd);

    public int ReadEnd => _readEnd.Number;

    public int WriteEnd => _writeEnd.Number;

    /// <param name="capacity">In bytes; a user whose budget is used up (man 7 pipe) gets less.</param>
    /// <param name="errno">Why there is none (no descriptors).</param>
    public static ScratchPipe? Make(int capacity, out int errno)
    {
        errno = Descriptors.Pipe(out var readEnd, out var writeEnd, Fcntl.O_NONBLOCK) ? 0 : Errno.Last;
        if (errno != 0) return null;
        _ = Fcntl.fcntl(readEnd.Number, Fcntl.F_SETPIPE_SZ, capacity);
        return new ScratchPipe(readEnd, writeEnd);
    }

    /// <summary>Bytes that lie unread in a pipe or FIFO; -1: it cannot be told.</summary>
    public static int Waiting(int pipe)
    {
        int waiting;
        return SysIoctl.ioctl(pipe, SysIoctl.FIONREAD, &waiting) == 0 ? waiting : -1;
    }

    public void Dispose()
    {
        _readEnd.Dispose();
        _writeEnd.Dispose();
    }
}
