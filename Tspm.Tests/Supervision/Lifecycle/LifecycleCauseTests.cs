using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision.Lifecycle;

/// <summary>Which cause a transition records; the table of transitions does not say.</summary>
[Timeout(10_000)]
internal sealed class LifecycleCauseTests
{
    static readonly Cause Before = Cause.Requested(CauseRequest.Start);

    static Cause After(LifecyclePhase phase, LifecycleEvent happened) => ProcessLifecycle.Next(
        LifecycleState.New with { Phase = phase, Next = AfterExit.Start, Cause = Before }, happened,
        RestartPolicy.Default, TimeSpan.FromSeconds(100)).State.Cause;

    [Test]
    public async Task A_shutdown_says_who_requested_it(CancellationToken cancellation)
    {
        var by = new Requester(1000, 4711);
        await Assert.That(After(LifecyclePhase.Online, new LifecycleEvent.ShutdownRequested(by)))
            .IsEqualTo(new Cause(CauseCode.Shutdown) { By = by });
    }

    [Test]
    public async Task A_failed_spawn_says_what_failed(CancellationToken cancellation) =>
        await Assert.That(After(LifecyclePhase.Spawning,
                new LifecycleEvent.SpawnFailed(new SpawnFailure("spawn", 11, "no more processes"))))
            .IsEqualTo(Cause.Observed(CauseCode.Spawn, "no more processes"));

    [Test]
    public async Task Only_a_held_instance_takes_another_reason_to_be_held(CancellationToken cancellation)
    {
        var other = Cause.Observed(CauseCode.Dependency, "waits for cache");
        foreach (var phase in Enum.GetValues<LifecyclePhase>())
            await Assert.That(After(phase, new LifecycleEvent.HeldBack(other)))
                .IsEqualTo(phase == LifecyclePhase.Held ? other : Before).Because($"{phase}");
    }
}
