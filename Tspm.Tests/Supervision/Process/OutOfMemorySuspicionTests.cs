using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision.Process;

/// <summary>Which ends of a child are worth a look into the kernel's log.</summary>
[Timeout(30_000)]
internal sealed class OutOfMemorySuspicionTests
{
    [Test]
    [Arguments(null, 9, LifecyclePhase.Online, false, true)]
    [Arguments(null, 9, LifecyclePhase.Starting, false, true)]
    [Arguments(null, 9, LifecyclePhase.Stopping, false, false)]
    [Arguments(null, 9, LifecyclePhase.Online, true, false)]
    [Arguments(null, 15, LifecyclePhase.Online, false, false)]
    [Arguments(137, null, LifecyclePhase.Online, false, false)]
    [Arguments(0, null, LifecyclePhase.Online, false, false)]
    public async Task A_SIGKILL_that_nobody_here_sent_is(
        int? code, int? signal, LifecyclePhase before, bool isExplained, bool expected,
        CancellationToken cancellation) =>
        await Assert.That(OutOfMemorySuspicion.Is(new ExitStatus(code, signal), before, isExplained))
            .IsEqualTo(expected);
}
