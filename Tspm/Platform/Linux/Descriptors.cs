using Tspm.Libc;

namespace Tspm.Platform.Linux;

/// <summary>
/// The system calls that create descriptors, returning owned ones. Descriptors are created only here (a guard checks
/// this), so that none is ever a mere number. All are close-on-exec. If a call fails, the result is not open, and
/// <see cref="Errno.Last"/> says why.
/// </summary>
internal static unsafe class Descriptors
{
    /// <summary>Why the last call on this thread failed, in the system's words.</summary>
    public static string LastProblem => Errno.Describe(Errno.Last);

    /// <summary>
    /// Makes a descriptor non-blocking (man 2 fcntl, F_SETFL). Other status flags are cleared.
    /// </summary>
    public static void SetNonBlocking(int descriptor) =>
        _ = Fcntl.fcntl(descriptor, Fcntl.F_SETFL, Fcntl.O_NONBLOCK);

    /// <summary>man 2 open.</summary>
    public static Descriptor Open(string path, int flags, uint mode = 0) =>
        Descriptor.Own(Fcntl.open(path, flags | Fcntl.O_CLOEXEC, mode));

    /// <summary>man 2 open, with a path that ends in a NUL, so that no string is allocated.</summary>
    public static Descriptor Open(ReadOnlySpan<byte> nullTerminatedPath, int flags)
    {
        fixed (byte* raw = nullTerminatedPath) return Descriptor.Own(Fcntl.open(raw, flags | Fcntl.O_CLOEXEC, 0));
    }

    /// <summary>man 2 openat.</summary>
    public static Descriptor OpenAt(int folder, string name, int flags, uint mode = 0) =>
        Descriptor.Own(Fcntl.openat(folder, name, flags | Fcntl.O_CLOEXEC, mode));

    /// <summary>
    /// Duplicates a descriptor to the lowest free number that is not below <paramref name="lowest"/> (F_DUPFD).
    /// </summary>
    public static Descriptor Duplicate(int descriptor, int lowest = 0) =>
        Descriptor.Own(Fcntl.fcntl(descriptor, Fcntl.F_DUPFD_CLOEXEC, lowest));

    /// <summary>man 2 pipe2. If it returns false, neither end is open.</summary>
    public static bool Pipe(out Descriptor readEnd, out Descriptor writeEnd, int flags = 0)
    {
        var ends = stackalloc int[2];
        var isMade = Unistd.pipe2(ends, flags | Fcntl.O_CLOEXEC) == 0;
        (readEnd, writeEnd) = isMade ? (Descriptor.Own(ends[0]), Descriptor.Own(ends[1])) : default;
        return isMade;
    }

    /// <summary>man 2 socket.</summary>
    public static Descriptor Socket(int domain, int type, int protocol = 0) =>
        Descriptor.Own(SysSocket.socket(domain, type | SysSocket.SOCK_CLOEXEC, protocol));

    /// <summary>man 2 socketpair, for Unix sockets. If it returns false, neither end is open.</summary>
    public static bool SocketPair(int type, out Descriptor one, out Descriptor other)
    {
        var ends = stackalloc int[2];
        var isMade = SysSocket.socketpair(SysSocket.AF_UNIX, type | SysSocket.SOCK_CLOEXEC, 0, ends) == 0;
        (one, other) = isMade ? (Descriptor.Own(ends[0]), Descriptor.Own(ends[1])) : default;
        return isMade;
    }

    /// <summary>man 2 socketpair, for Unix stream sockets.</summary>
    public static bool StreamPair(out Descriptor one, out Descriptor other) =>
        SocketPair(SysSocket.SOCK_STREAM, out one, out other);

    /// <summary>man 2 pidfd_open, Linux 5.3.</summary>
    public static Descriptor Pidfd(int pid) => Descriptor.Own(SysSyscall.pidfd_open(pid));

    /// <summary>man 2 memfd_create: a file in memory. The name is shown in /proc.</summary>
    public static Descriptor MemoryFile(string name) => Descriptor.Own(SysMman.memfd_create(name, SysMman.MFD_CLOEXEC));

    /// <summary>man 2 epoll_create1.</summary>
    public static Descriptor Epoll() => Descriptor.Own(SysEpoll.epoll_create1(SysEpoll.EPOLL_CLOEXEC));

    /// <summary>man 2 eventfd, non-blocking.</summary>
    public static Descriptor Counter() =>
        Descriptor.Own(SysEventfd.eventfd(0, SysEventfd.EFD_CLOEXEC | SysEventfd.EFD_NONBLOCK));

    /// <summary>man 2 signalfd, non-blocking.</summary>
    public static Descriptor SignalReader(SignalSet* mask) => Descriptor.Own(
        SysSignalfd.signalfd(Descriptor.NoNumber, mask, SysSignalfd.SFD_CLOEXEC | SysSignalfd.SFD_NONBLOCK));

    /// <summary>man 2 inotify_init1, non-blocking.</summary>
    public static Descriptor FileWatcher() =>
        Descriptor.Own(SysInotify.inotify_init1(SysInotify.IN_CLOEXEC | SysInotify.IN_NONBLOCK));
}
