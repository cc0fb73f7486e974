using Microsoft.Extensions.Logging.Abstractions;
using Tspm.Daemon.Footprint;
using Tspm.Supervision;
using Tspm.Tests.Direct;

namespace Tspm.Tests.Daemon;

/// <summary>When an idle daemon returns its memory.</summary>
[Timeout(60_000)]
internal sealed class IdleTrimTests
{
    readonly ManualClock _clock = new();

    /// <summary>Lets a second pass, and the daemon notice it.</summary>
    async Task PassSecond(SocketWorld world)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        await world.OnItsThread(static _ => true);
    }

    /// <summary>A stream, or a stop that takes long, brings code into memory at its end, too.</summary>
    [Test]
    public async Task What_a_long_request_used_is_returned_after_its_end(CancellationToken cancellation)
    {
        using var world = new SocketWorld(time: _clock);
        using (var client = world.Connect())
        {
            client.Send("""{"id":1,"method":"events","params":{"follow":true}}""" + "\n");
            client.Read();
            for (var seconds = 0; world.Trims == 0; seconds++)
            {
                await Assert.That(seconds).IsLessThan(10);
                await PassSecond(world);
            }
            for (var seconds = 0; seconds < 20; seconds++) await PassSecond(world);
            await Assert.That(world.Trims).IsEqualTo(1).Because("nothing was done meanwhile");
        }
        while (world.Trims < 2)
        {
            await Task.Delay(1, cancellation);
            await PassSecond(world);
        }
        for (var seconds = 0; seconds < 20; seconds++) await PassSecond(world);
        await Assert.That(world.Trims).IsEqualTo(2);
    }

    /// <summary>The number of collections and of releases after 20 seconds.</summary>
    (int Collections, int Releases) Count(Action<IdleTrim> duringFirstCollection)
    {
        var (collections, releases) = (0, 0);
        var loop = new SupervisorLoop(_clock, NullLogger.Instance);
        IdleTrim? idle = null;
        idle = new IdleTrim(loop, () =>
        {
            if (++collections == 1) duringFirstCollection(idle!);
        }, () => releases++);
        idle.Touch();
        for (var seconds = 0; seconds < 20; seconds++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            loop.RunPending();
        }
        return (collections, releases);
    }

    [Test]
    public async Task What_ends_during_a_collection_is_collected_after_it(CancellationToken cancellation)
    {
        await Assert.That(Count(static idle => idle.Touch())).IsEqualTo((2, 1));
    }

    [Test]
    public async Task Code_is_released_once_after_a_collection(CancellationToken cancellation)
    {
        await Assert.That(Count(static _ => { })).IsEqualTo((1, 1));
    }
}
