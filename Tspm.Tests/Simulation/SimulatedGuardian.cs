using Tspm.Guardian;
using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Simulation;

/// <summary>
/// Interprets the real <see cref="GuardianLifecycle"/> and keeps the real <see cref="ReapedRecords"/>, in the order of
/// GuardianLoop: due, send, read, signals, reap. One <see cref="Step"/> is one message, one signal or one process, so
/// that everything else may happen in between.
/// </summary>
internal sealed class SimulatedGuardian
{
    enum Turn { Due, Send, Read, Signals, Reap }

    readonly SimulatedSystem _system;
    readonly ReapedRecords _reaped = new();
    readonly Dictionary<DescriptorKey, int> _store = [];
    readonly Queue<int> _signals = new();
    readonly SimulatedLink _link;
    Turn _turn = Turn.Reap;
    int? _daemonStatus;
    long _daemonDiedAtTicks;
    bool _isGone;

    /// <param name="system">Where it lives.</param>
    /// <param name="given">What the election gave, or another image or another guardian.</param>
    /// <param name="former">The executable to go back to; -1: there is none.</param>
    public SimulatedGuardian(SimulatedSystem system, Handover given, int former)
    {
        _system = system;
        _link = new SimulatedLink(_reaped, system.Mistake);
        _daemonDiedAtTicks = given.DaemonDiedAtTicks;
        foreach (var (key, descriptor) in given.Stored) _store[key] = descriptor;
        _reaped.Restore(given.LastReaped, given.Reaped);
        var probation = former >= 0 ? UpgradeProbation.Begin(FakeDescriptor.Of(former), Now) : null;
        var facts = new GuardianFacts(given.WasReady, given.EndWanted)
        {
            Failures = new DaemonFailures(given.QuickDeaths, null),
            Probation = probation,
        };
        State = new GuardianState.NoDaemon(facts, Now);
    }

    public static Handover Elected => new() { Listener = 3, GuardianLock = 4, Options = new GuardianOptions() };

    public GuardianState State { get; private set; }

    public bool IsAlive => !_isGone && State is not GuardianState.Ended;

    public IEnumerable<DescriptorKey> Stored => _store.Keys;

    public bool IsUnacknowledged(int pid)
    {
        foreach (var record in _reaped.Unacknowledged)
            if (record.Pid == pid) return true;
        return false;
    }

    public int Unacknowledged => _reaped.Unacknowledged.Length;

    /// <summary>It has the descriptor, or will find it in its queue.</summary>
    public bool Holds(DescriptorKey key) => IsAlive && (_store.ContainsKey(key) || _link.Channel?.Carries(key) == true);

    /// <summary>There is something for it to do now.</summary>
    public bool HasWork => IsAlive && (State.Due <= Now || HasMessages || _signals.Count > 0 || HasToReap);

    bool HasMessages => _link.HasPending || _link.Channel?.HasForGuardian == true;

    public void Signal(int signal) => _signals.Enqueue(signal);

    TimeSpan Now => _system.Now;

    bool HasToReap => _daemonStatus is not null || _system.Children.HasOrphans || _system.DeadDaemon is not null;

    public void Step()
    {
        if (!IsAlive) return;
        switch (_turn)
        {
            case Turn.Due:
                _turn = Turn.Send;
                if (State.Due <= Now) Happened(new GuardianEvent.Due());
                break;
            case Turn.Send:
                if (!_link.SendOne(_daemonDiedAtTicks)) _turn = Turn.Read;
                break;
            case Turn.Read:
                if (!Read()) _turn = Turn.Signals;
                break;
            case Turn.Signals:
                if (!_signals.TryDequeue(out var signal)) _turn = Turn.Reap;
                else Happened(signal == Signals.SIGHUP ? new GuardianEvent.Hangup() : new GuardianEvent.Terminate());
                break;
            case Turn.Reap:
                if (Reap()) break;
                _turn = Turn.Due;
                if (_daemonStatus is { } status) BuryDaemon(status);
                break;
        }
    }

    bool Read()
    {
        if (_link.Channel?.ReadAsGuardian() is not { } message) return false;
        switch (message.Kind)
        {
            case GuardianMessageKind.Store: _store[KeyOf(message)] = _system.NewDescriptor(); break;
            case GuardianMessageKind.Remove: CloseStored(KeyOf(message)); break;
            case GuardianMessageKind.Acknowledge: _reaped.Acknowledge(message.Number); break;
            case GuardianMessageKind.CatchUp: _link.CatchUpAgain(); break;
            case GuardianMessageKind.Ready: Happened(new GuardianEvent.Ready()); break;
            case GuardianMessageKind.Leaving: Happened(new GuardianEvent.LeaveAsked()); break;
            case GuardianMessageKind.Upgrade:
                Happened(new GuardianEvent.UpgradeAsked(FakeDescriptor.Of((int)message.Number)));
                break;
            case GuardianMessageKind.HandOver:
                Happened(new GuardianEvent.HandOverAsked(FakeDescriptor.Of((int)message.Number)));
                break;
            default: throw new InvalidOperationException($"nobody sends {message.Kind}");
        }
        if (_system.Mistake == Mistake.StartsTwoDaemons && State is GuardianState.Upgrading) BuryDaemon(0);
        return true;
    }

    static DescriptorKey KeyOf(in GuardianMessage message) => DescriptorKey.FromWire(message.Number);

    void CloseStored(DescriptorKey key)
    {
        _store.Remove(key);
        _system.Outputs.Look(key.RunId);
    }

    /// <summary>In whatever order the kernel names them.</summary>
    bool Reap()
    {
        var dead = _system.DeadDaemon is null ? 0 : 1;
        var orphans = _system.Children.Orphans;
        var ended = _system.Machine.EndedDescendants;
        var count = dead + orphans.Count + ended.Count;
        if (count == 0) return false;
        var at = _system.Random.Next(count);
        if (at < orphans.Count)
        {
            var orphan = orphans[at];
            _system.Machine.ReapOrphan(orphan);
            _reaped.Add(orphan.Pid, WaitStatusOf(orphan.Status!), orphan.StartTicks, ledSession: true);
            if (_system.Mistake == Mistake.ClosesOutputEarly) CloseOutputOf(orphan);
        }
        else if (at < orphans.Count + ended.Count)
        {
            var descendant = ended[at - orphans.Count];
            ended.Remove(descendant);
            _reaped.Add(descendant.Pid, 0, descendant.StartTicks, ledSession: false);
        }
        else (_daemonStatus, _daemonDiedAtTicks) = (_system.TakeDeadDaemon(), _system.Machine.BootTicks);
        return true;
    }

    void CloseOutputOf(FakeProcess child)
    {
        foreach (var key in _store.Keys.ToArray())
            if (child.Request.StdoutPath!.Contains($".{key.RunId}.", StringComparison.Ordinal)) CloseStored(key);
    }

    void BuryDaemon(int status)
    {
        _daemonStatus = null;
        while (Read())
        {
            // What it sent with its last breath counts.
        }
        _link.Ended();
        // The descriptors in its queue have come, and it holds none itself any more.
        _system.Outputs.LookAtAll();
        Happened(new GuardianEvent.DaemonDied(1, status, _store.Count == 0));
    }

    static int WaitStatusOf(ExitStatus status) => status.Signal ?? status.Code!.Value << 8;

    void Happened(GuardianEvent happened)
    {
        (State, var actions) = GuardianLifecycle.Next(State, happened, Now);
        _system.Note($"guardian: {happened} → {State.GetType().Name}");
        if (_system.Mistake == Mistake.KillsAtOnce && State is GuardianState.Upgrading) _system.KillOverdueDaemon();
        foreach (var action in actions) Perform(action);
    }

    void Perform(GuardianAction action)
    {
        switch (action)
        {
            case GuardianAction.StartDaemon: StartDaemon(); break;
            case GuardianAction.KillDaemon: _system.KillOverdueDaemon(); break;
            case GuardianAction.ForwardSignal forward: _system.Daemon?.Signal(forward.Signal); break;
            case GuardianAction.ReExec next:
                BecomeAnother(FakeDescriptor.NumberOf(next.Executable), _system.NewDescriptor());
                break;
            case GuardianAction.RollBack back:
                BecomeAnother(FakeDescriptor.NumberOf(back.Former), former: -1);
                break;
            case GuardianAction.GiveToSuccessor: Give(); break;
        }
    }

    void StartDaemon()
    {
        if (_system.Fails())
        {
            Happened(new GuardianEvent.StartFailed());
            return;
        }
        _system.StartDaemon(_link.Start(), isOnProbation: State.Facts.Probation is not null);
        Happened(new GuardianEvent.DaemonStarted());
    }

    void BecomeAnother(int executable, int former)
    {
        if (_system.Fails())
        {
            Happened(new GuardianEvent.ReExecFailed("no such file"));
            return;
        }
        _isGone = true;
        _system.Become(new SimulatedGuardian(_system, Snapshot(), former), executable, former);
    }

    void Give()
    {
        if (_system.Fails())
        {
            Happened(new GuardianEvent.TakeoverFailed("it does not read"));
            return;
        }
        var given = Snapshot();
        Happened(new GuardianEvent.TakenOver());
        _system.TakeOver(given);
    }

    /// <summary>In the very bytes in which one image or guardian gives it to the next.</summary>
    Handover Snapshot() => Handover.Parse(new Handover
    {
        Listener = 3,
        GuardianLock = 4,
        Options = new GuardianOptions(),
        WasReady = State.Facts.WasReady,
        EndWanted = State.Facts.EndWanted,
        DaemonDiedAtTicks = _daemonDiedAtTicks,
        Stored = _store,
        Reaped = _system.Mistake == Mistake.LosesRecordsInUpgrade ? [] : _reaped.Unacknowledged.ToArray(),
        LastReaped = _reaped.LastNumber,
    }.ToBytes());
}
