using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux.Sockets;

namespace Tspm.Tests.Platform;

/// <summary>What it costs to ask who listens: how often the tables are read and the machine is searched.</summary>
[Timeout(60_000)]
internal sealed class TcpListenersTests
{
    static readonly TcpTable.Host Loopback = TcpTable.Host.From([127, 0, 0, 1]);

    static readonly HashSet<ulong> Nothing = [];

    /// <summary>Tables as the test says, on a clock that the test moves.</summary>
    sealed class Bench
    {
        public readonly FakeTimeProvider Clock = new();
        public readonly SocketHolders Holders;
        public readonly TcpListeners Listeners;
        public readonly List<TcpTable.Listener> Table = [];
        public int Reads;

        public Bench()
        {
            Holders = new SocketHolders(Clock);
            Listeners = new TcpListeners(new TcpReadings(Clock, () =>
            {
                Interlocked.Increment(ref Reads);
                lock (Table) return [.. Table];
            }), Holders);
        }

        public void Add(int port, ulong inode)
        {
            lock (Table) Table.Add(new TcpTable.Listener(Loopback, port, inode));
        }

        public Task<ListenerFacts> Look(int port, int pid, IReadOnlySet<ulong> suspects)
        {
            var told = new TaskCompletionSource<ListenerFacts>(TaskCreationOptions.RunContinuationsAsynchronously);
            Listeners.Inspect(new DialedAddress([127, 0, 0, 1], port, IsLocal: true), pid, suspects, told.SetResult);
            return told.Task;
        }
    }

    [Test]
    public async Task A_thousand_starts_within_a_moment_read_the_tables_once(CancellationToken cancellation)
    {
        var bench = new Bench();
        bench.Add(80, 7);
        for (var i = 0; i < 1000; i++) await Assert.That(bench.Listeners.ListeningOn(80)!).IsEquivalentTo([7UL]);
        await Assert.That(bench.Listeners.ListeningOn(81)!).IsEmpty();
        await Assert.That(bench.Reads).IsEqualTo(1);
        bench.Add(80, 8);
        bench.Clock.Advance(TcpReadings.LongestUse + TimeSpan.FromMilliseconds(1));
        await Assert.That(bench.Listeners.ListeningOn(80)!).IsEquivalentTo([7UL, 8UL]);
        await Assert.That(bench.Reads).IsEqualTo(2);
    }

    [Test]
    public async Task Tables_that_cannot_be_read_are_not_read_again_at_once(CancellationToken cancellation)
    {
        var reads = 0;
        var listeners = new TcpListeners(new TcpReadings(new FakeTimeProvider(), () =>
        {
            reads++;
            return null;
        }), new SocketHolders(TimeProvider.System));
        await Assert.That(listeners.ListeningOn(80)).IsNull();
        await Assert.That(listeners.ListeningOn(80)).IsNull();
        await Assert.That(reads).IsEqualTo(1);
    }

    [Test]
    public async Task Looks_are_served_one_after_another_and_share_the_reading(CancellationToken cancellation)
    {
        var bench = new Bench();
        bench.Add(80, 7);
        var (threads, most, now) = (new ConcurrentBag<ListenerFacts>(), 0, 0);
        using var all = new CountdownEvent(500);
        for (var i = 0; i < 500; i++)
        {
            var address = new DialedAddress([127, 0, 0, 1], 80, IsLocal: true);
            // The pid of nobody: different children of one port.
            bench.Listeners.Inspect(address, int.MaxValue - i, new HashSet<ulong> { 7 }, facts =>
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                threads.Add(facts);
                Interlocked.Decrement(ref now);
                all.Signal();
            });
        }
        await Task.Run(() => all.Wait(cancellation), cancellation);
        await Assert.That(most).IsEqualTo(1);
        await Assert.That(threads.All(static facts => facts is { IsOwn: false, Holder: null })).IsTrue();
        // Nobody has that socket, which is searched for once.
        await Assert.That((bench.Reads, bench.Holders.Searches)).IsEqualTo((1, 1));
        bench.Clock.Advance(SocketHolders.NobodyFor);
        _ = await bench.Look(80, int.MaxValue, new HashSet<ulong> { 7 });
        await Assert.That(bench.Holders.Searches).IsEqualTo(2);
    }

    [Test]
    public async Task Only_a_reading_from_after_the_answer_lets_it_count(CancellationToken cancellation)
    {
        var bench = new Bench();
        await Assert.That(bench.Listeners.ListeningOn(80)!).IsEmpty();
        // The child listens now: the reading of a moment ago does not know it.
        bench.Add(80, 7);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var facts = await bench.Look(80, int.MaxValue, Nothing);
        await Assert.That(facts.Sockets!).IsEquivalentTo([7UL]);
        await Assert.That(bench.Reads).IsEqualTo(2);
        // That which is refused is asked for again anyway.
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        _ = await bench.Look(80, int.MaxValue, new HashSet<ulong> { 7 });
        await Assert.That(bench.Reads).IsEqualTo(2);
    }

    [Test]
    public async Task The_holder_is_searched_for_once_and_again_when_the_socket_is_elsewhere(
        CancellationToken cancellation)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var bench = new Bench();
        var inode = TcpTable.Answering(new TcpReadings().Recent().Listeners!, Loopback, port).Single();
        bench.Add(port, inode);
        var own = $"pid {Environment.ProcessId} (";
        for (var i = 0; i < 20; i++)
        {
            // The pid of nobody.
            var facts = await bench.Look(port, int.MaxValue, new HashSet<ulong> { inode });
            await Assert.That(facts.Holder!).StartsWith(own);
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        await Assert.That(bench.Holders.Searches).IsEqualTo(1);
        // Another descriptor of this process has it, and the known one is closed.
        using (var copy = new Socket(Copy(server.Server.SafeHandle)))
        {
            server.Stop();
            var facts = await bench.Look(port, int.MaxValue, new HashSet<ulong> { inode });
            await Assert.That(facts.Holder!).StartsWith(own);
            await Assert.That(bench.Holders.Searches).IsEqualTo(2);
        }
        await Assert.That((await bench.Look(port, int.MaxValue, new HashSet<ulong> { inode })).Holder).IsNull();
        await Assert.That(bench.Holders.Searches).IsEqualTo(3);
    }

    static SafeSocketHandle Copy(SafeSocketHandle handle)
    {
        const int duplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
        var copy = Fcntl.fcntl((int)handle.DangerousGetHandle(), duplicateCloseOnExec);
        return new SafeSocketHandle(copy, ownsHandle: true);
    }
}
