using Tspm.Libc;

namespace Tspm.Logs.Writing;

/// <summary>
/// Shows the contents of a FIFO without removing them (man 2 tee), to find where a line ends, and reads bytes that are
/// to be dropped. One instance serves all streams. Used by the pump's thread only.
/// </summary>
internal sealed unsafe class LinePeek : IDisposable
{
    /// <summary>The default capacity of a pipe.</summary>
    public const int MaxBytes = 64 << 10;

    byte[]? _buffer;
    ScratchPipe? _pipe;

    /// <summary>
    /// Shows up to <paramref name="max"/> of the next bytes, which are valid until the next call. The FIFO may have
    /// more.
    /// </summary>
    /// <param name="fifo">The FIFO.</param>
    /// <param name="max">Maximum number of bytes.</param>
    /// <param name="errno">If the result is empty: EAGAIN if the FIFO is empty, 0 if no writer has it open, else an
    /// error.</param>
    public ReadOnlySpan<byte> Peek(int fifo, long max, out int errno)
    {
        errno = 0;
        _pipe ??= ScratchPipe.Make(MaxBytes, out errno);
        if (_pipe is not { } pipe) return default;
        var seen = Fcntl.tee(fifo, pipe.WriteEnd, (nuint)Math.Min(max, MaxBytes), Fcntl.SPLICE_F_NONBLOCK);
        errno = seen < 0 ? Errno.Last : 0;
        return seen > 0 ? Read(pipe.ReadEnd, (int)seen, out errno) : default;
    }

    /// <summary>
    /// Removes up to <paramref name="max"/> bytes from the FIFO; otherwise like <see cref="Peek"/>.
    /// </summary>
    public ReadOnlySpan<byte> Read(int fifo, int max, out int errno)
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
