using System.Globalization;
using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>What lies at the path of a Unix socket.</summary>
internal enum SocketFile
{
    Absent,
    /// <summary>A socket that nobody listens on any more.</summary>
    Stale,
    /// <summary>Somebody listens.</summary>
    Answers,
    IsSomethingElse,
    /// <summary>It could not be found out.</summary>
    Unknown,
}

/// <summary>
/// The files of Unix sockets (man 7 unix): they outlive who made them, so each is asked before it is removed.
/// </summary>
internal static unsafe class SocketFiles
{
    /// <summary>0600.</summary>
    const uint OwnerOnly = 0x180;

    /// <summary>0666, of which a mask takes its part.</summary>
    const uint Everybody = 0x1b6;

    public static SocketFile Look(string path, out int errno)
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
            // A full queue, a datagram socket: somebody is there.
            _ => SocketFile.Answers,
        };
    }

    /// <summary>The path that a socket was bound to; null: none.</summary>
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
    /// As if the process itself had made it, but that without a mask nobody else may connect. Null: done.
    /// </summary>
    public static string? GiveTo(string path, SocketFileRights rights)
    {
        var mode = rights.Umask is { } mask ? Everybody & ~Convert.ToUInt32(mask, 8) : OwnerOnly;
        if (SysStat.chmod(path, mode) != 0) return $"the mode of {path} cannot be set: {Errno.Describe(Errno.Last)}";
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
        return (uid, gid) == (uint.MaxValue, uint.MaxValue) || SysStat.chown(path, uid, gid) == 0
            ? null : $"{path} cannot be given to {rights.User ?? rights.Group}: {Errno.Describe(Errno.Last)}";
    }
}
