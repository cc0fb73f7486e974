using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Asks the kernel for the listening TCP sockets only (man 7 sock_diag). This takes some microseconds, whereas
/// <c>/proc/net/tcp</c> takes milliseconds, because for it the kernel walks its table of all connections even if that
/// is empty.
/// </summary>
internal static unsafe class TcpDiag
{
    /// <summary>More than the kernel puts into one datagram by default.</summary>
    const int BufferBytes = 16 * 1024;

    [StructLayout(LayoutKind.Sequential)]
    struct Question
    {
        public NetlinkHeader Header;
        public InetDiagRequest Request;
    }

    /// <summary>
    /// Adds the listening sockets; false if the kernel, or a sandbox around this process, does not allow it.
    /// </summary>
    public static bool Read(List<TcpTable.Listener> found)
    {
        // Never waits, because the kernel has the answer ready once the request was sent.
        const int type = SysSocket.SOCK_DGRAM | SysSocket.SOCK_NONBLOCK;
        using var socket = Descriptors.Socket(SockDiag.AF_NETLINK, type, SockDiag.NETLINK_SOCK_DIAG);
        return socket.IsOpen
            && SendRequest(socket.Number, SysSocket.AF_INET) && ReadAnswer(socket.Number, found)
            && SendRequest(socket.Number, SysSocket.AF_INET6) && ReadAnswer(socket.Number, found);
    }

    static bool SendRequest(int socket, int family)
    {
        var question = new Question
        {
            Header = new NetlinkHeader
            {
                nlmsg_len = (uint)sizeof(Question),
                nlmsg_type = SockDiag.SOCK_DIAG_BY_FAMILY,
                nlmsg_flags = SockDiag.NLM_F_REQUEST | SockDiag.NLM_F_DUMP,
            },
            Request = new InetDiagRequest
            {
                sdiag_family = (byte)family,
                sdiag_protocol = SockDiag.IPPROTO_TCP,
                idiag_states = 1 << SockDiag.TCP_LISTEN,
            },
        };
        return SysSocket.send(socket, &question, (nuint)sizeof(Question), 0) == sizeof(Question);
    }

    [SkipLocalsInit]
    static bool ReadAnswer(int socket, List<TcpTable.Listener> found)
    {
        Span<byte> buffer = stackalloc byte[BufferBytes];
        while (true)
        {
            nint got;
            fixed (byte* raw = buffer) got = Unistd.read(socket, raw, (nuint)buffer.Length);
            if (got <= 0) return false;
            if (Add(buffer[..(int)got], found) is { } isRead) return isRead;
        }
    }

    /// <summary>Adds the sockets in one datagram.</summary>
    /// <returns>True after the last one, false if the datagram is not valid, null if more datagrams follow.</returns>
    public static bool? Add(ReadOnlySpan<byte> datagram, List<TcpTable.Listener> found)
    {
        while (!datagram.IsEmpty)
        {
            if (!MemoryMarshal.TryRead(datagram, out NetlinkHeader header)) return false;
            if (header.nlmsg_type == SockDiag.NLMSG_DONE) return true;
            // An error message, or a truncated datagram.
            if (header.nlmsg_type != SockDiag.SOCK_DIAG_BY_FAMILY || header.nlmsg_len > datagram.Length) return false;
            if (header.nlmsg_len < sizeof(NetlinkHeader) + sizeof(InetDiagMessage)) return false;
            found.Add(ListenerOf(MemoryMarshal.Read<InetDiagMessage>(datagram[sizeof(NetlinkHeader)..])));
            const int unit = SockDiag.NLMSG_ALIGNTO;
            var length = ((int)header.nlmsg_len + unit - 1) / unit * unit;
            datagram = datagram[Math.Min(length, datagram.Length)..];
        }
        return null;
    }

    static TcpTable.Listener ListenerOf(InetDiagMessage message)
    {
        var host = new ReadOnlySpan<byte>(message.id.idiag_src, message.idiag_family == SysSocket.AF_INET6 ? 16 : 4);
        var port = BinaryPrimitives.ReverseEndianness(message.id.idiag_sport);
        return new TcpTable.Listener(
            TcpTable.Host.From(host), BitConverter.IsLittleEndian ? port : message.id.idiag_sport, message.idiag_inode);
    }
}
