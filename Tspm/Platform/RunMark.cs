using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Tspm.Platform;

/// <summary>
/// A number that every descendant of a run carries, whatever it does with its session, its process group and its
/// environment. On Linux it is a soft RLIMIT_RTTIME far beyond any use, set before the spawn: limits are inherited by
/// every child and survive exec (man 2 getrlimit), /proc/PID/limits shows them to everybody, and this one limits
/// nothing. nginx and redis, which leave their session and overwrite their environment, are found by it.
/// A program that sets this limit itself, and a finite hard limit, remove the mark.
/// </summary>
internal static class RunMark
{
    /// <summary>No mark.</summary>
    public const ulong None = 0;

    /// <summary>All marks lie in this range: no program asks for a hundred thousand years of real-time CPU.</summary>
    const ulong First = 1UL << 62, Last = (1UL << 63) - 1;

    /// <summary>The mark of a run: the same for every daemon of this home, and different for every other run and home.</summary>
    /// <param name="home">The home's path.</param>
    /// <param name="runId">The run; 0 has no mark.</param>
    public static ulong Of(string home, ulong runId)
    {
        if (runId == 0) return None;
        var hash = new XxHash3();
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, runId);
        hash.Append(number);
        hash.Append(Encoding.UTF8.GetBytes(home));
        return First | (hash.GetCurrentHashAsUInt64() & (First - 1));
    }

    /// <summary>True when a soft limit of this value is a mark, of whichever run and home.</summary>
    public static bool IsMark(ulong softLimit) => softLimit is >= First and <= Last;
}
