using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// Held by the daemon that may start processes and write state, until it ends. A guardian that was killed releases its
/// own lock a moment before its daemon gets the death signal; in that moment the successor waits here.
/// </summary>
internal static class WriterLock
{
    const int FileMode = 0x180; // 0600

    static readonly int Flags = Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_NOFOLLOW;

    public static void Take(TspmHome home)
    {
        using var descriptor = Descriptors.Open(home.WriterLockFile, Flags, FileMode);
        if (!descriptor.IsOpen)
            throw new HomeException($"cannot open the lock {home.WriterLockFile}: {Errno.Describe(Errno.Last)}");
        Wait(home, descriptor.Number);
        KeepUntilExit(descriptor);
    }

    /// <summary>
    /// In a home that was made again; nobody else can have it there, so what is refused is this daemon's own already.
    /// </summary>
    public static void TakeAgain(TspmHome home)
    {
        using var descriptor = Descriptors.Open(home.WriterLockFile, Flags, FileMode);
        if (descriptor.IsOpen && SysFile.flock(descriptor.Number, SysFile.LOCK_EX | SysFile.LOCK_NB) == 0)
            KeepUntilExit(descriptor);
    }

    /// <summary>
    /// The kernel releases it, and nobody else: even a daemon that is killed has it until it is gone.
    /// </summary>
    static void KeepUntilExit(Descriptor held) => _ = held.HandOver();

    static void Wait(TspmHome home, int descriptor)
    {
        while (SysFile.flock(descriptor, SysFile.LOCK_EX) != 0)
            if (Errno.Last != Errno.EINTR)
                throw new HomeException($"cannot lock {home.WriterLockFile}: {Errno.Describe(Errno.Last)}");
    }
}
