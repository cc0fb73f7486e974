using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Sockets;

namespace Tspm.Tests.Platform;

/// <summary>Connecting to a Unix socket, and what is said when that fails.</summary>
[Timeout(60_000)]
internal sealed class UnixClientTests
{
    static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Bytes_reach_who_listens_and_it_is_known_who_that_is(CancellationToken cancellation)
    {
        using var listener = Listen(backlog: 1, out var path);
        var outcome = UnixClient.Connect(path, s_second, out var made, out _);
        using var socket = made;
        await Assert.That(outcome).IsEqualTo(ConnectOutcome.Connected);
        await Assert.That(UnixClient.ListenerOf(socket.Number))
            .IsEqualTo((Environment.ProcessId, CurrentSystem.UserId));
        using var accepted = Accept(listener.Number);
        await Assert.That(UnixClient.Send(socket.Number, "hello"u8)).IsTrue();
        var came = new byte[16];
        await Assert.That(DescriptorStream.Read(accepted.Number, came)).IsEqualTo(5);
        accepted.Dispose();
        await Assert.That(DescriptorStream.Read(socket.Number, came)).IsEqualTo(0);
        await Assert.That(UnixClient.Send(socket.Number, "hello"u8)).IsFalse();
    }

    [Test]
    public async Task Why_nobody_answers_is_told_apart(CancellationToken cancellation)
    {
        using var listener = Listen(backlog: 0, out var path);
        await Assert.That(Outcome(path, s_second)).IsEqualTo(ConnectOutcome.Connected);
        var before = Environment.TickCount64;
        await Assert.That(Outcome(path, s_second)).IsEqualTo(ConnectOutcome.NotAccepted);
        await Assert.That(Environment.TickCount64 - before).IsGreaterThan(900);
        listener.Dispose();
        await Assert.That(Outcome(path, s_second)).IsEqualTo(ConnectOutcome.NobodyListens);
        File.Delete(path);
        await Assert.That(Outcome(path, s_second)).IsEqualTo(ConnectOutcome.NobodyListens);
        var tooLong = "/tmp/" + new string('x', UnixClient.MostPathBytes);
        await Assert.That(Outcome(tooLong, s_second)).IsEqualTo(ConnectOutcome.PathTooLong);
        await Assert.That(UnixClient.Connect("/etc/passwd/x", s_second, out _, out var reason))
            .IsEqualTo(ConnectOutcome.Failed);
        await Assert.That(reason).IsEqualTo("Not a directory");
    }

    [Test]
    public async Task Waiting_for_an_answer_ends_when_nobody_reads_the_output(CancellationToken cancellation)
    {
        _ = Descriptors.StreamPair(out var one, out var other);
        using var socket = one;
        using var peer = other;
        _ = Descriptors.Pipe(out var readEnd, out var writeEnd);
        using var output = writeEnd;
        await Assert.That(Wait(milliseconds: 1)).IsEqualTo((false, false));
        _ = UnixClient.Send(peer.Number, "x"u8);
        await Assert.That(Wait(milliseconds: -1)).IsEqualTo((true, false));
        readEnd.Dispose();
        await Assert.That(Wait(milliseconds: -1)).IsEqualTo((true, true));

        (bool IsReadable, bool IsUnread) Wait(int milliseconds) =>
            (DescriptorWait.UntilReadable(socket.Number, milliseconds, output.Number, out var isUnread), isUnread);
    }

    [Test]
    public async Task A_message_waits_for_room_and_is_not_lost(CancellationToken cancellation)
    {
        _ = Descriptors.SocketPair(SysSocket.SOCK_SEQPACKET, out var one, out var other);
        using var sender = one;
        using var receiver = other;
        var sent = 0;
        while (FdPassing.Send(sender.Number, "message"u8, -1) == 0) sent++;
        var waiting = Task.Run(() => FdPassing.SendWhenRoom(sender.Number, "the last"u8, -1), cancellation);
        // Long enough for a call that does not wait; the right one is still there.
        await Task.WhenAny(waiting, Task.Delay(200, cancellation));
        await Assert.That(waiting.IsCompleted).IsFalse();
        var message = new byte[16];
        int length;
        do length = FdPassing.Receive(receiver.Number, message, out _);
        while (length == "message".Length && sent-- > 0);
        await Assert.That(length).IsEqualTo("the last".Length);
        await Assert.That(await waiting).IsEqualTo(0);
        receiver.Dispose();
        await Assert.That(FdPassing.SendWhenRoom(sender.Number, "x"u8, -1)).IsEqualTo(Errno.EPIPE);
    }

    static ConnectOutcome Outcome(string path, TimeSpan timeout)
    {
        var outcome = UnixClient.Connect(path, timeout, out var socket, out _);
        socket.Dispose();
        return outcome;
    }

    static unsafe Descriptor Accept(int listener) =>
        Descriptor.Own(SysSocket.accept4(listener, null, null, SysSocket.SOCK_CLOEXEC));

    static unsafe Descriptor Listen(int backlog, out string path)
    {
        path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        _ = SockaddrUn.TryCreate(path, out var address);
        var socket = Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM);
        if (SysSocket.bind(socket.Number, &address, (uint)sizeof(SockaddrUn)) != 0
            || SysSocket.listen(socket.Number, backlog) != 0) throw new IOException(Descriptors.LastProblem);
        return socket;
    }
}
