using System.Net;
using System.Net.Sockets;
using Tspm.Platform;
using Tspm.Platform.Linux;

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
            TcpTable.Parse(Tables.Split('\n')), IPAddress.Parse(host).GetAddressBytes(), port);
        await Assert.That(string.Join(' ', found.Order())).IsEqualTo(inodes);
    }

    [Test]
    public async Task A_busy_servers_connections_are_not_all_read(CancellationToken cancellation)
    {
        var read = 0;
        IEnumerable<string> Lines()
        {
            for (; read < 1_000_000; read++) yield return Tables.Split('\n')[4];
        }

        await Assert.That(TcpTable.Parse(Lines()).Count()).IsEqualTo(0);
        await Assert.That(read).IsLessThan(10_000);
    }

    [Test]
    public async Task A_listener_belongs_to_whoever_has_it_open(CancellationToken cancellation)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var listeners = new TcpListeners();
        var present = new TaskCompletionSource<IReadOnlySet<ulong>?>();
        listeners.Find(port, present.SetResult);
        var sockets = await present.Task.WaitAsync(cancellation);
        await Assert.That(sockets!.Count).IsEqualTo(1);
        var address = new DialedAddress([127, 0, 0, 1], port, IsLocal: true);
        async Task<ListenerFacts> Look(int pid)
        {
            var told = new TaskCompletionSource<ListenerFacts>();
            listeners.Look(address, pid, sockets, told.SetResult);
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
            await Assert.That(foreign.Sockets!).IsEquivalentTo(sockets);
        }
        finally
        {
            child.Kill();
        }
    }
}
