using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Asks the kernel for the TCP sockets that listen, and for no others (man 7 sock_diag): that takes some microseconds,
/// where <c>/proc/net/tcp</c> takes milliseconds, because for it the kernel goes through its table of all connections,
/// also when that is empty.
/// </summary>
internal static unsafe class TcpDiag
{
    /// <summary>More than the kernel puts into one datagram for a reader that has asked for no more.</summary>
    const int BufferBytes = 16 * 1024;

    [StructLayout(LayoutKind.Sequential)]
    struct Question
    {
        public NetlinkHeader Header;
        public InetDiagRequest Request;
    }

    /// <summary>
    /// Adds those that listen. False: this kernel, or whoever confines this program, does not allow it.
    /// </summary>
    public static bool Read(List<TcpTable.Listener> found)
    {
        // Never waits: the kernel has the answer ready when the question was sent.
        const int type = SysSocket.SOCK_DGRAM | SysSocket.SOCK_NONBLOCK;
        using var socket = Descriptors.Socket(SockDiag.AF_NETLINK, type, SockDiag.NETLINK_SOCK_DIAG);
        return socket.IsOpen
            && Ask(socket.Number, SysSocket.AF_INET) && Hear(socket.Number, found)
            && Ask(socket.Number, SysSocket.AF_INET6) && Hear(socket.Number, found);
    }

    static bool Ask(int socket, int family)
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
    static bool Hear(int socket, List<TcpTable.Listener> found)
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

    /// <summary>The messages of one datagram. Null: more are to come.</summary>
    public static bool? Add(ReadOnlySpan<byte> datagram, List<TcpTable.Listener> found)
    {
        while (!datagram.IsEmpty)
        {
            if (!MemoryMarshal.TryRead(datagram, out NetlinkHeader header)) return false;
            if (header.nlmsg_type == SockDiag.NLMSG_DONE) return true;
            // An error, or a datagram that was cut off.
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
            TcpTable.Host.Of(host), BitConverter.IsLittleEndian ? port : message.id.idiag_sport, message.idiag_inode);
    }
}
