using System.Runtime.InteropServices;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Passes small messages with at most one open descriptor over a Unix socket (man 7 unix, SCM_RIGHTS).
/// </summary>
internal static unsafe class FdPassing
{
    /// <summary>
    /// Sends without ever blocking. On a SOCK_SEQPACKET socket the message is sent completely or not at all. The
    /// descriptor also stays open here.
    /// </summary>
    /// <returns>0 or an error number: EAGAIN if the other side does not read, EPIPE if it is gone.</returns>
    public static int Send(int socket, ReadOnlySpan<byte> payload, int fdOrMinus1)
    {
        fixed (byte* bytes = payload)
        {
            var vector = new IoVector { iov_base = bytes, iov_len = (nuint)payload.Length };
            var control = new ControlMessageOfOneFd
            {
                cmsg_len = ControlMessageOfOneFd.Length,
                cmsg_level = SysSocket.SOL_SOCKET,
                cmsg_type = SysSocket.SCM_RIGHTS,
                fd = fdOrMinus1,
            };
            var message = new MessageHeader { msg_iov = &vector, msg_iovlen = 1 };
            if (fdOrMinus1 >= 0)
            {
                message.msg_control = &control;
                message.msg_controllen = (nuint)sizeof(ControlMessageOfOneFd);
            }
            while (SysSocket.sendmsg(socket, &message, SysSocket.MSG_DONTWAIT | SysSocket.MSG_NOSIGNAL) < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR) return errno;
            }
            return 0;
        }
    }

    /// <summary>
    /// Sends, and waits for buffer space as long as the other side is alive, so that no message is lost.
    /// </summary>
    /// <returns>0 or an error number: EPIPE if the other side is gone.</returns>
    public static int SendWhenRoom(int socket, ReadOnlySpan<byte> payload, int fdOrMinus1)
    {
        while (true)
        {
            var errno = Send(socket, payload, fdOrMinus1);
            if (errno != Errno.EAGAIN) return errno;
            var room = new PollFd { fd = socket, events = SysPoll.POLLOUT };
            _ = SysPoll.poll(&room, 1, -1);
        }
    }

    /// <summary>
    /// Receives one message, and waits for it unless the socket is non-blocking. <paramref name="fd"/> is the
    /// descriptor that came with it, close-on-exec and owned by the caller; it is not open if there was none.
    /// </summary>
    /// <returns>The length of the message; 0 if the other side is gone; -1 with the error number set.</returns>
    public static int Receive(int socket, Span<byte> buffer, out Descriptor fd)
    {
        fd = default;
        fixed (byte* bytes = buffer)
        {
            var vector = new IoVector { iov_base = bytes, iov_len = (nuint)buffer.Length };
            var control = default(ControlMessageOfOneFd);
            // The exact length and not the padded size, whose padding would be space for a second descriptor that
            // nobody closes.
            var message = new MessageHeader
            {
                msg_iov = &vector,
                msg_iovlen = 1,
                msg_control = &control,
                msg_controllen = ControlMessageOfOneFd.Length,
            };
            nint received;
            do
            {
                received = SysSocket.recvmsg(socket, &message, SysSocket.MSG_CMSG_CLOEXEC);
            }
            while (received < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
            if (received < 0) return -1;
            if (message.msg_controllen >= ControlMessageOfOneFd.Length && control.cmsg_level == SysSocket.SOL_SOCKET
                && control.cmsg_type == SysSocket.SCM_RIGHTS)
                fd = Descriptor.Own(control.fd);
            return (int)received;
        }
    }

    /// <summary>
    /// Receives one datagram, as text, from a socket with SO_PASSCRED, together with its sender; null if there is none.
    /// Descriptors in the datagram are closed. A sender that sends BARRIER=1 waits for exactly that (man 3 sd_notify).
    /// </summary>
    public static string? ReceiveText(int socket, int most, out Ucred sender)
    {
        const int header = 16, controlBytes = 512;
        sender = default;
        var buffer = stackalloc byte[most];
        var control = stackalloc byte[controlBytes];
        var vector = new IoVector { iov_base = buffer, iov_len = (nuint)most };
        var message = new MessageHeader
        {
            msg_iov = &vector,
            msg_iovlen = 1,
            msg_control = control,
            msg_controllen = controlBytes,
        };
        nint received;
        while ((received = SysSocket.recvmsg(socket, &message,
            SysSocket.MSG_DONTWAIT | SysSocket.MSG_CMSG_CLOEXEC)) < 0)
            if (Marshal.GetLastPInvokeError() != Errno.EINTR) return null;
        for (var at = 0; at + header <= (int)message.msg_controllen;)
        {
            var length = (int)*(nuint*)(control + at);
            if (length < header) break;
            var type = *(int*)(control + at + header - sizeof(int));
            if (type == SysSocket.SCM_CREDENTIALS) sender = *(Ucred*)(control + at + header);
            else if (type == SysSocket.SCM_RIGHTS)
                for (var fd = at + header; fd < at + length; fd += sizeof(int))
                    Descriptor.Own(*(int*)(control + fd)).Dispose();
            at += (length + 7) & ~7; // CMSG_ALIGN
        }
        return System.Text.Encoding.UTF8.GetString(buffer, (int)received);
    }
}
