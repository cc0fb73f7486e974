using Tspm.Guardian;
using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Simulation;

/// <summary>
/// The whole system in one process: the real guardian lifecycle, the real supervisor, a kernel and a clock that are
/// played. What is random comes from one seed, so a run is a function of it.
/// <para>The faults, which are those that the real system can have and no others:</para>
/// <list type="bullet">
/// <item>Guardian, daemon, kernel and children take turns in any order. Between guardian and daemon each direction
/// keeps its order (<see cref="SimulatedChannel"/>); signals and ends of children may overtake messages, and the
/// guardian reaps in any order. A message may wait for up to <see cref="SimulatedTime.LongestDelay"/>.</item>
/// <item>The daemon is killed between any two turns, and within one around each save, record, spawn, signal, reap and
/// change of outputs. What the guardian had sent to it is lost and comes again to the next; what it had sent is
/// read.</item>
/// <item>The guardian is killed: its daemon dies with it, its orphans become init's, and whoever starts the daemon
/// again starts another guardian.</item>
/// <item>Starts, re-executions and takeovers fail. A new version may never answer: its daemon crashes, gives up or
/// hangs.</item>
/// </list>
/// Left out: hooks, probes, listeners, a disk that cannot be written, a lost home.
/// </summary>
internal sealed class SimulatedSystem : IDisposable
{
    const int NotesKept = 60;

    readonly Queue<string> _notes = new();
    readonly HashSet<int> _goodExecutables = [];
    TimeSpan _becameAt, _leftAt;
    int _lastDescriptor = 100;
    bool _isBadVersion, _isOnProbation;

    public SimulatedSystem(int seed, Mistake mistake)
    {
        Random = new Random(seed);
        Mistake = mistake;
        Instants = new Instants(this);
        World = new World { Instant = Instants.Happen, BeforeRecord = Instants.Happen };
        Outputs = new SimulatedOutputs(this, World.Outputs);
        World.OutputsInstead = Outputs;
        Machine.IsGuardianPlayed = true;
        Children = new SimulatedChildren(this);
        Time = new SimulatedTime(this);
        Machine.KernelTellsExits = Random.Next(2) == 0;
        Machine.BeforeReap = Instants.Happen;
        Machine.BeforeLook = Instants.Happen;
        Guardian = new SimulatedGuardian(this, SimulatedGuardian.Elected, former: -1);
    }

    public Random Random { get; }

    public Mistake Mistake { get; }

    public World World { get; }

    public FakeProcessSystem Machine => World.Machine;

    public SimulatedOutputs Outputs { get; }

    public Instants Instants { get; }

    public SimulatedChildren Children { get; }

    public SimulatedTime Time { get; }

    public SimulatedGuardian Guardian { get; private set; }

    public SimulatedDaemon? Daemon { get; private set; }

    /// <summary>How the daemon ended that the guardian has not reaped yet; null: there is none.</summary>
    public int? DeadDaemon { get; private set; }

    /// <summary>Nothing fails any more.</summary>
    public bool IsCalm { get; private set; }

    public TimeSpan Now => World.Clock.GetUtcNow() - World.Midnight;

    public Coverage Coverage { get; } = new();

    public IEnumerable<string> Notes => _notes;

    // ---- what the parties ask of it

    public int NewDescriptor()
    {
        var descriptor = ++_lastDescriptor;
        if (IsCalm || Random.Next(2) == 0) _goodExecutables.Add(descriptor);
        return descriptor;
    }

    /// <summary>An attempt that depends on the machine.</summary>
    public bool Fails() => !IsCalm && Random.Next(8) == 0;

    public int TakeDeadDaemon()
    {
        var status = DeadDaemon!.Value;
        DeadDaemon = null;
        return status;
    }

    public void StartDaemon(SimulatedChannel channel, bool isOnProbation)
    {
        if (Daemon is not null || DeadDaemon is not null) throw new BrokenPromise("two daemons");
        Coverage.Starts++;
        _isOnProbation = isOnProbation;
        Daemon = new SimulatedDaemon(this, channel, _isBadVersion);
    }

    public void OnServing()
    {
        if (_isOnProbation) Coverage.Passed++;
        _isOnProbation = false;
    }

    public void CaughtUpWith(int records)
    {
        Coverage.CaughtUp++;
        if (records > 0) Coverage.CaughtUpWithRecords++;
    }

    /// <summary>The guardian kills a daemon that has not answered, or not ended, in time.</summary>
    public void KillOverdueDaemon()
    {
        var begin = _isOnProbation ? _becameAt : _leftAt;
        var least = _isOnProbation ? UpgradeProbation.Patience : GuardianLifecycle.LongestEnd;
        if (Daemon is null) return;
        if (Now - begin < least) throw new BrokenPromise($"the daemon is killed after {Now - begin}");
        Coverage.Overdue++;
        KillDaemon();
    }

    /// <summary>The same guardian, as another version.</summary>
    public void Become(SimulatedGuardian next, int executable, int former)
    {
        _isBadVersion = former >= 0 && !_goodExecutables.Contains(executable);
        _becameAt = Now;
        if (former >= 0) Coverage.Upgrades++;
        else Coverage.RolledBack++;
        Note($"the guardian is another version now, which is {(_isBadVersion ? "bad" : "good")}");
        Guardian = next;
    }

    /// <summary>Another guardian: who was started under the former one is init's from now on.</summary>
    public void TakeOver(Handover given)
    {
        Coverage.TakenOver++;
        Note("another guardian has taken over");
        Children.LoseOrphans();
        Guardian = new SimulatedGuardian(this, given, former: -1);
    }

    public void EndDaemon(int status)
    {
        Note($"the daemon ends with {status}");
        World.KillDaemon();
        Daemon = null;
        DeadDaemon = status;
        Instants.KillSoon(0);
        Outputs.OnDaemonDied();
    }

    // ---- deaths

    public void KillDaemon()
    {
        if (Instants.IsDaemonRunning) Instants.KillAtOnce();
        else if (Daemon is not null) EndDaemon(Signals.SIGKILL);
    }

    /// <summary>PR_SET_PDEATHSIG: the daemon dies with its guardian.</summary>
    public void KillGuardian()
    {
        Coverage.GuardiansKilled++;
        Note("the guardian is killed");
        Children.ForgetRecords();
        if (Daemon is not null) EndDaemon(Signals.SIGKILL);
        StartGuardian();
    }

    /// <summary>Somebody runs a command that needs the daemon.</summary>
    public void StartGuardian()
    {
        DeadDaemon = null;
        Children.LoseOrphans();
        Outputs.OnGuardianGone();
        _isBadVersion = _isOnProbation = false;
        Guardian = new SimulatedGuardian(this, SimulatedGuardian.Elected, former: -1);
    }

    // ---- turns

    /// <summary>Something that was asked of the daemon.</summary>
    public void Ask(Action order)
    {
        if (Daemon is not { Life: DaemonLife.Serving }) return;
        Instants.AsDaemon(() =>
        {
            order();
            World.Step();
        });
    }

    public void Depart(GuardianMessageKind kind)
    {
        Ask(() =>
        {
            _leftAt = Now;
            Daemon!.Depart(kind);
        });
    }

    public void StepDaemon()
    {
        if (Daemon is { } daemon) Instants.AsDaemon(daemon.Step);
    }

    /// <summary>The kernel tells the daemon of an end.</summary>
    public void TellOneEnd()
    {
        if (Machine.UntoldEnds.Count == 0) return;
        var process = Machine.UntoldEnds[Random.Next(Machine.UntoldEnds.Count)];
        Instants.AsDaemon(() => Machine.TellEnd(process));
    }

    /// <summary>From now on all goes well.</summary>
    public void CalmDown()
    {
        IsCalm = true;
        Instants.KillSoon(0);
        Machine.LeftoversOfNext = 0;
        Machine.FailNothing();
        // Whatever kept a version from answering that could not be undone is over.
        if (Guardian.State.Facts.Probation is null) _isBadVersion = false;
    }

    public void Note(string note)
    {
        if (_notes.Count == NotesKept) _notes.Dequeue();
        _notes.Enqueue($"{Now.TotalSeconds,8:0.000} {note}");
    }

    public void Dispose() => World.Dispose();
}
