using Tspm.Guardian;
using Tspm.Model.State;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Guardian;

/// <summary>When a new version has failed, and how that is said; and how long daemons that fail are apart.</summary>
[Timeout(60_000)]
internal sealed class UpgradeProbationTests
{
    static readonly TimeSpan s_now = TimeSpan.FromSeconds(50);

    static UpgradeProbation Begun => UpgradeProbation.Begin(FakeDescriptor.Of(7), s_now);

    static readonly ExitStatus s_killed = new(null, 11), s_cannotStart = new(78, null);

    [Test]
    public async Task Three_deaths_fail_it_and_two_do_not(CancellationToken cancellation)
    {
        await Assert.That(Begun.AfterDeath().Failure(s_killed, null, s_now)).IsNull();
        await Assert.That(Begun.AfterDeath().AfterDeath().Failure(s_killed, "no memory", s_now)).IsNull();
        await Assert.That(Begun.AfterDeath().AfterDeath().AfterDeath().Failure(s_killed, null, s_now))
            .IsEqualTo("its daemon ended 3 times before it answered (killed by SIGSEGV)");
    }

    [Test]
    public async Task One_that_cannot_start_fails_it_with_the_reason_that_it_gives(CancellationToken cancellation)
    {
        await Assert.That(Begun.AfterDeath().Failure(s_cannotStart, "processes.json is of format 9", s_now))
            .IsEqualTo("its daemon ended before it answered (processes.json is of format 9)");
        await Assert.That(Begun.AfterDeath().Failure(s_cannotStart, null, s_now))
            .IsEqualTo("its daemon ended before it answered (exited 78)");
    }

    [Test]
    public async Task One_that_does_not_answer_in_time_fails_it(CancellationToken cancellation)
    {
        await Assert.That(Begun.AfterDeath().Failure(s_killed, null, s_now + TimeSpan.FromSeconds(19.999))).IsNull();
        await Assert.That(Begun.AfterDeath().Failure(s_killed, null, s_now + TimeSpan.FromSeconds(20)))
            .IsEqualTo("its daemon did not answer within 20 s (killed by SIGSEGV)");
    }

    [Test]
    public async Task Delays_grow_to_half_a_second_and_begin_again_after_a_long_life(CancellationToken cancellation)
    {
        var failures = DaemonFailures.None;
        var delays = new List<int>();
        for (var i = 0; i < 9; i++)
        {
            failures = i % 2 == 0 ? failures.AfterDeath(9, TimeSpan.FromSeconds(10)) : failures.AfterFailedStart();
            delays.Add((int)failures.Delay.TotalMilliseconds);
        }
        await Assert.That(delays).IsEquivalentTo([0, 100, 200, 300, 400, 500, 500, 500, 500]);
        await Assert.That(failures).IsEqualTo(new DaemonFailures(9, 9));
        await Assert.That(failures.AfterFailedStart()).IsEqualTo(new DaemonFailures(10, null));
        await Assert.That(failures.AfterDeath(256, TimeSpan.FromSeconds(10.001))).IsEqualTo(new DaemonFailures(1, 256));
        await Assert.That(new DaemonFailures(int.MaxValue, null).Delay).IsEqualTo(TimeSpan.FromMilliseconds(500));
    }
}
