using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// What this process was started with must not reach its children. Everything opened here is close-on-exec by itself;
/// what was inherited is made so.
/// </summary>
internal static class InheritedDescriptors
{
    const int FirstBehindStandardStreams = Unistd.STDERR_FILENO + 1;

    /// <summary>All but 0, 1 and 2.</summary>
    public static void HideAll() => Hide(FirstBehindStandardStreams, int.MaxValue);

    /// <summary>Those from the first to the last number, as far as they are open (man 2 close_range).</summary>
    public static void Hide(int first, int last)
    {
        if (SysSyscall.close_range((uint)first, (uint)last, SysSyscall.CLOSE_RANGE_CLOEXEC) == 0) return;
        var open = new List<int>(); // before Linux 5.11: one by one
        _ = Dirent.ReadNumbers("/proc/self/fd\0"u8, open);
        foreach (var number in open)
            if (number >= first && number <= last) _ = Fcntl.fcntl(number, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
    }
}
