using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Tests.Supervision.Starting;

/// <summary>When a child is not stopped because the next one could not run.</summary>
[Timeout(30_000)]
internal sealed class RestartCheckTests
{
    [Test]
    public async Task Only_a_child_that_would_be_stopped_is_a_reason_to_look(CancellationToken cancellation)
    {
        var needed = Enum.GetValues<LifecyclePhase>().Where(RestartCheck.IsNeeded);
        await Assert.That(needed).IsEquivalentTo([LifecyclePhase.Starting, LifecyclePhase.Online]);
    }

    [Test]
    [Arguments(null, 7, null)]
    [Arguments(null, null, null)]
    [Arguments("there is no script a.js", 7,
        "not restarted: there is no script a.js; the old one keeps running (pid 7)")]
    [Arguments("there is no script a.js", null, "not restarted: there is no script a.js; the old one keeps running")]
    public async Task A_missing_script_keeps_the_old_child(
        string? missing, int? pid, string? problem, CancellationToken cancellation) =>
        await Assert.That(RestartCheck.Problem(missing, pid)).IsEqualTo(problem);
}
