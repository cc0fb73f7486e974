using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// Keeps inherited descriptors from reaching the children of this process. Descriptors opened here are close-on-exec
/// from the start; inherited ones are made so.
/// </summary>
internal static class InheritedDescriptors
{
    const int FirstAfterStandardStreams = Unistd.STDERR_FILENO + 1;

    /// <summary>Makes all descriptors except 0, 1 and 2 close-on-exec.</summary>
    public static void HideAll() => Hide(FirstAfterStandardStreams, int.MaxValue);

    /// <summary>Makes the open descriptors in this range close-on-exec (man 2 close_range).</summary>
    public static void Hide(int first, int last)
    {
        if (SysSyscall.close_range((uint)first, (uint)last, SysSyscall.CLOSE_RANGE_CLOEXEC) == 0) return;
        var open = new List<int>(); // Before Linux 5.11, each has to be changed separately.
        _ = Dirent.ReadNumbers("/proc/self/fd\0"u8, open);
        foreach (var number in open)
            if (number >= first && number <= last) _ = Fcntl.fcntl(number, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
    }
}
