using System.IO.Pipes;
using System.Net.Sockets;
using System.Text;
using Tspm.Platform;
using Tspm.Platform.Portable;
using Tspm.Platform.Windows;

namespace Tspm.Tests.Platform;

/// <summary>
/// What every way to the daemon promises, tried on each of them. Named pipes are the runtime's own emulation here; on
/// Windows they are the real thing.
/// </summary>
[Timeout(30_000)]
internal sealed class ControlListenerTests
{
    static (IControlListener Listener, Func<Task<Stream>> Connect, IDisposable? Folder) Make(string kind)
    {
        if (kind == "pipe")
        {
            var name = $"tspm-test-{Guid.NewGuid():N}";
            var pipes = new PipeControlListener(name, owner: Environment.ProcessId);
            pipes.Open();
            return (pipes, async () =>
            {
                var client = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous);
                await client.ConnectAsync(5000);
                return client;
            }, null);
        }
        var folder = Directory.CreateTempSubdirectory("tspm-cl-");
        var path = Path.Combine(folder.FullName, "s");
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        return (new UnixControlListener(listener), async () =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            return new NetworkStream(socket, ownsSocket: true);
        }, new TemporaryFolder(folder));
    }

    sealed class TemporaryFolder(DirectoryInfo folder) : IDisposable
    {
        public void Dispose() => folder.Delete(recursive: true);
    }

    static async Task With(string kind, Func<IControlListener, Func<Task<Stream>>, Task> test)
    {
        var (listener, connect, folder) = Make(kind);
        using (listener)
        using (folder)
            await test(listener, connect);
    }

    [Test, Arguments("unix"), Arguments("pipe")]
    public Task Bytes_go_both_ways_and_the_end_is_seen(string kind, CancellationToken cancellation) =>
        With(kind, async (listener, connect) =>
    {
        var client = await connect();
        using var channel = await listener.Accept(cancellation);
        await client.WriteAsync("question\n"u8.ToArray(), cancellation);
        var buffer = new byte[64];
        var count = await channel.Receive(buffer, cancellation);
        await Assert.That(Encoding.UTF8.GetString(buffer, 0, count)).IsEqualTo("question\n");
        ReadOnlyMemory<byte> answer = "answer\n"u8.ToArray();
        while (answer.Length > 0) answer = answer[await channel.Send(answer)..];
        await Assert.That(await client.ReadAtLeastAsync(buffer, 7, cancellationToken: cancellation)).IsEqualTo(7);
        await Assert.That(channel.Peer).IsNotNull();
        client.Dispose();
        await Assert.That(await End(channel, cancellation)).IsEqualTo(0);
    });

    [Test, Arguments("unix"), Arguments("pipe")]
    public Task Many_clients_are_accepted_at_once_and_each_has_its_own_channel(string kind,
        CancellationToken cancellation) => With(kind, async (listener, connect) =>
    {
        var clients = new List<Stream>();
        var channels = new List<IControlChannel>();
        for (var i = 0; i < 20; i++)
        {
            clients.Add(await connect());
            channels.Add(await listener.Accept(cancellation));
            await clients[i].WriteAsync(new[] { (byte)i }, cancellation);
        }
        for (var i = 0; i < 20; i++)
        {
            var one = new byte[4];
            await Assert.That(await channels[i].Receive(one, cancellation)).IsEqualTo(1);
            await Assert.That(one[0]).IsEqualTo((byte)i);
            channels[i].Dispose();
            clients[i].Dispose();
        }
    });

    [Test, Arguments("unix"), Arguments("pipe")]
    public Task A_client_that_connects_before_anybody_accepts_waits(string kind, CancellationToken cancellation) =>
        With(kind, async (listener, connect) =>
    {
        using var client = await connect();
        await client.WriteAsync("early"u8.ToArray(), cancellation);
        using var channel = await listener.Accept(cancellation);
        await Assert.That(await channel.Receive(new byte[16], cancellation)).IsEqualTo(5);
    });

    [Test, Arguments("unix"), Arguments("pipe")]
    public Task A_wait_for_a_client_or_for_bytes_can_be_ended(string kind, CancellationToken cancellation) =>
        With(kind, async (listener, connect) =>
    {
        using (var end = new CancellationTokenSource())
        {
            var accepting = listener.Accept(end.Token);
            end.Cancel();
            await Assert.That(async () => await accepting).Throws<OperationCanceledException>();
        }
        using var client = await connect();
        using var channel = await listener.Accept(cancellation);
        using var over = new CancellationTokenSource();
        var receiving = channel.Receive(new byte[16], over.Token);
        over.Cancel();
        await Assert.That(async () => await receiving).Throws<OperationCanceledException>();
    });

    [Test, Arguments("unix"), Arguments("pipe")]
    public Task Reading_is_finished_also_for_who_waits_and_sending_goes_on(string kind,
        CancellationToken cancellation) => With(kind, async (listener, connect) =>
    {
        using var client = await connect();
        using var channel = await listener.Accept(cancellation);
        var receiving = channel.Receive(new byte[16], cancellation);
        channel.FinishReading();
        await Assert.That(await receiving).IsEqualTo(0);
        await Assert.That(await channel.Receive(new byte[16], cancellation)).IsEqualTo(0);
        await Assert.That(await channel.Send("done\n"u8.ToArray())).IsEqualTo(5);
        await Assert.That(await client.ReadAtLeastAsync(new byte[5], 5, cancellationToken: cancellation)).IsEqualTo(5);
        channel.FinishReading();
    });

    [Test, Arguments("unix"), Arguments("pipe")]
    public Task A_channel_that_is_closed_here_ends_what_waits_on_both_sides(string kind,
        CancellationToken cancellation) => With(kind, async (listener, connect) =>
    {
        using var client = await connect();
        var channel = await listener.Accept(cancellation);
        var reading = client.ReadAsync(new byte[16], cancellation);
        channel.Dispose();
        await Assert.That(await reading).IsEqualTo(0);
        await Assert.That(async () => await channel.Send(new byte[1])).Throws<Exception>();
    });

    /// <summary>0, or the failure that stands for it.</summary>
    static async Task<int> End(IControlChannel channel, CancellationToken cancellation)
    {
        try
        {
            return await channel.Receive(new byte[16], cancellation);
        }
        catch (Exception gone) when (gone is SocketException or IOException)
        {
            return 0;
        }
    }
}
