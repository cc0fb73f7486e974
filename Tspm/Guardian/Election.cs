using System.Runtime.InteropServices;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// Decides by flock who is the one guardian of a home. The kernel releases a lock with its holder, so no pid has to be
/// checked and nothing can be stale. Whoever loses has waited until the winner's socket was listening: it can be
/// connected to at once, without polling.
/// </summary>
internal static class Election
{
    const int FileMode = 0x180; // 0600

    /// <summary>
    /// Longest queue of connections that are not accepted yet; the kernel caps it (net.core.somaxconn).
    /// </summary>
    const int Backlog = 4096;

    /// <summary>Runs for guardian. The listening socket when won; not open when another one holds the
    /// lock. Throws <see cref="HomeException"/>.</summary>
    /// <param name="home">What to be guardian of.</param>
    /// <param name="foreign">The listening socket that a service manager has put into that place, and which is
    /// returned when won; not open: there is none, and one is made.</param>
    /// <param name="givesWay">Asked when this home is new or empty: true gives it up again, as if lost.</param>
    /// <param name="guardianLock">The lock, held as long as this descriptor is open; not open when lost.</param>
    public static Descriptor Run(
        TspmHome home, Descriptor foreign, out Descriptor guardianLock, Func<bool>? givesWay = null)
    {
        guardianLock = default;
        using var queue = OpenLock(home.ElectionLockFile);
        Lock(queue.Number, SysFile.LOCK_EX, home.ElectionLockFile);
        var isNew = SysStat.lstat(home.LockFile, out _) != 0 || SysStat.lstat(home.ProcessesFile, out _) != 0;
        using var opened = OpenLock(home.LockFile);
        var isWon = Lock(opened.Number, SysFile.LOCK_EX | SysFile.LOCK_NB, home.LockFile);
        if (isWon && isNew && givesWay?.Invoke() == true) return default;
        if (!isWon && CanConnect(foreign.IsOpen ? home.FormerSocketPath : home.SocketPath)) return default;
        // Its holder is on the way out and has no socket any more: its lock will be free in a moment.
        if (!isWon) Lock(opened.Number, SysFile.LOCK_EX, home.LockFile);
        var listener = foreign.IsOpen ? foreign : Listen(home.SocketPath);
        guardianLock = opened.Move();
        return listener;
    }

    /// <summary>
    /// The lock of a home, without waiting for anybody; not open: another one has it, or is about to. Throws
    /// <see cref="HomeException"/>.
    /// </summary>
    public static Descriptor TryLock(TspmHome home)
    {
        const int atOnce = SysFile.LOCK_EX | SysFile.LOCK_NB;
        using var queue = OpenLock(home.ElectionLockFile);
        if (!Lock(queue.Number, atOnce, home.ElectionLockFile)) return default;
        using var guardianLock = OpenLock(home.LockFile);
        return Lock(guardianLock.Number, atOnce, home.LockFile) ? guardianLock.Move() : default;
    }

    static Descriptor OpenLock(string path)
    {
        var descriptor = Descriptors.Open(path, Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_NOFOLLOW, FileMode);
        return descriptor.IsOpen ? descriptor : throw Failure($"cannot open the lock {path}");
    }

    static bool Lock(int descriptor, int operation, string path)
    {
        while (SysFile.flock(descriptor, operation) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN) return false;
            if (errno != Errno.EINTR) throw Failure($"cannot lock {path}");
        }
        return true;
    }

    /// <summary>
    /// The kernel tells who connects that this process listens, and not the one that made the socket (man 7 unix,
    /// SO_PEERCRED); clients wait for its end.
    /// </summary>
    public static void ListenAsSelf(int listener) => _ = SysSocket.listen(listener, Backlog);

    /// <summary>Only the holder of the lock gets here, so a socket file that lies there is a dead one's.</summary>
    public static Descriptor Listen(string path)
    {
        _ = Unistd.unlink(path);
        using var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!socket.IsOpen) throw Failure("cannot make a socket");
        // Between bind and chmod nobody else may connect: the mask makes the file 0600 from its first moment.
        var mask = SysStat.umask(0x7f);
        var bound = Bind(socket.Number, path);
        _ = SysStat.umask(mask);
        if (bound != 0) throw Failure($"cannot make the control socket {path}");
        _ = SysStat.chmod(path, FileMode);
        if (SysSocket.listen(socket.Number, Backlog) != 0) throw Failure($"cannot listen on {path}");
        return socket.Move();
    }

    /// <summary>Somebody listens there.</summary>
    public static unsafe bool CanConnect(string path)
    {
        using var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!socket.IsOpen) throw Failure("cannot make a socket");
        return SockaddrUn.TryCreate(path, out var address)
            && SysSocket.connect(socket.Number, &address, (uint)sizeof(SockaddrUn)) == 0;
    }

    static unsafe int Bind(int socket, string path) =>
        SockaddrUn.TryCreate(path, out var address) ? SysSocket.bind(socket, &address, (uint)sizeof(SockaddrUn)) : -1;

    static HomeException Failure(string what)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new HomeException($"{what}: {Errno.Describe(errno)}",
            notPermitted: errno is Errno.EACCES or Errno.EPERM);
    }
}
