using System.Globalization;
using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>What is at the path of a Unix socket.</summary>
internal enum SocketFile
{
    Absent,
    /// <summary>A socket on which nobody listens any more.</summary>
    Stale,
    /// <summary>Somebody listens.</summary>
    Answers,
    IsSomethingElse,
    /// <summary>This could not be determined.</summary>
    Unknown,
}

/// <summary>
/// Files of Unix sockets (man 7 unix). They outlive their creators, so a connection is attempted before a file is
/// removed.
/// </summary>
internal static unsafe class SocketFiles
{
    /// <summary>0600.</summary>
    const uint OwnerOnly = 0x180;

    /// <summary>0666, from which a mask removes bits.</summary>
    const uint Everybody = 0x1b6;

    /// <summary>Finds out what is at a path, by connecting to a socket.</summary>
    /// <param name="path">The path.</param>
    /// <param name="errno">The reason for <see cref="SocketFile.Unknown"/>.</param>
    public static SocketFile Examine(string path, out int errno)
    {
        errno = 0;
        if (SysStat.lstat(path, out var status) != 0)
        {
            errno = Errno.Last;
            return errno == Errno.ENOENT ? SocketFile.Absent : SocketFile.Unknown;
        }
        if (!status.IsSocket) return SocketFile.IsSomethingElse;
        using var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM | SysSocket.SOCK_NONBLOCK);
        if (!socket.IsOpen)
        {
            errno = Errno.Last;
            return SocketFile.Unknown;
        }
        _ = SockaddrUn.TryCreate(path, out var name);
        var connected = SysSocket.connect(socket.Number, &name, (uint)sizeof(SockaddrUn)) == 0;
        errno = connected ? 0 : Errno.Last;
        return connected ? SocketFile.Answers : errno switch
        {
            Errno.ECONNREFUSED => SocketFile.Stale,
            Errno.ENOENT => SocketFile.Absent,
            Errno.EACCES => SocketFile.Unknown,
            // The queue is full, or it is a datagram socket: somebody is using it.
            _ => SocketFile.Answers,
        };
    }

    /// <summary>The path that a socket is bound to; null if there is none.</summary>
    public static string? PathOf(int descriptor)
    {
        SockaddrUn name = default;
        var length = (uint)sizeof(SockaddrUn);
        if (SysSocket.getsockname(descriptor, &name, &length) != 0 || name.sun_family != SysSocket.AF_UNIX
            || name.sun_path[0] == 0) return null;
        var bytes = new ReadOnlySpan<byte>(name.sun_path, SockaddrUn.PathBytes);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>
    /// Sets owner and mode as if the process itself had created the socket, except that without a mask nobody else may
    /// connect.
    /// </summary>
    /// <returns>Null, or a sentence about the failure.</returns>
    public static string? GiveTo(string path, SocketFileRights rights)
    {
        var mode = rights.Umask is { } mask ? Everybody & ~Convert.ToUInt32(mask, 8) : OwnerOnly;
        if (SysStat.chmod(path, mode) != 0) return $"cannot set the mode of {path}: {Errno.Describe(Errno.Last)}";
        uint uid = uint.MaxValue, gid = uint.MaxValue;
        if (rights.User is { } user)
        {
            if (FileSystem.UserIdOf(user) is not { } number) return $"there is no user '{user}'";
            (uid, gid) = (number, Pwd.getpwuid(number)?.Gid ?? gid);
        }
        if (rights.Group is { } group)
        {
            if (Grp.getgrnam(group) is { } entry) gid = entry.Gid;
            else if (!uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out gid))
                return $"there is no group '{group}'";
        }
        if ((uid, gid) == (uint.MaxValue, uint.MaxValue) || SysStat.chown(path, uid, gid) == 0) return null;
        return $"cannot change the owner of {path} to {rights.User ?? rights.Group}: {Errno.Describe(Errno.Last)}";
    }
}
