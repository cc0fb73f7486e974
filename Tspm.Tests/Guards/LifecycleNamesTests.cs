using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Guards;

/// <summary>Lists of an enum's names that are written out by hand.</summary>
[Timeout(60_000)]
public class LifecycleNamesTests
{
    [Test]
    public async Task Every_state_phase_and_outcome_has_its_own_name(CancellationToken cancellation)
    {
        await Assert.That(StateNames.All).IsEquivalentTo(Enum.GetValues<ProcessState>());
        foreach (var phase in Enum.GetValues<LifecyclePhase>())
        {
            await Assert.That(LifecycleNames.NameOf(phase)).IsEqualTo($"{phase}");
            await Assert.That(LifecycleNames.PhaseOf($"{phase}")).IsEqualTo(phase);
        }
        foreach (var outcome in Enum.GetValues<AfterExit>())
        {
            await Assert.That(LifecycleNames.NameOf(outcome)).IsEqualTo($"{outcome}");
            await Assert.That(LifecycleNames.AfterExitOf($"{outcome}")).IsEqualTo(outcome);
        }
        await Assert.That(LifecycleNames.PhaseOf("OfALaterVersion")).IsNull();
    }
}
