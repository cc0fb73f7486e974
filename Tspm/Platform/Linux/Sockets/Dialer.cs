using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>Connections without waiting: the event loop tells when something has come of them.</summary>
internal sealed class Dialer(EventLoop loop) : IDialer
{
    readonly NameLookup _names = new();

    public IDisposable Dial(HostPort place, byte[]? request, DialResult told)
    {
        var attempt = new Attempt(loop, request, told);
        _names.Find(place, attempt.Begin);
        return attempt;
    }

    /// <summary>
    /// One connection. Its members come from several threads, one at a time under the lock; results are told outside of
    /// it.
    /// </summary>
    sealed unsafe class Attempt(EventLoop loop, byte[]? request, DialResult told) : IReadyHandler, IDisposable
    {
        /// <summary>A status line that is longer is none.</summary>
        const int LongestLine = 4096;

        /// <summary>What is taken of an answer before the connection is closed all the same.</summary>
        const int LongestAnswer = 1 << 20;

        readonly Lock _gate = new();
        readonly StringBuilder _line = new();
        IReadOnlyList<byte[]> _addresses = [];
        int _next, _taken;
        Descriptor _socket;
        DialedAddress? _address;
        bool _connected, _told, _over;

        public void Begin(IReadOnlyList<byte[]> addresses, string? problem)
        {
            lock (_gate)
            {
                _addresses = addresses;
                if (problem is null) problem = TryNext("it has no address");
            }
            Tell(problem, "");
        }

        void IReadyHandler.Ready(int fd, uint events)
        {
            string? result = null;
            var line = "";
            lock (_gate)
            {
                if (_socket.NumberOrNone != fd) return;
                if (!_connected) result = Connected();
                else result = Read(out line);
                if (result is null && line.Length == 0 && !(_connected && request is null)) return;
                if (request is null || result is not null) Close();
            }
            Tell(result, line);
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _over = true;
                Close();
            }
        }

        void Tell(string? problem, string line)
        {
            lock (_gate)
            {
                // Begin without a problem: it is under way.
                var done = problem is not null || line.Length > 0 || (_connected && request is null);
                if (!done || _told || _over) return;
                _told = true;
            }
            told(problem, line, _address);
        }

        /// <summary>
        /// Begins with the next address that can be begun with. Null: the loop will tell; else why the last one could
        /// not.
        /// </summary>
        string? TryNext(string problem)
        {
            Close();
            while (!_over && _next < _addresses.Count)
            {
                fixed (byte* address = _addresses[_next])
                {
                    var length = (uint)_addresses[_next++].Length;
                    _socket = Descriptors.Socket(*(ushort*)address, SysSocket.SOCK_STREAM | SysSocket.SOCK_NONBLOCK);
                    if (_socket.IsOpen
                        && (SysSocket.connect(_socket.Number, (SockaddrUn*)address, length) == 0
                            || Errno.Last == Errno.EINPROGRESS))
                    {
                        loop.Watch(_socket.Number, SysEpoll.EPOLLOUT, this);
                        return null;
                    }
                    problem = NameLookup.Phrase(Errno.Describe(Errno.Last));
                }
                Close();
            }
            return problem;
        }

        /// <summary>Null: it goes on, or is done.</summary>
        string? Connected()
        {
            int error;
            var length = (uint)sizeof(int);
            if (SysSocket.getsockopt(_socket.Number, SysSocket.SOL_SOCKET, SysSocket.SO_ERROR, &error, &length) != 0)
                error = Errno.Last;
            if (error != 0) return TryNext(NameLookup.Phrase(Errno.Describe(error)));
            _connected = true;
            _address = Address(_addresses[_next - 1]);
            if (request is null) return null;
            nint sent;
            fixed (byte* bytes = request)
                sent = SysSocket.send(_socket.Number, bytes, (nuint)request.Length, SysSocket.MSG_NOSIGNAL);
            // A few hundred bytes into an empty buffer go whole, or the connection is gone.
            if (sent != request.Length) return "the request could not be sent";
            loop.Watch(_socket.Number, SysEpoll.EPOLLIN, this);
            return null;
        }

        /// <summary>Whom this is connected to. A machine speaks to an address of its own from that address.</summary>
        DialedAddress Address(ReadOnlySpan<byte> peer)
        {
            SockaddrUn name;
            var length = (uint)sizeof(SockaddrUn);
            var host = HostOf(peer);
            var own = SysSocket.getsockname(_socket.Number, &name, &length) == 0
                ? HostOf(new ReadOnlySpan<byte>(&name, (int)length)) : [];
            var isLocal = own.SequenceEqual(host) || IPAddress.IsLoopback(new IPAddress(host));
            return new DialedAddress(host.ToArray(), BinaryPrimitives.ReadUInt16BigEndian(peer[PortOffset..]), isLocal);
        }

        /// <summary>Of a <c>struct sockaddr_in</c> or <c>sockaddr_in6</c> (man 7 ip, man 7 ipv6).</summary>
        static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> address) =>
            MemoryMarshal.Read<ushort>(address) == SysSocket.AF_INET ? address.Slice(4, 4) : address.Slice(8, 16);

        const int PortOffset = 2;

        /// <summary>Null: it goes on, or the line is there.</summary>
        string? Read(out string line)
        {
            line = "";
            var buffer = stackalloc byte[LongestLine];
            var count = Unistd.read(_socket.Number, buffer, LongestLine);
            if (count < 0 && Errno.Last is Errno.EAGAIN or Errno.EINTR) return null;
            if (count <= 0 || (_taken += (int)count) > LongestAnswer)
            {
                var why = count < 0
                    ? NameLookup.Phrase(Errno.Describe(Errno.Last))
                    : "the connection was closed without an answer";
                Close();
                return why;
            }
            if (_told) return null;
            _line.Append(Encoding.Latin1.GetString(buffer, (int)count));
            var text = _line.ToString();
            if (text.IndexOf('\n') is >= 0 and var end)
                line = text[..end].TrimEnd('\r') is { Length: > 0 } found ? found : " ";
            return line.Length == 0 && text.Length >= LongestLine ? "the answer has no end of line" : null;
        }

        void Close()
        {
            if (!_socket.IsOpen) return;
            loop.Unwatch(_socket.Number);
            _socket.Dispose();
        }
    }
}
