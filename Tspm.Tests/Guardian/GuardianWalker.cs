using Tspm.Guardian;
using Tspm.Model.Config;
using Tspm.Platform;
using static Tspm.Guardian.GuardianState;

namespace Tspm.Tests.Guardian;

/// <summary>
/// What daemon, users, kernel and clock may do to a guardian, in any order. After each step it checks what must always
/// hold; what a single action may do is checked by the <see cref="FakeGuardianMachine"/>.
/// </summary>
internal sealed class GuardianWalker
{
    const int CannotStart = 78 << 8, SegmentationFault = 11;

    bool _left, _everReady, _isStoreEmpty = true;

    public static int Kinds => 15;

    /// <param name="wasReady">An earlier daemon of this guardian has answered.</param>
    public GuardianWalker(bool wasReady)
    {
        Machine = new FakeGuardianMachine(new NoDaemon(new GuardianFacts(wasReady), TimeSpan.Zero));
        _everReady = wasReady;
    }

    public FakeGuardianMachine Machine { get; }

    /// <summary>Probations that ended well.</summary>
    public int Passed { get; private set; }

    GuardianState State => Machine.State;

    public void Take(int kind, int detail)
    {
        if (State is Ended) return;
        switch (kind)
        {
            case 0: Machine.Pass(TimeSpan.FromMilliseconds(detail)); break;
            case 1: Machine.Pass(TimeSpan.FromMilliseconds(detail * 25)); break;
            case 2: SayReady(); break;
            case 3 when detail < 200: Leave(); break;
            case 4 when Machine.Lives: Machine.Happen(new GuardianEvent.UpgradeAsked(Machine.NewDescriptor())); break;
            case 5 when Machine.Lives: Machine.Happen(new GuardianEvent.HandOverAsked(Machine.NewDescriptor())); break;
            case 6: Machine.Happen(new GuardianEvent.HomeLost()); break;
            case 7 when detail < 300: Machine.Happen(new GuardianEvent.Terminate()); break;
            case 8: Machine.Happen(new GuardianEvent.Hangup()); break;
            case 9 or 10: DieSomehow(detail); break;
            case 11: _isStoreEmpty = detail % 2 == 0; break;
            case 12: Machine.Works = (detail % 4 > 0, detail % 3 > 0, detail % 5 > 1); break;
            case 13: Repeat(detail); break;
            case 14: Machine.PassUntilDue(); break;
        }
        Check();
    }

    /// <summary>SIGTERM, and from then on a machine on which all goes well: the guardian has to end.</summary>
    public void ComeToRest()
    {
        Machine.Works = (true, true, true);
        if (State is not Ended) Machine.Happen(new GuardianEvent.Terminate());
        for (var round = 0; State is not Ended; round++)
        {
            if (round > 20) throw Machine.Broken("SIGTERM did not end it");
            if (!Machine.Lives) Machine.PassUntilDue();
            if (!Machine.Lives) continue;
            if (!Machine.HeardTerm) throw Machine.Broken("the daemon did not hear of SIGTERM");
            if (State is not (Upgrading or HandingOver)) Leave();
            Die(0);
        }
        Check();
    }

    void SayReady()
    {
        if (!Machine.Lives) return;
        var trial = State.Facts.Probation;
        Machine.Happen(new GuardianEvent.Ready());
        _everReady = true;
        if (trial is null) return;
        Passed++;
        if (State.Facts.Probation is not null || Machine.Open.Contains(trial.Former))
            throw Machine.Broken("the probation is not over");
    }

    void Leave()
    {
        if (!Machine.Lives) return;
        _left = true;
        Machine.Happen(new GuardianEvent.LeaveAsked());
    }

    void DieSomehow(int detail)
    {
        if (!Machine.Lives) return;
        Die(Machine.IsKilled ? Signals.SIGKILL : (detail % 5) switch
        {
            0 => 0,
            1 => 1 << 8,
            2 => CannotStart,
            _ => SegmentationFault,
        });
    }

    void Die(int status)
    {
        var (before, trial) = (State, State.Facts.Probation);
        Machine.Die(status, _isStoreEmpty);
        if (State is Ended) CheckEnd(status);
        _left = false;
        if (before is not Starting || trial is null) return;
        var isOver = trial.Deaths == 2 || status == CannotStart || Machine.Now >= trial.Until;
        if (isOver == (State.Facts.Probation == trial with { Deaths = trial.Deaths + 1 }))
            throw Machine.Broken($"the probation of {trial} after {status}");
    }

    /// <summary>Late, repeated or senseless events change nothing, and what came with them is closed.</summary>
    void Repeat(int detail)
    {
        var late = LateEvent(detail);
        if (late is GuardianEvent.Due && State.Due <= Machine.Now) return;
        var before = State;
        Machine.Happen(late);
        if (State != before) throw Machine.Broken($"{late} changed {before}");
    }

    GuardianEvent LateEvent(int detail) => (detail % (Machine.Lives ? 4 : 11)) switch
    {
        0 => new GuardianEvent.Due(),
        1 => new GuardianEvent.TakenOver(),
        2 => new GuardianEvent.TakeoverFailed("late"),
        3 => new GuardianEvent.ReExecFailed("late"),
        4 => new GuardianEvent.Ready(),
        5 => new GuardianEvent.LeaveAsked(),
        6 => new GuardianEvent.DaemonStarted(),
        7 => new GuardianEvent.StartFailed(),
        8 => new GuardianEvent.DaemonDied(1, 0, true),
        9 => new GuardianEvent.UpgradeAsked(Machine.NewDescriptor()),
        _ => new GuardianEvent.HandOverAsked(Machine.NewDescriptor()),
    };

    void Check()
    {
        if (Machine.Lives != State is WithDaemon) throw Machine.Broken("it is wrong about whether a daemon lives");
        if (State is ReExecuting or RollingBack or Giving) throw Machine.Broken("an outcome is missing");
        if (Machine.Lives && State.Facts.EndWanted && !Machine.HeardTerm)
            throw Machine.Broken("the daemon does not know that its end is wanted");
        if (State is Serving && State.Facts.Probation is not null) throw Machine.Broken("it serves on probation");
        if (State is Ended) return;
        if (State.Facts.Failures.Count != Machine.Row) throw Machine.Broken($"{Machine.Row} failed in a row");
        HashSet<Descriptor> known = [];
        if (State is Upgrading upgrading) known.Add(upgrading.Next);
        if (State is HandingOver handing) known.Add(handing.Successor);
        if (State.Facts.Probation is { } probation) known.Add(probation.Former);
        if (!known.SetEquals(Machine.Open)) throw Machine.Broken($"open are {string.Join(',', Machine.Open)}");
    }

    /// <summary>
    /// Never without having been told, unless no child could lose anything or none of its daemons ever answered.
    /// </summary>
    void CheckEnd(int status)
    {
        var isTold = _left || Machine.TakenOver > 0;
        var firstFailed = !_everReady && (status & 0x7f) == 0;
        var isHopeless = status == CannotStart && _isStoreEmpty;
        if (!isTold && !firstFailed && !isHopeless) throw Machine.Broken($"it ended after {status}");
    }
}
