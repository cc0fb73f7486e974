using System.Globalization;

namespace Tspm.Tests.Simulation;

/// <summary>
/// Runs of the whole system from one seed each. TSPM_SIMULATION_SEED=N replays one, TSPM_SIMULATION_RUNS=N takes more.
/// </summary>
[Timeout(600_000)]
internal sealed class SimulationTests
{
    const int UsualRuns = 1000;

    /// <summary>Most mistakes are found within a few runs.</summary>
    const int RunsForMistakes = 1500;

    [Test]
    public async Task Every_promise_is_kept_whoever_dies_and_whatever_is_late(CancellationToken cancellation)
    {
        var coverage = new Coverage();
        if (Number("TSPM_SIMULATION_SEED") is { } seed)
        {
            await Assert.That(SimulatedRun.Take(seed, Mistake.None, coverage)).IsNull();
            return;
        }
        var runs = Number("TSPM_SIMULATION_RUNS") ?? UsualRuns;
        for (var run = 1; run <= runs; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            await Assert.That(SimulatedRun.Take(run, Mistake.None, coverage)).IsNull();
        }
        // The runs come by everything that they are to test.
        foreach (var (what, count) in coverage.Counts) await Assert.That(count).IsGreaterThan(runs / 200).Because(what);
    }

    [Test]
    public async Task A_seed_gives_the_same_run_each_time(CancellationToken cancellation)
    {
        for (var seed = 1; seed <= 40; seed++)
            await Assert.That(SimulatedRun.Trace(seed)).IsEqualTo(SimulatedRun.Trace(seed));
        await Assert.That(SimulatedRun.Trace(1)).IsNotEqualTo(SimulatedRun.Trace(2));
    }

    [Test]
    [Arguments(Mistake.AcknowledgesBeforeSaving, "exit")]
    [Arguments(Mistake.SendsRecordsOnce, "exit")]
    [Arguments(Mistake.ClosesOutputEarly, "unread output")]
    [Arguments(Mistake.StartsTwoDaemons, "two daemons")]
    [Arguments(Mistake.ForgetsCatchUp, "exit")]
    [Arguments(Mistake.KillsAtOnce, "the daemon is killed after")]
    [Arguments(Mistake.LosesRecordsInUpgrade, "exit")]
    [Arguments(Mistake.StoresNoOutput, "nobody reads the output")]
    internal async Task A_mistake_is_found(Mistake mistake, string promise, CancellationToken cancellation)
    {
        string? found = null;
        for (var seed = 1; found is null && seed <= RunsForMistakes; seed++)
        {
            cancellation.ThrowIfCancellationRequested();
            found = SimulatedRun.Take(seed, mistake, new Coverage());
        }
        await Assert.That(found).IsNotNull();
        await Assert.That(found!.Split('\n')[0]).Contains(promise);
    }

    static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture,
            out var number) ? number : null;
}
