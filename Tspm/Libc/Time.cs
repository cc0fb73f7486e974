using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>time.h.</summary>
internal static unsafe partial class Time
{
    public const int CLOCK_BOOTTIME = 7;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int clock_gettime(int clock, TimeSpec* now);

    /// <summary>man 2 nanosleep: may return early after a signal.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int nanosleep(TimeSpec* request, TimeSpec* remaining);

    /// <summary>
    /// Blocks this thread for less than a second. The runtime's own sleep only knows whole milliseconds.
    /// </summary>
    public static void Pause(TimeSpan duration)
    {
        var request = new TimeSpec { tv_nsec = duration.Ticks * 100 };
        _ = nanosleep(&request, null);
    }
}

/// <summary><c>struct timespec</c> on 64-bit systems.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long tv_sec;
    public long tv_nsec;
}
