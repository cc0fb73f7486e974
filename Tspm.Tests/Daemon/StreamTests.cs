using System.Diagnostics;
using Tspm.Model.Config;

namespace Tspm.Tests.Daemon;

/// <summary>Streams in which nothing happens, or that nobody reads.</summary>
[Timeout(60_000)]
internal sealed class StreamTests
{
    /// <summary>
    /// A client gives its daemon up after ten seconds of silence
    /// (<see cref="Tspm.Client.Connection.DaemonClient.DeadAfter"/>).
    /// </summary>
    [Test, Arguments("logs"), Arguments("events")]
    public async Task An_idle_stream_says_every_five_seconds_that_it_lives(string method,
        CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var client = world.Connect();
        client.Send("""{"id":1,"method":"METHOD","params":{"follow":true}}""".Replace("METHOD", method, StringComparison.Ordinal) + "\n");
        var begin = client.Read()!.Value;
        await Assert.That(begin.GetProperty("method").GetString()).IsEqualTo("heartbeat");
        await Assert.That(begin.GetProperty("params").TryGetProperty("seq", out _)).IsTrue()
            .Because("it says where following begins");
        for (var i = 0; i < 2; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await Assert.That(client.Read()!.Value.GetProperty("method").GetString()).IsEqualTo("heartbeat");
            await Assert.That(Stopwatch.GetElapsedTime(begun).TotalSeconds).IsBetween(4, 9);
        }
        await Assert.That(world.Context.Counters.Heartbeats).IsEqualTo(3);
    }

    /// <summary>What woke the daemon and was nothing for this client does not begin the five seconds anew.</summary>
    [Test]
    public async Task A_log_of_somebody_else_that_grows_does_not_put_the_next_heartbeat_off(
        CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var client = world.Connect();
        client.Send("""{"id":1,"method":"logs","params":{"follow":true}}""" + "\n");
        client.Read();
        var begun = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(1.8), cancellation);
        world.Context.LogChanges.Notify("/nowhere/else.log");
        client.Read();
        await Assert.That(Stopwatch.GetElapsedTime(begun).TotalSeconds).IsLessThan(6.2);
    }

    /// <summary>The heartbeats do not wait for a moment in which nothing happens at all.</summary>
    [Test]
    public async Task A_stream_of_what_hardly_ever_happens_lives_while_much_else_does(CancellationToken cancellation)
    {
        using var world = new SocketWorld();
        using var other = world.Connect();
        other.Call("add", """{"define":[{"name":"quiet","command":"x"}],"client":{"environment":{},"workingDirectory":"/"}}""");
        using var client = world.Connect();
        client.Send("""{"id":1,"method":"events","params":{"follow":true,"selectors":["quiet"]}}""" + "\n");
        var begun = Stopwatch.GetTimestamp();
        var reading = Task.Run(() =>
        {
            while (client.Read() is { } notice)
                if (Stopwatch.GetElapsedTime(begun).TotalSeconds > 3
                    && notice.GetProperty("method").GetString() == "heartbeat") return;
        }, cancellation);
        while (!reading.IsCompleted)
        {
            other.Call("stop", """{"selectors":["nobody"]}""");
            await Task.Delay(20, cancellation);
            await Assert.That(Stopwatch.GetElapsedTime(begun).TotalSeconds).IsLessThan(10);
        }
    }

    [Test]
    public async Task A_stream_that_nobody_reads_is_closed_and_counted_as_lost(CancellationToken cancellation)
    {
        using var world = new SocketWorld(SocketLimits.From(new Dictionary<string, int>
        {
            ["slowReaderMs"] = 200,
            ["requestsPerSecond"] = 0
        }));
        using var deaf = world.Connect();
        deaf.Send("""{"id":1,"method":"events","params":{"follow":true}}""" + "\n");
        using var other = world.Connect();
        var many = string.Join(',', Enumerable.Repeat($"\"{new string('x', 100)}\"", 20));
        while (world.Context.Counters.LostStreams == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            other.Call("stop", $$"""{"selectors":[{{many}}]}""");
        }
        await Assert.That(world.Context.Counters.SlowReaders).IsEqualTo(1);
        await Assert.That(world.Context.Counters.LostStreams).IsEqualTo(1);
    }
}
