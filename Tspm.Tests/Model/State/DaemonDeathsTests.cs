using Tspm.Model.State;

namespace Tspm.Tests.Model.State;

/// <summary>How long a daemon's death is news.</summary>
[Timeout(30_000)]
internal sealed class DaemonDeathsTests
{
    static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Test]
    [Arguments(0, true)]
    [Arguments(23.9, true)]
    [Arguments(24, false)]
    [Arguments(1000, false)]
    public async Task A_death_is_recent_for_a_day(double hours, bool isRecent, CancellationToken cancellation)
    {
        var deaths = new DaemonDeaths
        {
            Count = 1,
            Since = Noon,
            Last = new DaemonDeath { At = Noon, Pid = 890, Cause = "killed by SIGKILL" },
        };
        await Assert.That(deaths.IsRecent(Noon.AddHours(hours))).IsEqualTo(isRecent);
    }

    [Test]
    public async Task No_death_is_not_recent(CancellationToken cancellation) =>
        await Assert.That(new DaemonDeaths { Count = 0, Since = Noon, Last = null }.IsRecent(Noon)).IsFalse();
}
