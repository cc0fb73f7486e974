using Tspm.Supervision.Lifecycle;

namespace Tspm.Tests.Supervision.Lifecycle;

/// <summary>Every instance of the life of a reload's second child, written down a second time.</summary>
[Timeout(10_000)]
internal sealed class ReplacementLifecycleTests
{
    const string Rows = """
        Absent    BegunWithPreparation Preparing Prepare
        Absent    Begun         Starting  Spawn
        Preparing Prepared      Starting  Spawn
        Preparing Abandoned      Preparing CancelPreparation
        Preparing Failed        Absent    None
        Starting  Failed        Absent    None
        Starting  BecameReady   Leaving   Promote,SendStopSignal
        Starting  Abandoned      Leaving   SendStopSignal
        Starting  Exited        Sweeping  Sweep
        Leaving   Exited        Sweeping  Sweep
        Leaving   StopTimedOut  Leaving   KillTree
        Sweeping  StopTimedOut  Sweeping  KillTree
        Sweeping  TreeGone      Absent    None
        """;

    [Test]
    public async Task Every_cell_is_as_the_table_says(CancellationToken cancellation)
    {
        var rows = Rows.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => (words[0], words[1]), words => (words[2], words[3]));
        var used = 0;
        foreach (var phase in Enum.GetValues<ReplacementPhase>())
            foreach (var happened in Enum.GetValues<ReplacementEvent>())
            {
                var (after, actions) = ReplacementLifecycle.Next(phase, happened);
                var known = rows.TryGetValue(($"{phase}", $"{happened}"), out var expected);
                if (known) used++;
                await Assert.That(($"{after}", $"{actions}".Replace(" ", "")))
                    .IsEqualTo(known ? expected : ($"{phase}", "None")).Because($"{phase} + {happened}");
            }
        await Assert.That(used).IsEqualTo(rows.Count);
    }
}
