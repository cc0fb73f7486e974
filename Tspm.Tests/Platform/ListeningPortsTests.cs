using System.Net;
using System.Net.Sockets;
using Tspm.Platform;
using Tspm.Platform.Linux.Sockets;

namespace Tspm.Tests.Platform;

/// <summary>The ports are those on which these processes listen, and no others.</summary>
[Timeout(30_000)]
public sealed class ListeningPortsTests
{
    [Test]
    public async Task The_ports_of_a_process_are_found(CancellationToken cancellation)
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var other = new TcpListener(IPAddress.IPv6Loopback, 0);
        one.Start();
        other.Start();
        int[] expected = [((IPEndPoint)one.LocalEndpoint).Port, ((IPEndPoint)other.LocalEndpoint).Port];
        // Another test may listen, too.
        var found = new ListeningPorts(new TcpReadings()).Find([Environment.ProcessId])!;
        await Assert.That(expected.Except(found)).IsEmpty();
        await Assert.That(found).IsInOrder();
        await Assert.That(found.Distinct().Count()).IsEqualTo(found.Count);
        one.Stop();
        // A reading of the tables is used for a moment.
        found = new ListeningPorts(new TcpReadings()).Find([Environment.ProcessId])!;
        await Assert.That(found).DoesNotContain(expected[0]);
    }

    [Test]
    public async Task Nothing_is_claimed_about_a_process_that_is_gone(CancellationToken cancellation)
    {
        using var some = new TcpListener(IPAddress.Loopback, 0);
        some.Start();
        await Assert.That(new ListeningPorts(new TcpReadings()).Find([int.MaxValue])).IsNull();
        await Assert.That(CurrentSystem.CreateListeningPorts().Find([])).IsNull();
    }
}
