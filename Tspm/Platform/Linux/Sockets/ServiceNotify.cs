using System.Globalization;
using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// The notification protocol of service managers (man 3 sd_notify): what this program tells the one that runs it.
/// Without one nothing is sent. It never waits: nothing here may hold up supervision.
/// </summary>
internal static unsafe class ServiceNotify
{
    /// <summary>Somebody wants to be told.</summary>
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 1 };

    /// <summary>
    /// How often a sign of life is to be given: a third of the time after which the service manager ends us; null: it
    /// does not watch (man 3 sd_watchdog_enabled).
    /// </summary>
    /// <param name="mainPid">The process that the service manager started.</param>
    public static TimeSpan? WatchdogInterval(int mainPid)
    {
        if (!long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None,
            CultureInfo.InvariantCulture, out var microseconds) || microseconds <= 0) return null;
        if (Environment.GetEnvironmentVariable("WATCHDOG_PID") is { Length: > 0 } pid
            && pid != mainPid.ToString(CultureInfo.InvariantCulture)) return null;
        return TimeSpan.FromMicroseconds(microseconds / 3.0);
    }

    /// <summary>
    /// Lines of KEY=VALUE. False: it could not be sent now, because the service manager does not read; nothing waits
    /// for it.
    /// </summary>
    public static bool Send(string lines)
    {
        if (!IsWanted) return true;
        var name = Environment.GetEnvironmentVariable("NOTIFY_SOCKET")!;
        if (!SockaddrUn.TryCreate(name, out var address)) return true;
        var length = (uint)sizeof(SockaddrUn);
        if (name[0] == '@')
        {
            // An abstract one: the length tells where its name ends.
            address.sun_path[0] = 0;
            length = (uint)(sizeof(ushort) + Encoding.UTF8.GetByteCount(name));
        }
        using var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_DGRAM);
        if (!socket.IsOpen) return false;
        nint sent;
        fixed (byte* text = Encoding.UTF8.GetBytes(lines))
        {
            var part = new IoVector { iov_base = text, iov_len = (nuint)Encoding.UTF8.GetByteCount(lines) };
            var message = new MessageHeader
            {
                msg_name = &address,
                msg_namelen = length,
                msg_iov = &part,
                msg_iovlen = 1,
            };
            sent = SysSocket.sendmsg(socket.Number, &message, SysSocket.MSG_NOSIGNAL | SysSocket.MSG_DONTWAIT);
        }
        return sent >= 0 || Errno.Last != Errno.EAGAIN;
    }
}
