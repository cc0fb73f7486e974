using System.Buffers.Binary;
using System.Text;
using Tspm.Libc;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Guardian;

/// <summary>
/// Moves everything from one guardian to another process, so that a daemon started from a shell can become the service
/// manager's. The successor asks over the control socket (method <c>upgrade</c>, <c>handOver</c>), and the daemon ends
/// as for an upgrade. Then the former guardian sends over the same connection each descriptor with its number, and
/// finally its <see cref="Handover"/>. The guardian lock is one of the descriptors, so it is never free. When the
/// successor confirms that it has everything, the former guardian ends. Children and listeners notice nothing.
/// </summary>
internal static unsafe class GuardianTakeover
{
    /// <summary>One byte for the kind of message, then the descriptor's number in the sender (little-endian).</summary>
    const int MessageBytes = 5;

    const byte DescriptorMessage = (byte)'D', HandoverMessage = (byte)'W', Taken = (byte)'T';

    /// <summary>Time limit for each message: both sides do nothing else meanwhile.</summary>
    const int MessageTimeoutMs = 10_000;

    /// <summary>
    /// Time limit for the first message: the daemon waits up to half a minute for a moment without changes in progress.
    /// </summary>
    const int RequestTimeoutMs = 90_000;

    /// <summary>Upper bound for the length of a refusal.</summary>
    const int MaxRefusalBytes = 16 << 10;

    static ReadOnlySpan<byte> Request =>
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"upgrade\",\"params\":{\"handOver\":true}}\n"u8;

    /// <summary>
    /// Gives everything to the successor.
    /// </summary>
    /// <returns>Null if the successor has everything, so that this guardian must end; else the reason why this guardian
    /// still has everything.</returns>
    public static string? Give(int connection, Handover given)
    {
        using var memory = HandoverFile.Make(given, out var problem);
        foreach (var descriptor in given.Descriptors) problem ??= Send(connection, DescriptorMessage, descriptor);
        problem ??= Send(connection, HandoverMessage, memory.Number);
        if (problem is not null) return problem;
        byte answer = 0;
        var isTaken = Wait(connection, SysPoll.POLLIN, MessageTimeoutMs)
            && Unistd.read(connection, &answer, 1) == 1 && answer == Taken;
        return isTaken ? null : "the successor did not confirm the takeover";
    }

    /// <summary>
    /// Asks the daemon at this socket to hand over, and receives the handover with its descriptors.
    /// </summary>
    /// <returns>Null if that failed; <paramref name="problem"/> says why.</returns>
    public static Handover? Take(string socketPath, out string problem)
    {
        using var connection = Connect(socketPath);
        if (!connection.IsOpen)
        {
            problem = $"the running daemon cannot be reached at {socketPath}: {Errno.Describe(Errno.Last)}";
            return null;
        }
        var received = new Dictionary<int, Descriptor>();
        try
        {
            var given = Receive(connection.Number, received);
            problem = "";
            return given;
        }
        catch (HandoverException refused)
        {
            foreach (var descriptor in received.Values) descriptor.Dispose();
            problem = refused.Message;
            return null;
        }
    }

    static Handover Receive(int connection, Dictionary<int, Descriptor> received)
    {
        fixed (byte* request = Request)
            if (SysSocket.send(connection, request, (nuint)Request.Length, SysSocket.MSG_NOSIGNAL) != Request.Length)
                throw new HandoverException("the running daemon closed the connection");
        var message = (Span<byte>)stackalloc byte[MessageBytes];
        var timeout = RequestTimeoutMs;
        while (true)
        {
            if (!Wait(connection, SysPoll.POLLIN, timeout))
                throw new HandoverException($"the running daemon did not answer within {timeout / 1000} s");
            var count = FdPassing.Receive(connection, message, out var passed);
            using var descriptor = passed;
            if (count <= 0) throw new HandoverException("the running daemon ended during the handover");
            timeout = MessageTimeoutMs;
            if (!descriptor.IsOpen) throw new HandoverException(Refusal(connection, message[..count]));
            if (message[0] == HandoverMessage) return Accept(connection, descriptor.Number, received);
            received[BinaryPrimitives.ReadInt32LittleEndian(message[1..])] = descriptor.Move();
        }
    }

    static Handover Accept(int connection, int memory, Dictionary<int, Descriptor> received)
    {
        var given = Handover.Parse(HandoverFile.Read(memory));
        var stored = new Dictionary<DescriptorKey, int>();
        foreach (var (key, former) in given.Stored) stored[key] = NumberOf(former, received);
        given = given with
        {
            Listener = NumberOf(given.Listener, received),
            GuardianLock = NumberOf(given.GuardianLock, received),
            Stored = stored,
        };
        var taken = Taken;
        if (SysSocket.send(connection, &taken, 1, SysSocket.MSG_NOSIGNAL) != 1)
            throw new HandoverException("the running daemon ended during the handover");
        // The descriptors now belong to the handover.
        foreach (var descriptor in received.Values) _ = descriptor.HandOver();
        return given;
    }

    static int NumberOf(int former, Dictionary<int, Descriptor> received) =>
        received.TryGetValue(former, out var descriptor)
            ? descriptor.Number
            : throw new HandoverException("the running daemon did not send all descriptors of its handover");

    /// <summary>A message without a descriptor is a JSON-RPC error; this returns its text as a sentence.</summary>
    static string Refusal(int connection, ReadOnlySpan<byte> begun)
    {
        var line = new List<byte>();
        line.AddRange(begun);
        var buffer = stackalloc byte[1024];
        while (!line.Contains((byte)'\n') && line.Count < MaxRefusalBytes
            && Wait(connection, SysPoll.POLLIN, MessageTimeoutMs))
        {
            var count = Unistd.read(connection, buffer, 1024);
            if (count <= 0) break;
            line.AddRange(new ReadOnlySpan<byte>(buffer, (int)count));
        }
        const string key = "\"message\":\"";
        var text = Encoding.UTF8.GetString([.. line]);
        var start = text.IndexOf(key, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf('"', start + key.Length);
        return end < 0
            ? "the running daemon refused to hand over"
            : $"the running daemon refused to hand over: {text[(start + key.Length)..end]}";
    }

    static Descriptor Connect(string path)
    {
        if (!SockaddrUn.TryCreate(path, out var address)) return default;
        using var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (!socket.IsOpen) return default;
        return SysSocket.connect(socket.Number, &address, (uint)sizeof(SockaddrUn)) == 0 ? socket.Move() : default;
    }

    static string? Send(int connection, byte mark, int descriptor)
    {
        var message = (Span<byte>)stackalloc byte[MessageBytes];
        message[0] = mark;
        BinaryPrimitives.WriteInt32LittleEndian(message[1..], descriptor);
        int errno;
        while ((errno = FdPassing.Send(connection, message, descriptor)) == Errno.EAGAIN)
            if (!Wait(connection, SysPoll.POLLOUT, MessageTimeoutMs))
                return $"the successor did not read for {MessageTimeoutMs / 1000} s";
        return errno == 0 ? null : $"cannot send the descriptors to the successor: {Errno.Describe(errno)}";
    }

    static bool Wait(int descriptor, short events, int milliseconds)
    {
        var wait = new PollFd { fd = descriptor, events = events };
        int ready;
        while ((ready = SysPoll.poll(&wait, 1, milliseconds)) < 0 && Errno.Last == Errno.EINTR)
        {
        }
        return ready > 0;
    }
}
