using Tspm.Guardian;
using static Tspm.Guardian.GuardianState;

namespace Tspm.Tests.Guards;

/// <summary>Walks every cell of the guardian's lifecycle and holds it to <see cref="GuardianTable"/>.</summary>
[Timeout(120_000)]
internal sealed class GuardianTableTests
{
    [Test]
    public async Task Every_cell_is_as_the_table_says(CancellationToken cancellation)
    {
        var rows = GuardianRow.ParseAll(GuardianTable.Rows);
        var byName = rows.ToLookup(row => row.Name);
        var used = new HashSet<GuardianRow>();
        var cells = 0;
        var wrong = new List<string>();
        foreach (var cell in GuardianCell.All())
        {
            cells++;
            var fitting = byName[cell.Name].Where(row => row.Fits(cell)).ToList();
            if (fitting.Count != 1)
            {
                wrong.Add($"{cell}: {fitting.Count} rows fit");
                continue;
            }
            used.Add(fitting[0]);
            var actual = GuardianLifecycle.Next(cell.State, cell.Event, GuardianCell.Now);
            if (fitting[0].Difference(cell, actual) is { } difference) wrong.Add($"{cell}:\n{difference}");
            if (wrong.Count > 10) break;
        }
        await Assert.That(string.Join('\n', wrong)).IsEqualTo("");
        await Assert.That(rows.Where(row => !used.Contains(row)).Select(row => row.Text)).IsEmpty();
        await Assert.That(cells).IsGreaterThan(200_000);
    }

    [Test]
    public async Task Every_state_every_event_and_every_action_is_in_the_table(CancellationToken cancellation)
    {
        static IEnumerable<string> Nested(Type type) =>
            type.GetNestedTypes().Where(nested => !nested.IsAbstract).Select(nested => nested.Name);
        var rows = GuardianRow.ParseAll(GuardianTable.Rows);
        await Assert.That(rows.SelectMany(row => row.States).Distinct()).IsEquivalentTo(Nested(typeof(GuardianState)));
        await Assert.That(GuardianCell.Events.Select(entry => entry.Event.GetType().Name).Distinct())
            .IsEquivalentTo(Nested(typeof(GuardianEvent)));
        var actions = rows.SelectMany(row => row.Expected[6].Split(','))
            .Select(action => action.Split('(')[0]).Distinct();
        var names = actions.Where(name => name != "-").Select(name => name == "Forward" ? "ForwardSignal" : name);
        await Assert.That(names)
            .IsEquivalentTo(Nested(typeof(GuardianAction)));
    }

    /// <summary>
    /// The loop performs actions in order, and an outcome is an event at once: nothing of the list may follow.
    /// </summary>
    [Test]
    public async Task An_action_that_is_answered_by_an_event_is_the_last_of_its_list(CancellationToken cancellation)
    {
        var answered = 0;
        foreach (var cell in GuardianCell.All())
        {
            var actions = GuardianLifecycle.Next(cell.State, cell.Event, GuardianCell.Now).Actions;
            var at = Array.FindIndex(actions, action => action
                is GuardianAction.StartDaemon or GuardianAction.ReExec or GuardianAction.RollBack
                or GuardianAction.GiveToSuccessor);
            if (at < 0) continue;
            answered++;
            if (at != actions.Length - 1) Assert.Fail($"{cell}: {string.Join(", ", actions.AsEnumerable())}");
        }
        await Assert.That(answered).IsGreaterThan(1000);
    }

    [Test]
    public async Task Time_is_awaited_only_without_a_daemon_or_for_one_to_be_killed(CancellationToken cancellation)
    {
        foreach (var state in GuardianCell.All().Select(cell => cell.State).Distinct())
        {
            var awaited = state is NoDaemon or WithDaemon ? GuardianCell.TimeOf(state) : null;
            if (state.Due != awaited) Assert.Fail($"{state} awaits {state.Due}");
        }
        await Assert.That(new RollingBack(new GuardianFacts(), default, "", GuardianCell.Now).Due).IsNull();
    }

    [Test]
    public async Task The_problem_of_an_upgrade_is_named_with_its_reason(CancellationToken cancellation)
    {
        var facts = new GuardianFacts();
        static string Problem(GuardianState state, GuardianEvent happened) =>
            GuardianLifecycle.Next(state, happened, GuardianCell.Now).Actions
                .OfType<GuardianAction.SetUpgradeProblem>().Single().Problem;
        var failed = new GuardianEvent.ReExecFailed("cannot execute it: no such file");
        await Assert.That(Problem(new ReExecuting(facts, default), failed))
            .IsEqualTo("cannot execute it: no such file");
        await Assert.That(Problem(new RollingBack(facts, default, "its daemon died", GuardianCell.Now), failed))
            .IsEqualTo(
            "its daemon died; the previous version could not be restored: cannot execute it: no such file");
        await Assert.That(Problem(new Giving(facts, default), new GuardianEvent.TakeoverFailed("it does not read")))
            .IsEqualTo("handing over to another daemon failed: it does not read");
    }
}
