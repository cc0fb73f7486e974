using Tspm.Daemon;

namespace Tspm.Tests.Direct;

/// <summary>Processes that live as long as a client holds them (<c>run</c>).</summary>
[Timeout(60_000)]
internal sealed class TemporaryTests
{
    static async Task Until(Func<bool> condition, CancellationToken cancellation)
    {
        while (!condition()) await Task.Delay(2, cancellation);
    }

    [Test]
    public async Task A_process_that_nobody_holds_is_deleted_after_a_while(CancellationToken cancellation)
    {
        using var world = await Temporary();
        world.Daemon.Context.Temporaries.ExpectAll();
        world.Advance(TemporaryProcesses.Patience - TimeSpan.FromMilliseconds(1));
        await Assert.That(world.States()).IsEqualTo("web:0 online, api:0 online");
        world.Advance(TimeSpan.FromMilliseconds(1));
        await Until(() => world.States() == "api:0 online", cancellation);
    }

    [Test]
    public async Task A_process_stays_while_one_of_its_holders_is_there(CancellationToken cancellation)
    {
        using var world = await Temporary();
        var temporaries = world.Daemon.Context.Temporaries;
        temporaries.ExpectAll();
        var ids = world.Daemon.Handle.Views().Select(static view => view.Definition.Id).ToList();
        var (first, second) = (temporaries.Hold(ids), temporaries.Hold(ids));
        await Assert.That(first.Count).IsEqualTo(1);
        world.Advance(TemporaryProcesses.Patience * 2);
        temporaries.Release(first);
        world.Advance(TemporaryProcesses.Patience * 2);
        await Assert.That(world.States()).IsEqualTo("web:0 online, api:0 online");
        temporaries.Release(second);
        await Until(() => world.States() == "api:0 online", cancellation);
    }

    [Test]
    public async Task A_process_that_has_ended_is_left_for_its_client_for_a_while(CancellationToken cancellation)
    {
        using var world = await Temporary();
        var temporaries = world.Daemon.Context.Temporaries;
        var held = temporaries.Hold([world.View("web").Definition.Id]);
        await world.Given("stop web");
        temporaries.Release(held);
        await Assert.That(world.States()).IsEqualTo("web:0 stopped, api:0 online");
        world.Advance(TemporaryProcesses.Patience);
        await Until(() => world.States() == "api:0 online", cancellation);
    }

    /// <summary>A temporary process, and one that is not.</summary>
    static async Task<VerbWorld> Temporary()
    {
        var world = new VerbWorld();
        await world.Given(Seeds.Web);
        await world.Given(Seeds.Api);
        world.OnItsThread(supervisor =>
            supervisor.Put(world.View("web").Definition with { IsTemporary = true }));
        return world;
    }
}
