using System.Globalization;
using System.Text;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Sends messages to the service manager that runs this process (man 3 sd_notify). Without a service manager nothing is
/// sent. No call waits, because nothing here may delay supervision.
/// </summary>
internal static unsafe class ServiceNotify
{
    /// <summary>Whether there is a service manager that expects messages.</summary>
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 1 };

    /// <summary>
    /// How often to send WATCHDOG=1: a third of the time after which the service manager kills this service; null if
    /// the watchdog is off (man 3 sd_watchdog_enabled).
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
    /// Sends lines of the form KEY=VALUE, without waiting.
    /// </summary>
    /// <returns>False if the message could not be sent now, because the service manager is not reading.</returns>
    public static bool Send(string lines)
    {
        if (!IsWanted) return true;
        var name = Environment.GetEnvironmentVariable("NOTIFY_SOCKET")!;
        if (!SockaddrUn.TryCreate(name, out var address)) return true;
        var length = (uint)sizeof(SockaddrUn);
        if (name[0] == '@')
        {
            // The length determines where an abstract name ends.
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
