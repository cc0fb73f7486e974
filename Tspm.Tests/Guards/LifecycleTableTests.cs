using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Guards;

/// <summary>
/// Walks every cell of the lifecycle under every policy and holds it to <see cref="LifecycleTable"/>.
/// </summary>
[Timeout(60_000)]
internal sealed class LifecycleTableTests
{
    /// <summary>Uptime of the child in every cell.</summary>
    static readonly TimeSpan Now = TimeSpan.FromSeconds(100), StartedAt = TimeSpan.FromSeconds(95);

    static readonly RestartPolicy[] Policies =
    [
        RestartPolicy.Default,
        RestartPolicy.Default with { Mode = RestartMode.OnFailure },
        RestartPolicy.Default with { Mode = RestartMode.Never },
        RestartPolicy.Default with { StopExitCodes = [0, 7] },
        RestartPolicy.Default with { Delay = TimeSpan.Zero },
        RestartPolicy.Default with { MinUptime = TimeSpan.FromSeconds(5) },
        RestartPolicy.Default with { MinUptime = TimeSpan.Zero, MaxConsecutive = 1 },
        RestartPolicy.Default with { MaxConsecutive = 1, Mode = RestartMode.OnFailure, StopExitCodes = [1] },
    ];

    static readonly Cause Why = Cause.Requested(CauseRequest.Start), Before = Cause.Recorded("before");

    static readonly (string Name, LifecycleEvent Event, ExitStatus? Status)[] Events =
    [
        ("start", new LifecycleEvent.StartRequested(Why), null),
        ("restart", new LifecycleEvent.RestartRequested(Why), null),
        ("stop", new LifecycleEvent.StopRequested(Why), null),
        ("shutdown", new LifecycleEvent.ShutdownRequested(), null),
        ("spawned", new LifecycleEvent.SpawnSucceeded(), null),
        ("unready", new LifecycleEvent.SpawnSucceeded(AwaitsReady: true), null),
        ("ready", new LifecycleEvent.BecameReady(), null),
        ("unfit", new LifecycleEvent.FoundUnfit(Why), null),
        ("held", new LifecycleEvent.HeldBack(Cause.Observed(CauseCode.Dependency, "waits for db")), null),
        ("released", new LifecycleEvent.Released(), null),
        ("intended", new LifecycleEvent.StopIntended(), null),
        ("starting", new LifecycleEvent.StartIntended(), null),
        ("cannot", new LifecycleEvent.SpawnFailed(new SpawnFailure("execute", 2, "no such program")), null),
        ("busy", new LifecycleEvent.SpawnFailed(new SpawnFailure("spawn", 11, "no more processes")), null),
        ("abandoned", new LifecycleEvent.SpawnAbandoned(), null),
        .. new ExitStatus[] { new(0, null), new(1, null), new(7, null), new(null, 9), ExitStatus.Unknown }
            .Select(status => ("exit", (LifecycleEvent)new LifecycleEvent.ChildExited(status), (ExitStatus?)status)),
        ("gone", new LifecycleEvent.TreeGone(), null),
        ("timeout", new LifecycleEvent.StopTimedOut(), null),
        ("backoff", new LifecycleEvent.BackoffElapsed(), null),
        ("replaced", new LifecycleEvent.Replaced(TimeSpan.FromSeconds(99), Why), null),
        ("reset", new LifecycleEvent.ResetRequested(), null),
    ];

    [Test]
    public async Task Every_cell_is_as_the_table_says(CancellationToken cancellation)
    {
        var rows = Row.ParseAll(LifecycleTable.Rows);
        var used = new HashSet<Row>();
        var cells = 0;
        var wrong = new List<string>();
        foreach (var cell in Cells())
        {
            cells++;
            var fitting = rows.Where(row => row.Fits(cell)).ToList();
            if (fitting.Count != 1)
            {
                wrong.Add($"{cell}: {fitting.Count} rows fit");
                continue;
            }
            used.Add(fitting[0]);
            var actual = ProcessLifecycle.Next(cell.State, cell.Event, cell.Policy, Now);
            if (fitting[0].Difference(cell, actual) is { } difference) wrong.Add($"{cell}: {difference}");
        }
        await Assert.That(string.Join('\n', wrong.Take(20))).IsEqualTo("");
        await Assert.That(rows.Where(row => !used.Contains(row)).Select(row => row.Text)).IsEmpty();
        await Assert.That(cells).IsGreaterThan(20_000);
    }

    /// <summary>The gate in front of every start: shut, it changes what would start, and nothing else.</summary>
    [Test]
    public async Task Behind_a_shut_gate_nothing_is_started_and_the_order_is_kept(CancellationToken cancellation)
    {
        var gate = Cause.Observed(CauseCode.Dependency, "waits for db");
        var held = 0;
        foreach (var cell in Cells())
        {
            var open = ProcessLifecycle.Next(cell.State, cell.Event, cell.Policy, Now);
            var shut = ProcessLifecycle.Next(cell.State, cell.Event, cell.Policy, Now, () => gate);
            if (open.Actions.HasFlag(LifecycleAction.Spawn))
            {
                held++;
                var expected = open.State with { Phase = LifecyclePhase.Held, Cause = gate };
                await Assert.That((shut.State, shut.Actions | LifecycleAction.Spawn))
                    .IsEqualTo((expected, open.Actions)).Because(cell.ToString());
                await Assert.That(shut.Actions.HasFlag(LifecycleAction.Spawn)).IsFalse();
                // What was ordered is what an open gate lets through later.
                var released = ProcessLifecycle.Next(shut.State, new LifecycleEvent.Released(), cell.Policy, Now);
                await Assert.That((released.State with { Cause = open.State.Cause }, released.Actions))
                    .IsEqualTo((open.State, LifecycleAction.Spawn)).Because(cell.ToString());
            }
            else await Assert.That(shut).IsEqualTo(open).Because(cell.ToString());
        }
        await Assert.That(held).IsGreaterThan(1000);
    }

    [Test]
    public async Task Every_event_has_its_rows(CancellationToken cancellation)
    {
        var known = typeof(LifecycleEvent).GetNestedTypes().Select(type => type.Name);
        await Assert.That(Events.Select(entry => entry.Event.GetType().Name).Distinct()).IsEquivalentTo(known);
    }

    [Test]
    public async Task A_child_is_started_only_where_none_is_and_nothing_of_the_last_one_is_left(
        CancellationToken cancellation)
    {
        foreach (var cell in Cells())
        {
            var (state, actions, _) = ProcessLifecycle.Next(cell.State, cell.Event, cell.Policy, Now);
            if (!actions.HasFlag(LifecycleAction.Spawn)) continue;
            var from = cell.State.Phase;
            var free = from is LifecyclePhase.Stopped or LifecyclePhase.Errored or LifecyclePhase.Waiting
                or LifecyclePhase.Held
                || (from == LifecyclePhase.Sweeping && cell.Event is LifecycleEvent.TreeGone)
                || (from == LifecyclePhase.Spawning && cell.Event is LifecycleEvent.SpawnAbandoned);
            await Assert.That(free).IsTrue().Because(cell.ToString());
            await Assert.That(state.Phase).IsEqualTo(LifecyclePhase.Spawning);
        }
    }

    [Test]
    public async Task Only_wishes_and_final_exits_change_what_is_desired(CancellationToken cancellation)
    {
        foreach (var cell in Cells())
        {
            var after = ProcessLifecycle.Next(cell.State, cell.Event, cell.Policy, Now).State;
            if (after.Desired == cell.State.Desired) continue;
            var mayChange =
                cell.Event is LifecycleEvent.StartRequested or LifecycleEvent.StopRequested
                    or LifecycleEvent.StopIntended or LifecycleEvent.StartIntended or LifecycleEvent.RestartRequested
                    or LifecycleEvent.ChildExited or LifecycleEvent.FoundUnfit;
            await Assert.That(mayChange).IsTrue().Because(cell.ToString());
        }
    }

    [Test]
    public async Task A_backoff_is_armed_with_the_delay_of_its_failure_and_never_with_none(
        CancellationToken cancellation)
    {
        foreach (var cell in Cells())
        {
            var (state, actions, delay) = ProcessLifecycle.Next(cell.State, cell.Event, cell.Policy, Now);
            if (!actions.HasFlag(LifecycleAction.ArmBackoff)) continue;
            await Assert.That(delay).IsGreaterThan(TimeSpan.Zero);
            // What was spent on cleaning up after the child counts.
            var spent = cell.Event is LifecycleEvent.TreeGone ? Now - cell.State.EndedAtMonotonic : TimeSpan.Zero;
            await Assert.That(delay).IsGreaterThanOrEqualTo(Backoff.Delay(cell.Policy, state.Failures) - spent);
        }
    }

    static IEnumerable<Cell> Cells() =>
        from phase in Enum.GetValues<LifecyclePhase>()
        from next in Enum.GetValues<AfterExit>()
        from desired in Enum.GetValues<DesiredState>()
        from byHand in new[] { false, true }
        from failures in new[] { 0, 3, 9 }
        from endedBefore in new[] { TimeSpan.Zero, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(50) }
        from policy in Policies
        from happened in Events
        select new Cell(new LifecycleState(phase, desired, next, failures, 5, byHand, StartedAt,
            Before)
        { EndedAtMonotonic = Now - endedBefore }, happened.Name, happened.Event, happened.Status, policy);

    sealed record Cell(LifecycleState State, string Name, LifecycleEvent Event, ExitStatus? Status,
        RestartPolicy Policy)
    {
        bool Lived => State.Phase == LifecyclePhase.Online && Now - State.StartedAtMonotonic >= Policy.MinUptime;

        public bool Is(string condition) => condition switch
        {
            "byhand" => State.ByHand,
            "passed" => Now - State.EndedAtMonotonic >= Backoff.Delay(Policy, State.Failures),
            "lived" => Lived,
            "never" => State.Desired == DesiredState.Down || Policy.Mode == RestartMode.Never,
            "once" => Policy.Mode == RestartMode.Never,
            "last" =>
                ((Status is not null || Name == "unfit") && Lived ? 1 : State.Failures + 1) >= Policy.MaxConsecutive,
            "stays" =>
                State.Desired == DesiredState.Down || Policy.Mode == RestartMode.Never
                    || (Policy.Mode == RestartMode.OnFailure && Status!.Code == 0)
                        || Policy.StopExitCodes.Any(code => code == Status!.Code),
            _ => throw new ArgumentException($"unknown condition {condition}"),
        };

        public override string ToString() =>
            $"{State.Phase} + {Name} {Status} (next {State.Next}, desired {State.Desired}, by hand {State.ByHand}, "
                + $"failures {State.Failures}, {Policy})";
    }

    sealed record Row(string Text, string[] Phases, string[] Names, string[] Nexts, string[] When, string[] Expected)
    {
        public static List<Row> ParseAll(string text) =>
            [.. text.Split('\n').Select(line => line.Trim()).Where(line =>
                line.Length > 0 && line[0] != '#').Select(Parse)];

        static Row Parse(string line)
        {
            var words = line.Split((char[])[' ', '|'], StringSplitOptions.RemoveEmptyEntries);
            var when = words[3] == "-" ? [] : words[3].Split(',');
            return new Row(line, words[0].Split(','), words[1].Split(','), words[2].Split(','), when, words[4..]);
        }

        public bool Fits(Cell cell) =>
            IsOneOf(Phases, cell.State.Phase.ToString()) && Names.Contains(cell.Name)
                && IsOneOf(Nexts, cell.State.Next.ToString())
            && When.All(condition => condition[0] == '!' ? !cell.Is(condition[1..]) : cell.Is(condition));

        /// <summary>Null: as expected.</summary>
        public string? Difference(Cell cell, Transition actual)
        {
            var (before, after) = (cell.State, actual.State);
            string[] expected =
            [
                Keep(Expected[0], before.Phase.ToString()),
                Keep(Expected[1], before.Next.ToString()),
                Keep(Expected[2], before.Desired.ToString().ToLowerInvariant()),
                Number(Expected[3], before.Failures),
                Number(Expected[4], before.Restarts),
                Keep(Expected[5], before.ByHand ? "yes" : "no"),
                Expected[6],
            ];
            string[] found =
            [
                after.Phase.ToString(), after.Next.ToString(), after.Desired.ToString().ToLowerInvariant(),
                $"{after.Failures}", $"{after.Restarts}",
                after.ByHand ? "yes" : "no", actual.Actions.ToString().Replace(" ", ""),
            ];
            return expected.SequenceEqual(found)
                ? null
                : $"expected {string.Join(' ', expected)}, found {string.Join(' ', found)}";
        }

        static bool IsOneOf(string[] words, string word) => words is ["*"] || words.Contains(word);

        static string Keep(string expected, string before) => expected == "=" ? before : expected;

        static string Number(string expected, int before) => expected switch
        {
            "=" => $"{before}",
            "+1" => $"{before + 1}",
            _ => expected,
        };
    }
}
