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

    /// <summary>A mark that no other run has, of whichever home: 62 random bits.</summary>
    public static ulong New() => First | (ulong)Random.Shared.NextInt64((long)First);

    /// <summary>True when a soft limit of this value is a mark, of whichever run and home.</summary>
    public static bool IsMark(ulong softLimit) => softLimit is >= First and <= Last;
}
