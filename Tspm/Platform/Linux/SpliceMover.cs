using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Moves bytes inside the kernel (man 2 splice). At any instant each byte is either in the FIFO or in the file, so even
/// SIGKILL neither loses nor duplicates any. Has no state. The file must not be open with O_APPEND (EINVAL).
/// </summary>
internal sealed unsafe class SpliceMover : IByteMover
{
    public static readonly SpliceMover Instance = new();

    public int Held => 0;

    public long Move(int fromFifo, int toFile, long offset, int max, out int errno)
    {
        while (true)
        {
            var at = offset;
            var moved = Fcntl.splice(fromFifo, null, toFile, offset == IByteMover.NoOffset ? null : &at, (nuint)max,
                Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
            errno = moved < 0 ? Errno.Last : 0;
            if (errno != Errno.EINTR) return moved;
        }
    }
}
