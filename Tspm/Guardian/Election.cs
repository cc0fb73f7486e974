using System.Runtime.InteropServices;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Storage;

namespace Tspm.Guardian;

/// <summary>
/// Decides by flock(2) which process is the one guardian of a home. The kernel releases a lock when its holder ends, so
/// there are no pids to check and no stale locks. A loser returns only when the winner's socket is listening, so it can
/// connect at once, without polling.
/// </summary>
internal static class Election
{
    const int FileMode = 0x180; // 0600

    /// <summary>
    /// Length of the queue of connections that are not accepted yet; the kernel caps it (net.core.somaxconn).
    /// </summary>
    const int Backlog = 4096;

    /// <summary>
    /// Competes for the guardian lock of the home. Throws <see cref="HomeException"/> if lock or socket cannot be
    /// created.
    /// </summary>
    /// <param name="home">The home to guard.</param>
    /// <param name="foreign">The listening socket from a service manager, which the winner gets back; if it is not
    /// open, the winner creates one.</param>
    /// <param name="givesWay">Called if the home is new or empty; true gives up, as if the election were lost.</param>
    /// <param name="guardianLock">The lock, held as long as this descriptor is open; not open if lost.</param>
    /// <returns>The listening socket if won; a descriptor that is not open if another guardian holds the
    /// lock.</returns>
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
        if (!isWon && CanConnect(foreign.IsOpen ? home.PreviousSocketPath : home.SocketPath)) return default;
        // The holder is ending and has already removed its socket: wait for its lock.
        if (!isWon) Lock(opened.Number, SysFile.LOCK_EX, home.LockFile);
        var listener = foreign.IsOpen ? foreign : Listen(home.SocketPath);
        guardianLock = opened.Move();
        return listener;
    }

    /// <summary>
    /// Takes the lock of a home without waiting. Throws <see cref="HomeException"/>.
    /// </summary>
    /// <returns>The lock; not open if another guardian holds it, or is about to.</returns>
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
    /// Calls listen(2) again, so that clients see this process as the peer, and not the process that created the socket
    /// (SO_PEERCRED, man 7 unix): clients wait for the end of that pid.
    /// </summary>
    public static void ListenAsSelf(int listener) => _ = SysSocket.listen(listener, Backlog);

    /// <summary>
    /// Creates the listening socket. Only the holder of the lock may call this, so an existing socket file is stale.
    /// Throws <see cref="HomeException"/>.
    /// </summary>
    public static Descriptor Listen(string path)
    {
        _ = Unistd.unlink(path);
        using var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!socket.IsOpen) throw Failure("cannot create a socket");
        // The mask gives the file mode 0600 from the start, so that no other user can connect before the chmod.
        var mask = SysStat.umask(0x7f);
        var bound = Bind(socket.Number, path);
        _ = SysStat.umask(mask);
        if (bound != 0) throw Failure($"cannot create the control socket {path}");
        _ = SysStat.chmod(path, FileMode);
        if (SysSocket.listen(socket.Number, Backlog) != 0) throw Failure($"cannot listen on {path}");
        return socket.Move();
    }

    /// <summary>Whether a process is listening on the socket at this path.</summary>
    public static unsafe bool CanConnect(string path)
    {
        using var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!socket.IsOpen) throw Failure("cannot create a socket");
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
