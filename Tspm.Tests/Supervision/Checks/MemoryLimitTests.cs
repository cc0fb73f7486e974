using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision.Checks;

/// <summary>What <c>memoryLimitBytes</c> means.</summary>
[Timeout(30_000)]
internal sealed class MemoryLimitTests
{
    static ProcessConfig With(long? limit, int? intervalMs = null) =>
        new() { Name = "web", Command = "web", MemoryLimitBytes = limit, MonitorIntervalMs = intervalMs };

    [Test]
    [Arguments(null, LifecyclePhase.Online, false)]
    [Arguments(0L, LifecyclePhase.Online, false)]
    [Arguments(1L, LifecyclePhase.Online, true)]
    [Arguments(1L, LifecyclePhase.Starting, false)]
    [Arguments(1L, LifecyclePhase.Stopping, false)]
    public async Task It_concerns_processes_that_are_online(
        long? limit, LifecyclePhase phase, bool expected, CancellationToken cancellation) =>
        await Assert.That(MemoryLimit.Concerns(phase, With(limit))).IsEqualTo(expected);

    [Test]
    [Arguments(null, 5000)]
    [Arguments(250, 250)]
    public async Task It_is_looked_after_every_five_seconds_or_as_the_config_says(
        int? configured, int expectedMs, CancellationToken cancellation) =>
        await Assert.That(MemoryLimit.IntervalOf(With(1, configured)).TotalMilliseconds).IsEqualTo(expectedMs);

    [Test]
    public async Task What_reaches_the_limit_stays_and_what_passes_it_goes(CancellationToken cancellation)
    {
        const long mib = 1 << 20;
        await Assert.That(MemoryLimit.Excess(With(10 * mib), 10 * mib)).IsNull();
        await Assert.That(MemoryLimit.Excess(With(null), long.MaxValue)).IsNull();
        var cause = MemoryLimit.Excess(With(10 * mib), 20 * mib)!;
        await Assert.That((cause.Code, cause.Detail))
            .IsEqualTo((CauseCode.Memory, "memory 20 MB exceeded the limit of 10 MB"));
    }
}
