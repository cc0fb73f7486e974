using Tspm.Logs.Writing;

namespace Tspm.Tests.Logs.Writing;

/// <summary>How long bytes gather, by what came and how fast.</summary>
[Timeout(30_000)]
internal sealed class CoalescingDelayTests
{
    [Test]
    [Arguments(100, 0.5, false, 0.3)] // lines, one by one
    [Arguments(40 << 10, 0.5, false, 0)] // more than half of what fits
    [Arguments(100, 5, false, 0)] // after a silence
    [Arguments(0, 0.5, false, 0)]
    [Arguments(64 << 10, 0.3, true, 1)] // 210 MB/s: a millisecond gathers a quarter of what fits
    [Arguments(256 << 10, 0.5, true, 0.5)]
    [Arguments(500 << 10, 0.1, true, 0.1)] // a fast writer: it must not meet the end
    [Arguments(512 << 10, 0.3, true, 0)]
    [Arguments(100, 1.5, true, 1)]
    public async Task Gathers(long moved, double sinceMs, bool isRaised, double expectedMs,
        CancellationToken cancellation)
    {
        var pause = CoalescingDelay.After(moved, TimeSpan.FromMilliseconds(sinceMs), isRaised);
        await Assert.That(Math.Round(pause.TotalMilliseconds, 1)).IsEqualTo(expectedMs);
    }
}
