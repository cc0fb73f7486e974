using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>
/// An anonymous pipe into which tee(2) duplicates the contents of a FIFO. Both ends are non-blocking.
/// </summary>
internal sealed unsafe class ScratchPipe : IDisposable
{
    readonly Descriptor _readEnd, _writeEnd;

    ScratchPipe(Descriptor readEnd, Descriptor writeEnd) => (_readEnd, _writeEnd) = (readEnd, writeEnd);

    public int ReadEnd => _readEnd.Number;

    public int WriteEnd => _writeEnd.Number;

    /// <summary>Creates a pipe.</summary>
    /// <param name="capacity">Capacity in bytes; the pipe is smaller if the user's budget is used up (man 7
    /// pipe).</param>
    /// <param name="errno">Error number if that failed, else 0.</param>
    /// <returns>Null if there are no descriptors left.</returns>
    public static ScratchPipe? Make(int capacity, out int errno)
    {
        errno = Descriptors.Pipe(out var readEnd, out var writeEnd, Fcntl.O_NONBLOCK) ? 0 : Errno.Last;
        if (errno != 0) return null;
        _ = Fcntl.fcntl(readEnd.Number, Fcntl.F_SETPIPE_SZ, capacity);
        return new ScratchPipe(readEnd, writeEnd);
    }

    /// <summary>Number of unread bytes in a pipe or FIFO.</summary>
    /// <returns>-1 if that is unknown.</returns>
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
