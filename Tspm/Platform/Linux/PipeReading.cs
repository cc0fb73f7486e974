using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>How the reading of a pipe came to its end.</summary>
internal enum PipeReadingEnd
{
    /// <summary>Everybody has closed the other end, or it cannot be read.</summary>
    Closed,
    TooLate,
    TooMuch,
}

/// <summary>
/// Reads what a child writes into a pipe, on a thread that has nothing else to do (man 2 read, man 2 poll). The
/// descriptor is blocking, and stays the caller's.
/// </summary>
internal static unsafe class PipeReading
{
    const int ChunkBytes = 4096;

    /// <summary>Adds all that comes until the other end is closed.</summary>
    /// <param name="pipe">To be read.</param>
    /// <param name="into">Has at the end all that came, in time or not.</param>
    /// <param name="until">The deadline, on the clock of <see cref="Environment.TickCount64"/>.</param>
    /// <param name="mostBytes">More than that ends it.</param>
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

    /// <summary>One line without its end, or what came before the other end was closed. Waits without a
    /// deadline.</summary>
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

    /// <summary>True when there is something to read, the end included. False: the time is over.</summary>
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
