using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform.Linux.Events;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>Connects without blocking: the event loop reports progress.</summary>
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
    /// One attempt to connect. Several threads call its members, one at a time under the lock; results are reported
    /// outside of the lock.
    /// </summary>
    sealed unsafe class Attempt(EventLoop loop, byte[]? request, DialResult told) : IReadyHandler, IDisposable
    {
        /// <summary>The limit on the length of the first line of an answer.</summary>
        const int MaxLineBytes = 4096;

        /// <summary>How much of an answer is read before the connection is closed.</summary>
        const int MaxAnswerBytes = 1 << 20;

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
            Report(problem, "");
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
            Report(result, line);
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _over = true;
                Close();
            }
        }

        void Report(string? problem, string line)
        {
            lock (_gate)
            {
                // The call by Begin without a problem: the attempt is in progress.
                var done = problem is not null || line.Length > 0 || (_connected && request is null);
                if (!done || _told || _over) return;
                _told = true;
            }
            told(problem, line, _address);
        }

        /// <summary>
        /// Begins connecting to the next address, skipping addresses where the attempt fails at once.
        /// </summary>
        /// <returns>Null if the loop will report the result; otherwise why the last address failed.</returns>
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

        /// <summary>Handles the end of connect.</summary>
        /// <returns>Null if the attempt continues or has succeeded; otherwise the problem.</returns>
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
            // A few hundred bytes fit into the empty buffer completely, unless the connection is gone.
            if (sent != request.Length) return "the request could not be sent";
            loop.Watch(_socket.Number, SysEpoll.EPOLLIN, this);
            return null;
        }

        /// <summary>
        /// Returns the address of the peer. It is local if both ends have the same address, because a machine connects
        /// to one of its own addresses from that address.
        /// </summary>
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

        /// <summary>The address in a <c>struct sockaddr_in</c> or <c>sockaddr_in6</c> (man 7 ip, ipv6).</summary>
        static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> address) =>
            MemoryMarshal.Read<ushort>(address) == SysSocket.AF_INET ? address.Slice(4, 4) : address.Slice(8, 16);

        const int PortOffset = 2;

        /// <summary>Reads a part of the answer; the line is empty until it is complete.</summary>
        /// <returns>Null if the reading continues or the line is complete; otherwise the problem.</returns>
        string? Read(out string line)
        {
            line = "";
            var buffer = stackalloc byte[MaxLineBytes];
            var count = Unistd.read(_socket.Number, buffer, MaxLineBytes);
            if (count < 0 && Errno.Last is Errno.EAGAIN or Errno.EINTR) return null;
            if (count <= 0 || (_taken += (int)count) > MaxAnswerBytes)
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
            return line.Length == 0 && text.Length >= MaxLineBytes ? "the first line of the answer is too long" : null;
        }

        void Close()
        {
            if (!_socket.IsOpen) return;
            loop.Unwatch(_socket.Number);
            _socket.Dispose();
        }
    }
}
