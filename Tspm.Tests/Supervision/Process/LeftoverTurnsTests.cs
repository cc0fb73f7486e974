using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision.Process;

/// <summary>Who of what a child left behind gets the stop signal next.</summary>
[Timeout(30_000)]
internal sealed class LeftoverTurnsTests
{
    static Leftover Process(int pid, int parent = 1, int group = 0, long ticks = 50) =>
        new(pid, ticks, parent, group, Session: 0, Name: "x");

    static IEnumerable<int> Next(
        Leftover[] left, SignalledProcess[]? signalled = null, int? group = null, long sentTicks = 0) =>
        LeftoverTurns.Next(left, signalled ?? [], group, sentTicks).Select(static leftover => leftover.Pid);

    [Test]
    public async Task The_tops_of_the_trees_come_first(CancellationToken cancellation) =>
        await Assert.That(Next([Process(11, parent: 10), Process(10), Process(12, parent: 11), Process(20)]))
            .IsEquivalentTo([10, 20]);

    [Test]
    public async Task Below_one_that_lives_nobody_has_a_turn_even_when_it_had_its_signal(
        CancellationToken cancellation) =>
        await Assert.That(Next([Process(10), Process(11, parent: 10)], [new SignalledProcess(10, 50)])).IsEmpty();

    [Test]
    public async Task A_process_gets_the_signal_once_and_another_one_with_its_number_gets_it_too(
        CancellationToken cancellation)
    {
        await Assert.That(Next([Process(10)], [new SignalledProcess(10, 50)])).IsEmpty();
        await Assert.That(Next([Process(10, ticks: 51)], [new SignalledProcess(10, 50)])).IsEquivalentTo([10]);
    }

    [Test]
    public async Task A_signal_to_a_group_reached_those_that_were_in_it_then(CancellationToken cancellation)
    {
        Leftover[] left =
        [
            Process(10, group: 7, ticks: 40), Process(11, group: 7, ticks: 60), Process(12, group: 8, ticks: 40),
        ];
        await Assert.That(Next(left, group: 7, sentTicks: 50)).IsEquivalentTo([11, 12]);
        await Assert.That(Next(left, group: null, sentTicks: 50)).IsEquivalentTo([10, 11, 12]);
    }
}
