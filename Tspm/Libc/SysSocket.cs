using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// sys/socket.h, sys/un.h, and the parts of netinet/in.h that a listener needs. Addresses of other families are passed
/// as bytes in place of sockaddr_un.
/// </summary>
internal static unsafe partial class SysSocket
{
    public const int AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10;
    public const int SO_REUSEADDR = 2, IPPROTO_IPV6 = 41, IPV6_V6ONLY = 26;
    public const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5, SOCK_CLOEXEC = 0x80000, SOCK_NONBLOCK = 0x800;
    public const int SOL_SOCKET = 1, SO_PASSCRED = 16, SO_PEERCRED = 17, SO_ERROR = 4, SO_SNDBUF = 7, SO_RCVBUF = 8;
    public const int SCM_RIGHTS = 1, SCM_CREDENTIALS = 2;
    public const int MSG_DONTWAIT =
        0x40, MSG_NOSIGNAL = 0x4000, MSG_CMSG_CLOEXEC = 0x40000000, MSG_TRUNC = 0x20, MSG_CTRUNC = 8;
    public const int SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int bind(int fd, SockaddrUn* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int connect(int fd, SockaddrUn* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int listen(int fd, int backlog);

    /// <summary>man 2 accept4; the address may be null.</summary>
    [LibraryImport("libc", SetLastError = true)]
    public static partial int accept4(int fd, SockaddrUn* address, uint* length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socketpair(int domain, int type, int protocol, int* fds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockname(int fd, SockaddrUn* address, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(int fd, int level, int option, void* value, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(int fd, int level, int option, void* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int shutdown(int fd, int how);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint sendmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint send(int fd, void* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recvmsg(int fd, MessageHeader* message, int flags);

    /// <summary>SO_PEERCRED: the credentials of the process at the other end, vouched for by the kernel.</summary>
    /// <returns>0, or -1 with the error number set.</returns>
    public static int GetPeerCredentials(int fd, out Ucred credentials)
    {
        Ucred peer = default;
        var length = (uint)sizeof(Ucred);
        var result = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length);
        credentials = peer;
        return result;
    }
}

/// <summary><c>struct ucred</c>, man 7 unix.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Ucred
{
    public int pid;
    public uint uid;
    public uint gid;
}

/// <summary><c>struct sockaddr_un</c>, man 7 unix.</summary>
internal unsafe struct SockaddrUn
{
    /// <summary>Size of a path, with its final NUL, in bytes.</summary>
    public const int PathBytes = 108;

    public ushort sun_family;
    public fixed byte sun_path[PathBytes];

    /// <summary>Creates the address of a socket file.</summary>
    /// <returns>False if the path is too long for the system.</returns>
    public static bool TryCreate(string path, out SockaddrUn address)
    {
        address = new SockaddrUn { sun_family = SysSocket.AF_UNIX };
        if (System.Text.Encoding.UTF8.GetByteCount(path) >= PathBytes) return false;
        fixed (byte* target = address.sun_path)
            System.Text.Encoding.UTF8.GetBytes(path, new Span<byte>(target, PathBytes));
        return true;
    }
}

/// <summary><c>struct msghdr</c>, man 2 recvmsg, on 64-bit systems.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public void* msg_name;
    public uint msg_namelen;
    public IoVector* msg_iov;
    public nuint msg_iovlen;
    public void* msg_control;
    public nuint msg_controllen;
    public int msg_flags;
}

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public void* iov_base;
    public nuint iov_len;
}

/// <summary><c>struct cmsghdr</c> followed by the one descriptor of SCM_RIGHTS (man 3 cmsg).</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal struct ControlMessageOfOneFd
{
    /// <summary>CMSG_LEN(sizeof(int)).</summary>
    public const int Length = 20;

    public nuint cmsg_len;
    public int cmsg_level;
    public int cmsg_type;
    public int fd;
}
