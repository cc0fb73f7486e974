using CsCheck;

namespace Tspm.Tests.Guardian;

/// <summary>
/// Thousands of random steps of daemon, signals, kernel and clock over the pure lifecycle of the guardian, with late
/// and repeated events among them.
/// </summary>
[Timeout(600_000)]
internal sealed class GuardianWalkTests
{
    const int LongestWalk = 150;

    /// <summary>In a usual run; TSPM_WALKS asks for more.</summary>
    static readonly int s_walks =
        int.TryParse(Environment.GetEnvironmentVariable("TSPM_WALKS"), out var walks) ? walks * 30 : 10_000;

    [Test]
    public async Task Nothing_breaks_the_rules_and_a_wish_to_end_is_always_met(CancellationToken cancellation)
    {
        int starts = 0, probations = 0, passed = 0, rolledBack = 0, takenOver = 0;
        var walks = Gen.Select(Gen.Int[0, GuardianWalker.Kinds - 1], Gen.Int[0, 999]).Array[1, LongestWalk];
        Gen.Select(Gen.Bool, walks).Sample(
            (wasReady, steps) =>
            {
                cancellation.ThrowIfCancellationRequested();
                var walker = new GuardianWalker(wasReady);
                foreach (var (kind, detail) in steps) walker.Take(kind, detail);
                walker.ComeToRest();
                starts += walker.Machine.Starts;
                probations += walker.Machine.Probations;
                passed += walker.Passed;
                rolledBack += walker.Machine.RolledBack;
                takenOver += walker.Machine.TakenOver;
            },
            iter: s_walks, threads: 1);
        // The walks come by everything that they are to test.
        foreach (var count in new[] { starts, probations, passed, rolledBack, takenOver })
            await Assert.That(count).IsGreaterThan(100);
    }
}
