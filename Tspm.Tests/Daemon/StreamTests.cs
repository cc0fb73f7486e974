using Tspm.Model.Config;
using Tspm.Tests.Direct;

namespace Tspm.Tests.Daemon;

/// <summary>Streams in which nothing happens, or that nobody reads.</summary>
[Timeout(60_000)]
internal sealed class StreamTests
{
    readonly ManualClock _clock = new();

    /// <summary>
    /// A client gives its daemon up after ten seconds of silence
    /// (<see cref="Tspm.Client.Connection.DaemonClient.DeadAfter"/>).
    /// </summary>
    [Test, Arguments("logs"), Arguments("events")]
    public async Task An_idle_stream_says_every_five_seconds_that_it_lives(string method,
        CancellationToken cancellation)
    {
        using var world = new SocketWorld(time: _clock);
        using var client = world.Connect();
        using var other = world.Connect();
        client.Send($$$"""{"id":1,"method":"{{{method}}}","params":{"follow":true}}""" + "\n");
        var begin = client.Read()!.Value;
        await Assert.That(begin.GetProperty("method").GetString()).IsEqualTo("heartbeat");
        await Assert.That(begin.GetProperty("params").TryGetProperty("seq", out _)).IsTrue()
            .Because("it says where following begins");
        for (var heartbeats = 1; heartbeats < 3; heartbeats++)
        {
            // Until it waits, it is still at work on what it has begun.
            await _clock.UntilAwaited(TimeSpan.FromSeconds(4.9), TimeSpan.FromSeconds(5), cancellation);
            _clock.Advance(TimeSpan.FromSeconds(4.8));
            other.Call("ping");
            await Assert.That(world.Context.Counters.Heartbeats).IsEqualTo(heartbeats);
            _clock.Advance(TimeSpan.FromSeconds(0.2));
            var (next, _) = await NextNotice(client);
            await Assert.That(next).IsEqualTo("heartbeat");
            await Assert.That(world.Context.Counters.Heartbeats).IsEqualTo(heartbeats + 1);
        }
    }

    /// <summary>What woke the daemon and was nothing for this client does not begin the five seconds anew.</summary>
    [Test]
    public async Task A_log_of_somebody_else_that_grows_does_not_put_the_next_heartbeat_off(
        CancellationToken cancellation)
    {
        using var world = new SocketWorld(time: _clock);
        using var client = world.Connect();
        client.Send("""{"id":1,"method":"logs","params":{"follow":true}}""" + "\n");
        client.Read();
        await _clock.UntilAwaited(TimeSpan.FromSeconds(4.9), TimeSpan.FromSeconds(5), cancellation);
        _clock.Advance(TimeSpan.FromSeconds(1.8));
        world.Context.LogChanges.Notify("/nowhere/else.log");
        _clock.Advance(TimeSpan.FromSeconds(3.2));
        var (_, waited) = await NextNotice(client);
        await Assert.That(waited).IsLessThan(TimeSpan.FromSeconds(1.5));
    }

    /// <summary>The heartbeats do not wait for a moment in which nothing happens at all.</summary>
    [Test]
    public async Task A_stream_of_what_hardly_ever_happens_lives_while_much_else_does(CancellationToken cancellation)
    {
        using var world = new SocketWorld(time: _clock);
        using var other = world.Connect();
        other.Call("add", """{"define":[{"name":"quiet","command":"x"}],"client":{"environment":{},"workingDirectory":"/"}}""");
        using var client = world.Connect();
        client.Send("""{"id":1,"method":"events","params":{"follow":true,"selectors":["quiet"]}}""" + "\n");
        client.Read();
        for (var turns = 0; world.Context.Counters.Heartbeats < 3; turns++)
        {
            await Assert.That(turns).IsLessThan(10_000);
            other.Call("stop", """{"selectors":["nobody"]}""");
            _clock.Advance(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>The method of the next notice, and how long the clock had to move on for it.</summary>
    async Task<(string? Method, TimeSpan Waited)> NextNotice(SocketWorld.Client client)
    {
        // A stream may note when it was last sent to only after this test has moved the clock.
        var (turn, waited) = (TimeSpan.FromMilliseconds(100), TimeSpan.Zero);
        var reading = Task.Run(client.Read);
        // The clock moves again only if the daemon seems to wait for it: what it has sent takes a moment to arrive.
        while (await Task.WhenAny(reading, Task.Delay(100)) != reading)
        {
            _clock.Advance(turn);
            waited += turn;
        }
        return ((await reading)!.Value.GetProperty("method").GetString(), waited);
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
