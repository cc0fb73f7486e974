using System.Net;
using System.Net.Sockets;
using System.Text;
using Tspm.Platform;
using Tspm.Platform.Linux.Sockets;

namespace Tspm.Tests.Platform;

/// <summary>Who listens, from the kernel's tables.</summary>
[Timeout(30_000)]
internal sealed class TcpTableTests
{
    const string Tables = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 11 1
           1: 00000000:1F90 00000000:0000 0A 0:0 00:0 0 0 0 12 1
           2: 0200007F:1F91 00000000:0000 0A 0:0 00:0 0 0 0 13 1
           3: 0100007F:1F92 0100007F:D431 01 0:0 00:0 0 0 0 14 1
           4: 00000000:1F93 00000000:0000 0A 0:0 00:0 0 0 0 15 1
           5: 00000000:1F93 00000000:0000 0A 0:0 00:0 0 0 0 16 1
           6: garbage
           7: 00000000000000000000000000000000:1F93 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 21 1
           8: 00000000000000000000000000000000:1F94 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 22 1
           9: 0000000000000000FFFF00000100007F:1F95 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 23 1
          10: 00000000000000000000000001000000:1F96 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 24 1
        """;

    [Test]
    [Arguments("127.0.0.1", 0x1f90, "11")]
    [Arguments("127.0.0.9", 0x1f90, "12")]
    [Arguments("::ffff:127.0.0.1", 0x1f90, "11")]
    [Arguments("::1", 0x1f90, "")]
    [Arguments("127.0.0.1", 0x1f91, "")]
    [Arguments("127.0.0.1", 0x1f92, "")]
    [Arguments("127.0.0.1", 0x1f93, "15 16")]
    [Arguments("::1", 0x1f93, "21")]
    [Arguments("127.0.0.1", 0x1f94, "22")]
    [Arguments("10.1.2.3", 0x1f94, "22")]
    [Arguments("127.0.0.1", 0x1f95, "23")]
    [Arguments("::1", 0x1f96, "24")]
    [Arguments("127.0.0.1", 0x1f96, "")]
    public async Task The_most_exact_listener_answers(
        string host, int port, string inodes, CancellationToken cancellation)
    {
        var found = TcpTable.Answering(
            Parse(Tables + "\n"), TcpTable.Host.From(IPAddress.Parse(host).GetAddressBytes()), port);
        await Assert.That(string.Join(' ', found.Order())).IsEqualTo(inodes);
    }

    /// <param name="text">The table.</param>
    /// <param name="atOnce">Bytes of one reading.</param>
    static List<TcpTable.Listener> Parse(string text, int atOnce = int.MaxValue)
    {
        var (bytes, at, found) = (Encoding.ASCII.GetBytes(text), 0, new List<TcpTable.Listener>());
        var isRead = TcpTable.Parse(into =>
        {
            var length = Math.Min(Math.Min(atOnce, into.Length), bytes.Length - at);
            bytes.AsSpan(at, length).CopyTo(into);
            at += length;
            return length;
        }, found);
        return isRead ? found : throw new IOException("not read");
    }

    [Test]
    [Arguments(1), Arguments(7), Arguments(100)]
    public async Task A_table_may_come_in_any_pieces(int atOnce, CancellationToken cancellation)
    {
        // Also behind a line that is longer than any buffer.
        var text = Tables + "\n" + new string('x', 20_000) + "\n" + Tables + "\n";
        var found = Parse(text, atOnce);
        await Assert.That(found).IsEquivalentTo([.. Parse(Tables + "\n"), .. Parse(Tables + "\n")]);
        await Assert.That(found.Count).IsEqualTo(18);
    }

    [Test]
    public async Task A_table_that_cannot_be_read_is_none(CancellationToken cancellation)
    {
        await Assert.That(TcpTable.Parse(static _ => -1, [])).IsFalse();
    }

    [Test]
    public async Task A_busy_servers_connections_are_not_all_read(CancellationToken cancellation)
    {
        var (read, line) = (0, Encoding.ASCII.GetBytes(Tables.Split('\n')[4] + "\n"));
        var found = new List<TcpTable.Listener>();
        var isRead = TcpTable.Parse(into =>
        {
            if (read == 1_000_000) return 0;
            read++;
            line.CopyTo(into);
            return line.Length;
        }, found);
        await Assert.That((isRead, found.Count)).IsEqualTo((true, 0));
        await Assert.That(read).IsLessThan(1000);
    }

    [Test]
    public async Task The_kernel_says_the_same_both_ways(CancellationToken cancellation)
    {
        // More than one page and one datagram has room for, on an address that no other test wants a port of.
        var places = (string[])["0.0.0.0", "::1", "::", .. Enumerable.Repeat("127.77.0.1", 200)];
        List<Socket> sockets = [];
        try
        {
            foreach (var place in places)
            {
                var address = IPAddress.Parse(place);
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(address, 0));
                socket.Listen();
            }
            var asked = new List<TcpTable.Listener>();
            await Assert.That(TcpDiag.Read(asked)).IsTrue();
            var read = TcpReadings.ReadTables()!;
            foreach (var socket in sockets)
            {
                var place = (IPEndPoint)socket.LocalEndPoint!;
                var host = TcpTable.Host.From(place.Address.GetAddressBytes());
                bool IsIt(TcpTable.Listener listener) => listener.Port == place.Port && listener.Host == host;
                await Assert.That(asked.Where(IsIt)).IsEquivalentTo(read.Where(IsIt));
                await Assert.That(asked.Count(IsIt)).IsEqualTo(1);
            }
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    /// <summary>Whatever is no complete answer is none: the tables are read then.</summary>
    [Test]
    [Arguments("", null)]
    [Arguments("14000000 0300 0200 00000000 00000000 00000000", true)]
    [Arguments("24000000 0200 0000 00000000 00000000 FEFFFFFF", false)]
    [Arguments("14000000", false)]
    [Arguments("58000000 1400 0200 00000000 00000000 0200", false)]
    [Arguments("12000000 1400 0200 00000000 00000000 0200", false)]
    [Arguments("00000000 1400 0200 00000000 00000000", false)]
    public async Task An_answer_that_is_cut_off_is_none(string hex, bool? isRead, CancellationToken cancellation)
    {
        var found = new List<TcpTable.Listener>();
        await Assert.That(TcpDiag.Add(Convert.FromHexString(hex.Replace(" ", "")), found)).IsEqualTo(isRead);
        await Assert.That(found).IsEmpty();
    }

    [Test]
    public async Task A_listener_belongs_to_whoever_has_it_open(CancellationToken cancellation)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var listeners = new TcpListeners();
        var sockets = listeners.ListeningOn(port);
        var address = new DialedAddress([127, 0, 0, 1], port, IsLocal: true);
        async Task<ListenerFacts> Look(int pid)
        {
            var told = new TaskCompletionSource<ListenerFacts>();
            listeners.Inspect(address, pid, sockets!, told.SetResult);
            return await told.Task.WaitAsync(cancellation);
        }

        var own = await Look(Environment.ProcessId);
        await Assert.That((own.IsOwn, own.Holder)).IsEqualTo(((bool?)true, (string?)null));
        using var child = Tspm.Tests.Fixtures.Programs.Start(
            "/bin/sleep", ["1000"], new Dictionary<string, string>(), "/");
        try
        {
            var foreign = await Look(child.Id);
            await Assert.That(foreign.IsOwn!.Value).IsFalse();
            await Assert.That(foreign.Holder!).StartsWith($"pid {Environment.ProcessId} (");
            // Other tests may have the same port on other addresses.
            await Assert.That(foreign.Sockets!.Count).IsEqualTo(1);
            await Assert.That(foreign.Sockets!.IsSubsetOf(sockets!)).IsTrue();
        }
        finally
        {
            child.Kill();
        }
    }
}
