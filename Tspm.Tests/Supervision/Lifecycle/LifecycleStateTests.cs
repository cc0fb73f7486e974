using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision.Lifecycle;

/// <summary>What others read off the state of an instance.</summary>
[Timeout(10_000)]
internal sealed class LifecycleStateTests
{
    static readonly LifecycleState Some = LifecycleState.New with { Cause = Cause.Requested(CauseRequest.Start) };

    static IEnumerable<LifecycleState> In(params LifecyclePhase[] phases) =>
        from phase in phases
        from next in Enum.GetValues<AfterExit>()
        from leftovers in new[] { false, true }
        select Some with { Phase = phase, Next = next, HasLeftovers = leftovers };

    static readonly LifecyclePhase[] Phases = Enum.GetValues<LifecyclePhase>();

    [Test]
    public async Task A_child_exists_from_the_spawn_to_the_exit(CancellationToken cancellation)
    {
        var with = Phases.Where(static phase => In(phase).All(static state => state.HasChild));
        var without = Phases.Where(static phase => !In(phase).Any(static state => state.HasChild));
        await Assert.That(with).IsEquivalentTo(
            [LifecyclePhase.Spawning, LifecyclePhase.Starting, LifecyclePhase.Online, LifecyclePhase.Stopping]);
        await Assert.That(without).IsEquivalentTo(Phases.Except(with));
    }

    [Test]
    public async Task What_will_start_is_ordered_waiting_held_or_to_follow_its_last_child(
        CancellationToken cancellation)
    {
        var always = Phases.Where(static phase => In(phase).All(static state => state.WillStart));
        var never = Phases.Where(static phase => !In(phase).Any(static state => state.WillStart));
        await Assert.That(always)
            .IsEquivalentTo([LifecyclePhase.Spawning, LifecyclePhase.Waiting, LifecyclePhase.Held]);
        await Assert.That(never).IsEquivalentTo(
            [LifecyclePhase.Stopped, LifecyclePhase.Starting, LifecyclePhase.Online, LifecyclePhase.Errored]);
        foreach (var state in In(LifecyclePhase.Stopping, LifecyclePhase.Sweeping))
            await Assert.That(state.WillStart).IsEqualTo(state.Next is AfterExit.Start or AfterExit.Retry)
                .Because($"{state}");
    }

    [Test]
    public async Task Only_before_a_retry_are_leftovers_the_reason_and_the_process_waits(
        CancellationToken cancellation)
    {
        foreach (var state in In(Phases))
        {
            var cleansUp = state is { Phase: LifecyclePhase.Sweeping, Next: AfterExit.Retry, HasLeftovers: true };
            await Assert.That(state.ShownReason).IsEqualTo(cleansUp ? "ending leftover processes" : "started by user")
                .Because($"{state}");
            if (state.Phase != LifecyclePhase.Sweeping) continue;
            await Assert.That(state.Observed).IsEqualTo(cleansUp ? ProcessState.Waiting : ProcessState.Stopping)
                .Because($"{state}");
        }
    }

    [Test]
    [Arguments(LifecyclePhase.Stopped, ProcessState.Stopped)]
    [Arguments(LifecyclePhase.Spawning, ProcessState.Starting)]
    [Arguments(LifecyclePhase.Starting, ProcessState.Starting)]
    [Arguments(LifecyclePhase.Online, ProcessState.Online)]
    [Arguments(LifecyclePhase.Stopping, ProcessState.Stopping)]
    [Arguments(LifecyclePhase.Waiting, ProcessState.Waiting)]
    [Arguments(LifecyclePhase.Held, ProcessState.Waiting)]
    [Arguments(LifecyclePhase.Errored, ProcessState.Errored)]
    public async Task Users_see_a_coarser_state(
        LifecyclePhase phase, ProcessState observed, CancellationToken cancellation)
    {
        foreach (var state in In(phase)) await Assert.That(state.Observed).IsEqualTo(observed);
    }

    [Test]
    public async Task Nobody_has_requested_a_new_instance_yet(CancellationToken cancellation) =>
        await Assert.That(LifecycleState.New.ByHand).IsFalse();
}
