using Tspm.Libc;

namespace Tspm.Platform.Portable;

/// <summary>
/// Moves bytes by reading and then writing, for systems and file systems without splice. Bytes that were read but could
/// not be written are kept, and go first the next time. Being killed between the two calls loses at most
/// <see cref="BufferBytes"/>, so this is only the second choice. The FIFO must be non-blocking.
/// </summary>
internal sealed unsafe class CopyMover : IByteMover
{
    /// <summary>The default size of a pipe, so that one read empties it.</summary>
    const int BufferBytes = 64 * 1024;

    readonly byte[] _buffer = new byte[BufferBytes];
    int _start;
    int _count;

    public int Held => _count;

    public long Move(int fromFifo, int toFile, long offset, int max, out int errno)
    {
        if (_count == 0)
        {
            var got = Read(fromFifo, Math.Min(max, BufferBytes), out errno);
            if (got <= 0) return got;
            _start = 0;
            _count = (int)got;
        }
        return Write(toFile, offset, max, out errno);
    }

    nint Read(int fd, int max, out int errno)
    {
        fixed (byte* bytes = _buffer)
        {
            while (true)
            {
                var got = Unistd.read(fd, bytes, (nuint)max);
                errno = got < 0 ? Errno.Last : 0;
                if (errno != Errno.EINTR) return got;
            }
        }
    }

    long Write(int fd, long offset, int max, out int errno)
    {
        errno = 0;
        long written = 0;
        fixed (byte* bytes = _buffer)
        {
            while (_count > 0 && written < max)
            {
                var length = (nuint)Math.Min(_count, max - written);
                var put = offset == IByteMover.NoOffset
                    ? Unistd.write(fd, bytes + _start, length)
                    : Unistd.pwrite(fd, bytes + _start, length, offset + written);
                if (put < 0)
                {
                    errno = Errno.Last;
                    if (errno == Errno.EINTR) continue;
                    break;
                }
                _start += (int)put;
                _count -= (int)put;
                written += put;
            }
        }
        if (written == 0) return -1;
        errno = 0; // The bytes that were written count; the next call meets the same error again.
        return written;
    }
}
