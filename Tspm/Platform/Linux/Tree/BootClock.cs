using Tspm.Libc;

namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The clock that measures the start times of processes: the time since boot, including suspended time (man 5 proc,
/// field 22 of stat; man 2 clock_gettime).
/// </summary>
internal static unsafe class BootClock
{
    const int TicksPerSecond = 100;

    const long NanosecondsPerTick = 1_000_000_000 / TicksPerSecond;

    /// <summary>The wall-clock start time of a process; null if it is gone.</summary>
    public static DateTimeOffset? TimeOf(int pid) =>
        ProcFiles.TryReadStat(pid, out var stat)
            ? TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds((Ticks - stat.StartTicks) / (double)TicksPerSecond)
            : null;

    /// <summary>
    /// The present time in the unit of <see cref="ProcStat.StartTicks"/>, rounded down as the kernel does.
    /// </summary>
    public static long Ticks
    {
        get
        {
            TimeSpec now;
            return Time.clock_gettime(Time.CLOCK_BOOTTIME, &now) == 0
                ? now.tv_sec * TicksPerSecond + now.tv_nsec / NanosecondsPerTick
                : 0;
        }
    }
}
