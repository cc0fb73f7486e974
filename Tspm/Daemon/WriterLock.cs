using Tspm.Platform.Linux.Native;
using Tspm.Storage;

namespace Tspm.Daemon;

/// <summary>
/// Held by the daemon that may start processes and write state, until it ends. A guardian that was killed releases its own lock a moment before its daemon gets
/// the death signal; in that moment the successor waits here.
/// </summary>
internal static class WriterLock
{
    const int FileMode = 0x180; // 0600

    public static void Take(TspmHome home)
    {
        var descriptor = Fcntl.open(home.WriterLockFile, Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_CLOEXEC | Fcntl.O_NOFOLLOW, FileMode);
        if (descriptor < 0) throw new HomeException($"cannot open the lock {home.WriterLockFile}: {Errno.Describe(Errno.Last)}");
        Wait(home, descriptor);
    }

    /// <summary>In a home that was made again; nobody else can have it there, so what is refused is this daemon's own already.</summary>
    public static void TakeAgain(TspmHome home)
    {
        var descriptor = Fcntl.open(home.WriterLockFile, Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_CLOEXEC | Fcntl.O_NOFOLLOW, FileMode);
        if (descriptor >= 0 && SysFile.flock(descriptor, SysFile.LOCK_EX | SysFile.LOCK_NB) != 0) _ = Unistd.close(descriptor);
    }

    static void Wait(TspmHome home, int descriptor)
    {
        while (SysFile.flock(descriptor, SysFile.LOCK_EX) != 0)
            if (Errno.Last != Errno.EINTR) throw new HomeException($"cannot lock {home.WriterLockFile}: {Errno.Describe(Errno.Last)}");
    }
}
