using Tspm.Libc;

namespace Tspm.Logs.Writing;

/// <summary>
/// Looks at what lies in a FIFO without taking it (man 2 tee), to find where a line ends, and reads what is to be
/// thrown away. One for all streams, made when it is first needed. Used by the pump's thread only.
/// </summary>
internal sealed unsafe class LinePeek : IDisposable
{
    /// <summary>What a pipe holds by default.</summary>
    public const int MaxBytes = 64 << 10;

    byte[]? _buffer;
    ScratchPipe? _pipe;

    /// <summary>
    /// At most so many of the next bytes; valid until the next call. Empty: <paramref name="errno"/> says why (EAGAIN:
    /// nothing there now; 0: nobody has it open for writing any more). There may be more in the FIFO than is shown.
    /// </summary>
    public ReadOnlySpan<byte> Look(int fifo, long max, out int errno)
    {
        errno = 0;
        _pipe ??= ScratchPipe.Make(MaxBytes, out errno);
        if (_pipe is not { } pipe) return default;
        var seen = Fcntl.tee(fifo, pipe.WriteEnd, (nuint)Math.Min(max, MaxBytes), Fcntl.SPLICE_F_NONBLOCK);
        errno = seen < 0 ? Errno.Last : 0;
        return seen > 0 ? Take(pipe.ReadEnd, (int)seen, out errno) : default;
    }

    /// <summary>
    /// Takes bytes out of a FIFO, as many as are there and fit; the same results as <see cref="Look"/>.
    /// </summary>
    public ReadOnlySpan<byte> Take(int fifo, int max, out int errno)
    {
        _buffer ??= new byte[MaxBytes];
        fixed (byte* bytes = _buffer)
        {
            var got = Unistd.read(fifo, bytes, (nuint)Math.Min(max, MaxBytes));
            errno = got < 0 ? Errno.Last : 0;
            return got > 0 ? _buffer.AsSpan(0, (int)got) : default;
        }
    }

    public void Dispose()
    {
        _pipe?.Dispose();
        _pipe = null;
    }
}
