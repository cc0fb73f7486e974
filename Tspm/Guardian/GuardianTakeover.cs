using System.Buffers.Binary;
using System.Text;
using Tspm.Libc;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Guardian;

/// <summary>
/// One guardian gives everything to another process: how a daemon that somebody's shell has started becomes the service
/// manager's. The successor asks over the control socket (method <c>upgrade</c>, <c>handOver</c>), the daemon leaves as
/// for an upgrade, and then the former guardian sends, over the same connection, each descriptor with its number and at
/// the end its <see cref="Handover"/>. The lock is among them, and is never free. When the successor says that it has
/// all, the former guardian ends; children and listeners notice nothing.
/// </summary>
internal static unsafe class GuardianTakeover
{
    /// <summary>A mark, and the number that the descriptor had (little-endian).</summary>
    const int MessageBytes = 5;

    const byte ADescriptor = (byte)'D', TheLast = (byte)'W', Taken = (byte)'T';

    /// <summary>Both sides have nothing else to do.</summary>
    const int PatienceMs = 10_000;

    /// <summary>The daemon waits up to half a minute for a moment in which nothing is being changed.</summary>
    const int AskingPatienceMs = 90_000;

    /// <summary>No refusal is longer.</summary>
    const int LongestRefusal = 16 << 10;

    static ReadOnlySpan<byte> Request =>
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"upgrade\",\"params\":{\"handOver\":true}}\n"u8;

    /// <summary>
    /// Null: the successor has it all, and this guardian is to end. Else why not: nothing has changed hands.
    /// </summary>
    public static string? Give(int connection, Handover given)
    {
        using var memory = HandoverFile.Make(given, out var problem);
        foreach (var descriptor in given.Descriptors) problem ??= Send(connection, ADescriptor, descriptor);
        problem ??= Send(connection, TheLast, memory.Number);
        if (problem is not null) return problem;
        byte answer = 0;
        return Wait(connection, SysPoll.POLLIN, PatienceMs) && Unistd.read(connection, &answer, 1) == 1
            && answer == Taken ? null : "the successor did not take over";
    }

    /// <summary>
    /// Asks who answers at this path, and takes everything. Null: it was not given, and the sentence says why.
    /// </summary>
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
                throw new HandoverException("the running daemon does not listen");
        var message = (Span<byte>)stackalloc byte[MessageBytes];
        var patience = AskingPatienceMs;
        while (true)
        {
            if (!Wait(connection, SysPoll.POLLIN, patience))
                throw new HandoverException("the running daemon does not answer");
            var count = FdPassing.Receive(connection, message, out var passed);
            using var descriptor = passed;
            if (count <= 0) throw new HandoverException("the running daemon ended while it handed over");
            patience = PatienceMs;
            if (!descriptor.IsOpen) throw new HandoverException(Refusal(connection, message[..count]));
            if (message[0] == TheLast) return Understand(connection, descriptor.Number, received);
            received[BinaryPrimitives.ReadInt32LittleEndian(message[1..])] = descriptor.Move();
        }
    }

    static Handover Understand(int connection, int memory, Dictionary<int, Descriptor> received)
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
            throw new HandoverException("the running daemon ended while it handed over");
        // They belong to whoever takes up the handover.
        foreach (var descriptor in received.Values) _ = descriptor.HandOver();
        return given;
    }

    static int NumberOf(int former, Dictionary<int, Descriptor> received) =>
        received.TryGetValue(former, out var descriptor)
            ? descriptor.Number
            : throw new HandoverException("the running daemon did not hand over all that it named");

    /// <summary>It is an error of JSON-RPC then: its message.</summary>
    static string Refusal(int connection, ReadOnlySpan<byte> begun)
    {
        var line = new List<byte>();
        line.AddRange(begun);
        var buffer = stackalloc byte[1024];
        while (!line.Contains((byte)'\n') && line.Count < LongestRefusal
            && Wait(connection, SysPoll.POLLIN, PatienceMs))
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
            ? "the running daemon does not hand over"
            : $"the running daemon does not hand over: {text[(start + key.Length)..end]}";
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
            if (!Wait(connection, SysPoll.POLLOUT, PatienceMs)) return "the successor does not read";
        return errno == 0 ? null : $"the successor cannot be given the descriptors: {Errno.Describe(errno)}";
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
