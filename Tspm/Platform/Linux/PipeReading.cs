using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>Why the reading of a pipe ended.</summary>
internal enum PipeReadingEnd
{
    /// <summary>All writers have closed the pipe, or it cannot be read.</summary>
    Closed,
    TooLate,
    TooMuch,
}

/// <summary>
/// Reads the output of a child from a pipe, and blocks the calling thread meanwhile (man 2 read, man 2 poll). The
/// descriptor must be blocking; the caller still owns it.
/// </summary>
internal static unsafe class PipeReading
{
    const int ChunkBytes = 4096;

    /// <summary>Reads until the other end is closed.</summary>
    /// <param name="pipe">The pipe to read.</param>
    /// <param name="into">Receives all bytes, even if the reading ends early.</param>
    /// <param name="until">The deadline, on the clock of <see cref="Environment.TickCount64"/>.</param>
    /// <param name="mostBytes">The reading ends after more bytes than this.</param>
    public static PipeReadingEnd ReadToEnd(int pipe, List<byte> into, long until, int mostBytes = int.MaxValue)
    {
        var chunk = stackalloc byte[ChunkBytes];
        while (into.Count <= mostBytes)
        {
            if (!WaitReadable(pipe, until)) return PipeReadingEnd.TooLate;
            var count = Unistd.read(pipe, chunk, ChunkBytes);
            if (count < 0 && Errno.Last == Errno.EINTR) continue;
            if (count <= 0) return PipeReadingEnd.Closed;
            into.AddRange(new ReadOnlySpan<byte>(chunk, (int)count));
        }
        return PipeReadingEnd.TooMuch;
    }

    /// <summary>
    /// Reads one line, without its line break, or everything before the other end was closed. Waits without a deadline.
    /// </summary>
    public static string ReadLine(int pipe)
    {
        var line = new List<byte>();
        var chunk = stackalloc byte[ChunkBytes];
        while (true)
        {
            var count = Unistd.read(pipe, chunk, ChunkBytes);
            if (count < 0 && Errno.Last == Errno.EINTR) continue;
            var came = new ReadOnlySpan<byte>(chunk, (int)Math.Max(0, count));
            var end = came.IndexOf((byte)'\n');
            line.AddRange(end < 0 ? came : came[..end]);
            if (count <= 0 || end >= 0) return Encoding.UTF8.GetString([.. line]);
        }
    }

    /// <summary>Waits until there is something to read, or the end is reached; false if the time is up.</summary>
    public static bool WaitReadable(int descriptor, long until)
    {
        while (true)
        {
            var wait = new PollFd { fd = descriptor, events = SysPoll.POLLIN };
            var left = Math.Clamp(until - Environment.TickCount64, 0, int.MaxValue);
            var ready = SysPoll.poll(&wait, 1, (int)left);
            if (ready >= 0 || Errno.Last != Errno.EINTR) return ready > 0;
        }
    }
}
