using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Supervision.Recovery;

namespace Tspm.Tests.Supervision.Recovery;

/// <summary>Which process was the child of a run that was intended and never recorded.</summary>
[Timeout(30_000)]
internal sealed class IntendedChildTests
{
    const int None = 0;

    static readonly RunTrace s_led = new(LeaderPid: 20, StartTicks: 200), s_leaderless = new(LeaderPid: 0, 0);

    static GuardianRecord Reaped(int pid, long ticks) => new(1, pid, ticks, new ExitStatus(0, null), LedSession: true);

    /// <summary>Who leads a session has the pid 20 and started at 200; the reaped one has 10.</summary>
    [Test]
    [Arguments("none", None, false, false, "None")]
    [Arguments("none", None, false, true, "Unidentified")]
    [Arguments("none", None, true, false, "Holder")]
    [Arguments("none", None, true, true, "Holder")]
    [Arguments("none", 100, true, true, "Reaped 10")]
    [Arguments("none", 300, false, false, "Reaped 10")]
    [Arguments("led", None, false, false, "Marked 20")]
    [Arguments("led", None, false, true, "Marked 20")]
    [Arguments("led", 300, false, false, "Marked 20")]
    [Arguments("led", 100, false, false, "Reaped 10")]
    [Arguments("leaderless", None, false, false, "Unidentified")]
    [Arguments("leaderless", 100, false, false, "Reaped 10")]
    [Arguments("leaderless", 300, false, true, "Reaped 10")]
    public async Task Facts_say_which(
        string trace, int reapedTicks, bool hasHolder, bool mayHaveEnded, string expected,
        CancellationToken cancellation)
    {
        var found = IntendedChild.From(new IntendedChildFacts
        {
            Trace = trace == "none" ? null : trace == "led" ? s_led : s_leaderless,
            HasHolder = hasHolder,
            Reaped = reapedTicks == None ? null : Reaped(10, reapedTicks),
            MayHaveEnded = mayHaveEnded,
        });
        await Assert.That(found.Pid == 0 ? $"{found.Kind}" : $"{found.Kind} {found.Pid}").IsEqualTo(expected);
        await Assert.That(found.StartTicks).IsEqualTo(found.Kind switch
        {
            IntendedChildKind.Marked => 200,
            IntendedChildKind.Reaped => reapedTicks,
            _ => 0,
        });
    }
}
