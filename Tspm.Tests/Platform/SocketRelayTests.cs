using System.Text;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Sockets;

namespace Tspm.Tests.Platform;

/// <summary>Bytes between standard input and output and a socket, as ssh from elsewhere uses them.</summary>
[Timeout(60_000)]
internal sealed class SocketRelayTests
{
    [Test]
    public async Task Bytes_go_both_ways_and_the_end_of_the_input_leaves_the_answer_time(CancellationToken cancellation)
    {
        using var ends = new Ends();
        var relay = ends.Start();
        Write(ends.Input, "question");
        await Assert.That(Read(ends.Peer)).IsEqualTo("question");
        ends.CloseInput();
        await Assert.That(Read(ends.Peer)).IsEqualTo("");
        Write(ends.Peer, "answer");
        await Assert.That(Read(ends.Output)).IsEqualTo("answer");
        await Assert.That(relay.IsCompleted).IsFalse();
        ends.ClosePeer();
        await relay.WaitAsync(cancellation);
    }

    /// <summary>More than the socket and a pipe hold, in both directions, read by nobody at first.</summary>
    [Test]
    public async Task A_way_that_does_not_move_does_not_hold_up_the_other(CancellationToken cancellation)
    {
        using var ends = new Ends();
        _ = ends.Start();
        var large = new string('x', 4 << 20);
        var writing = Task.Run(() => Write(ends.Input, large), cancellation);
        Write(ends.Peer, "still heard");
        await Assert.That(Read(ends.Output)).IsEqualTo("still heard");
        await Assert.That(writing.IsCompleted).IsFalse();
        var came = 0;
        while (came < large.Length) came += Read(ends.Peer).Length;
        await writing;
        await Assert.That(came).IsEqualTo(large.Length);
        ends.ClosePeer();
    }

    [Test]
    public async Task It_ends_when_nobody_reads_the_output_any_more(CancellationToken cancellation)
    {
        using var ends = new Ends();
        var relay = ends.Start();
        ends.CloseOutput();
        await relay.WaitAsync(cancellation);
    }

    static string Read(int descriptor)
    {
        var chunk = new byte[1 << 16];
        return Encoding.UTF8.GetString(chunk, 0, DescriptorStream.Read(descriptor, chunk));
    }

    static void Write(int descriptor, string text) =>
        _ = DescriptorStream.WriteAll(descriptor, Encoding.UTF8.GetBytes(text), "it");

    /// <summary>The far ends of what a relay joins.</summary>
    sealed class Ends : IDisposable
    {
        readonly Descriptor _input, _output, _peer, _nearInput, _nearOutput, _socket;

        public Ends()
        {
            _ = Descriptors.Pipe(out _nearInput, out _input);
            _ = Descriptors.Pipe(out _output, out _nearOutput);
            _ = Descriptors.StreamPair(out _socket, out _peer);
        }

        public int Input => _input.Number;

        public int Output => _output.Number;

        public int Peer => _peer.Number;

        public Task Start() => Task.Factory.StartNew(
            () => new SocketRelay(_nearInput.Number, _nearOutput.Number, _socket.Number).Run(),
            TaskCreationOptions.LongRunning);

        public void CloseInput() => _input.Dispose();

        public void CloseOutput() => _output.Dispose();

        public void ClosePeer() => _peer.Dispose();

        public void Dispose()
        {
            foreach (var end in new[] { _input, _output, _peer, _nearInput, _nearOutput, _socket }) end.Dispose();
        }
    }
}
