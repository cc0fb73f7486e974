using Tspm.Client;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;

namespace Tspm.Tests.Client.Connection;

/// <summary>How a stream comes back to a daemon that was lost.</summary>
[Timeout(30_000)]
public sealed class ResumingStreamTests
{
    static List<double> Pauses(int losses, Func<int, bool> isHeard)
    {
        using var daemon = new FakeDaemon(static _ => null);
        var (pauses, tries, screen) = (new List<double>(), 0, new Screen());
        var session = new ClientSession(daemon.Home, null!, screen.Writer, screen.Writer)
        {
            Pause = time => pauses.Add(time.TotalMilliseconds),
        };
        ResumingStream.Run(session, connection =>
        {
            if (isHeard(tries)) connection.OnHeard!();
            if (tries++ < losses) throw new DaemonException(LocalError.Disconnected, "gone");
        }, static _ => true);
        return pauses;
    }

    [Test]
    public async Task The_pauses_grow_from_a_tenth_of_a_second_to_five_and_are_never_the_same(CancellationToken cancel)
    {
        var pauses = Pauses(60, static _ => false);
        await Assert.That(pauses.Count).IsEqualTo(60);
        await Assert.That(pauses[0]).IsEqualTo(100);
        for (var i = 0; i < pauses.Count; i++)
        {
            var most = Math.Min(100 * Math.Pow(2, i), 5000);
            await Assert.That(pauses[i]).IsBetween(Math.Max(100, most / 2), most);
        }
        await Assert.That(pauses.Skip(10).Distinct().Count()).IsGreaterThan(30)
            .Because("many clients do not come back at once");
    }

    [Test]
    public async Task Who_has_heard_of_the_daemon_begins_with_the_shortest_again(CancellationToken cancel)
    {
        var pauses = Pauses(20, static tries => tries == 15);
        await Assert.That(pauses[14]).IsGreaterThanOrEqualTo(2500);
        await Assert.That(pauses[15]).IsEqualTo(100);
    }
}
