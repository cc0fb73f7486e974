using Tspm.Model.Config;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision.Lifecycle;

/// <summary>How long the next attempt is put off.</summary>
[Timeout(10_000)]
internal sealed class BackoffTests
{
    [Test]
    public async Task The_delay_never_exceeds_its_maximum(CancellationToken cancellation)
    {
        var policy = RestartPolicy.Default with { MaxConsecutive = int.MaxValue };
        int[] failures = [0, 1, 2, 9, 10, 11, 1_000_000, int.MaxValue];
        double[] seconds = [1, 1, 2, 9, 10, 10, 10, 10];
        await Assert.That(failures.Select(count => Backoff.Delay(policy, count).TotalSeconds)).IsEquivalentTo(seconds);
    }

    [Test]
    public async Task The_longest_delay_allowed_does_not_overflow(CancellationToken cancellation)
    {
        var policy = RestartPolicy.Default with
        {
            Delay = TimeSpan.FromMilliseconds(int.MaxValue),
            MaxDelay = TimeSpan.FromMilliseconds(int.MaxValue),
        };
        await Assert.That(Backoff.Delay(policy, int.MaxValue)).IsEqualTo(policy.MaxDelay);
    }
}
