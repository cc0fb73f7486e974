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
        var fresh = await Explore(
            "from nothing", SystemState.Fresh(), new Bounds(Orders: 2, Kills: 3, Exits: 2), MostStates, cancellation);
        var upgraded = await Explore(
            "from an upgrade that is about to fail", SystemState.OnProbation(),
            new Bounds(Orders: 1, Kills: 2, Exits: 1), MostStates / 5, cancellation);
        await Assert.That(fresh.States + upgraded.States).IsGreaterThanOrEqualTo(MostStates);
        // What was not reached was not checked.
        await Assert.That(Math.Min(fresh.AtRest, upgraded.AtRest)).IsGreaterThan(100);
        var kinds = typeof(GuardianState).GetNestedTypes().Where(static type => !type.IsAbstract)
            .Select(static type => type.Name);
        await Assert.That(kinds.Except(fresh.Guardians.Keys).Except(upgraded.Guardians.Keys)).IsEmpty();
    }

    static async Task<Exploration> Explore(
        string where, SystemState first, Bounds bounds, int mostStates, CancellationToken cancellation)
    {
        var explored = StateExplorer.Explore(first, Slip.None, bounds, mostStates, cancellation);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"explored {explored.States:N0} states {where}, all within {explored.Depth} moves; "
            + $"{explored.AtRest:N0} at rest; guardian: {string.Join(", ", explored.Guardians)}"));
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
