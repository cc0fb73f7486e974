using Microsoft.Extensions.Time.Testing;
using Tspm.Storage;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Storage;

namespace Tspm.Tests.Supervision.Recovery;

/// <summary>
/// Whatever <see cref="ProcessStore"/> accepts, a daemon can start with: one damaged definition must not keep all
/// others from being supervised.
/// </summary>
[Timeout(60_000)]
internal sealed class DamagedStateTests
{
    [Test]
    public async Task A_daemon_starts_with_every_state_that_can_be_read(CancellationToken cancellation)
    {
        var started = 0;
        Damage.Check(StateFuzzTests.ProcessesFiles, 250, bytes =>
        {
            using var world = new World();
            File.WriteAllBytes(world.Home.ProcessesFile, bytes);
            try
            {
                world.Saved = new ProcessStore(world.Home, new FakeTimeProvider()).Load().Content;
            }
            catch (HomeException)
            {
                return;
            }
            world.StartDaemon();
            world.Advance(1);
            if (world.Save() is { } problem) throw new InvalidOperationException(problem);
            if (world.Saved.Processes.Count > 0) started++;
        }, cancellation);
        await Assert.That(started).IsGreaterThan(30);
    }
}
