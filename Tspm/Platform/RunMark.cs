namespace Tspm.Platform;

/// <summary>
/// A number that every descendant of a run carries, regardless of what it does with its session, process group and
/// environment. On Linux it is a soft RLIMIT_RTTIME of no practical effect, set before the spawn: limits are inherited
/// by every child and survive exec (man 2 getrlimit), and everybody can read them in /proc/PID/limits. This is how
/// nginx and redis are found, which leave their session and overwrite their environment. There is no mark if the
/// program sets this limit itself, or the hard limit is finite.
/// </summary>
internal static class RunMark
{
    /// <summary>No mark.</summary>
    public const ulong None = 0;

    /// <summary>The range of all marks: no program asks for a hundred thousand years of real-time CPU.</summary>
    const ulong First = 1UL << 62, Last = (1UL << 63) - 1;

    /// <summary>Creates a mark that no other run of any home has: 62 random bits.</summary>
    public static ulong New() => First | (ulong)Random.Shared.NextInt64((long)First);

    /// <summary>Whether a soft limit of this value is the mark of some run, of any home.</summary>
    public static bool IsMark(ulong softLimit) => softLimit is >= First and <= Last;
}
