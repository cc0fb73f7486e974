using CsCheck;

namespace Tspm.Tests.Supervision;

/// <summary>
/// Thousands of random steps: what users, children, the kernel and the power switch may do in any order. The machine
/// itself refuses second children, double reaps and signals into the void (<see cref="FakeProcessSystem"/>); here the
/// supervisor's own promises are checked after every step.
/// </summary>
[Timeout(600_000)]
internal sealed class RandomWalkTests
{
    const int LongestWalk = 120;

    /// <summary>In a usual run; TSPM_WALKS asks for more.</summary>
    static readonly int Walks = int.TryParse(Environment.GetEnvironmentVariable("TSPM_WALKS"), out var walks)
        ? walks
        : 300;

    [Test]
    public void Nothing_breaks_the_rules_under_one_daemon(CancellationToken cancellation) =>
        Walk(Walker.CalmSteps, cancellation);

    [Test]
    public void Nothing_breaks_the_rules_when_the_daemon_may_die_at_any_step(CancellationToken cancellation) =>
        Walk(Walker.AllSteps, cancellation);

    static void Walk(int kinds, CancellationToken cancellation) =>
        Gen.Select(Gen.Int[0, kinds - 1], Gen.Int[0, 999]).Array[1, LongestWalk].Sample(
            steps =>
            {
                cancellation.ThrowIfCancellationRequested();
                using var walker = new Walker();
                foreach (var (kind, detail) in steps) walker.Take(kind, detail);
                walker.ComeToRest();
            },
            iter: Walks, threads: 1);
}
