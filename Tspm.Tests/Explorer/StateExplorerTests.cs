using System.Globalization;
using Tspm.Guardian;

namespace Tspm.Tests.Explorer;

/// <summary>
/// All interleavings of the guardian, the daemon, two children and the messages between them, over the real lifecycles.
/// See docs/spec/guardian-and-daemon.md. Deeper on demand: TSPM_EXPLORE_STATES=20000000.
/// </summary>
[Timeout(600_000)]
internal sealed class StateExplorerTests
{
    static readonly string? Wanted = Environment.GetEnvironmentVariable("TSPM_EXPLORE_STATES");

    static readonly int MostStates =
        int.TryParse(Wanted, CultureInfo.InvariantCulture, out var wanted) ? wanted : 1_000_000;

    [Test]
    public async Task Every_promise_holds_in_every_state_that_can_be_reached(CancellationToken cancellation)
    {
        File.Delete(Summary);
        var fresh = await Explore(
            "from nothing", SystemState.Fresh(), new Bounds(Orders: 2, Kills: 3, Exits: 2), MostStates, cancellation);
        var upgraded = await Explore(
            "from an upgrade that is about to fail", SystemState.OnProbation(),
            new Bounds(Orders: 1, Kills: 2, Exits: 1), MostStates / 5, cancellation);
        var serving = await Explore(
            "from a daemon that serves", SystemState.Serving(), new Bounds(Orders: 1, Kills: 1, Exits: 0),
            MostStates / 5, cancellation);
        Exploration[] all = [fresh, upgraded, serving];
        await Assert.That(all.Sum(static one => one.States)).IsGreaterThanOrEqualTo(MostStates);
        // What was not reached was not checked.
        await Assert.That(all.Min(static one => one.AtRest)).IsGreaterThan(100);
        var kinds = typeof(GuardianState).GetNestedTypes().Where(static type => !type.IsAbstract)
            .Select(static type => type.Name);
        await Assert.That(kinds.Except(all.SelectMany(static one => one.Guardians.Keys))).IsEmpty();
    }

    static string Summary => Path.Combine(AppContext.BaseDirectory, "explored.txt");

    static async Task<Exploration> Explore(
        string where, SystemState first, Bounds bounds, int mostStates, CancellationToken cancellation)
    {
        var explored = StateExplorer.Explore(first, Slip.None, bounds, mostStates, cancellation);
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"explored {explored.States:N0} states {where}, all within {explored.Depth} moves");
        Console.WriteLine($"{summary}; {explored.AtRest} at rest; guardian: {string.Join(", ", explored.Guardians)}");
        // For .ci/run, which shows it: the output of a test that passes is not.
        await File.AppendAllTextAsync(Summary, summary + "\n", cancellation);
        foreach (var move in explored.Path) Console.WriteLine($"  {move}");
        await Assert.That(explored.Problem).IsNull();
        return explored;
    }

    /// <summary>A promise that cannot be broken is none.</summary>
    [Test]
    [Arguments("ReapsBeforeSaving", "is reaped before its exit is on record")]
    [Arguments("AcknowledgesBeforeSaving", "is acknowledged and on no record")]
    [Arguments("SpawnsBeforeIntent", "has no intent on record")]
    [Arguments("ForgetsUnrecordedChildren", "runs twice")]
    [Arguments("ForgetsToCatchUpAgain", "is started before its last child was reaped")]
    [Arguments("GuardianClosesOutput", "is closed")]
    [Arguments("TwoDaemons", "a second daemon is started")]
    public async Task A_slip_is_found(string slip, string promise, CancellationToken cancellation)
    {
        var explored = StateExplorer.Explore(
            SystemState.Fresh(), Enum.Parse<Slip>(slip), new Bounds(Orders: 1, Kills: 2, Exits: 1), 300_000,
            cancellation);
        await Assert.That(explored.Problem ?? "nothing").Contains(promise);
    }
}
