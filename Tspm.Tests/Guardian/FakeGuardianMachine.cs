using Tspm.Guardian;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Tests.Fixtures;
using static Tspm.Guardian.GuardianState;

namespace Tspm.Tests.Guardian;

/// <summary>
/// A machine around the pure lifecycle: it has at most one daemon, knows which descriptors are open, executes other
/// versions, and refuses every action that makes no sense at that moment.
/// </summary>
internal sealed class FakeGuardianMachine(GuardianState begin)
{
    readonly HashSet<Descriptor> _given = [];
    TimeSpan? _lastStart;
    int _lastDescriptor = 100;

    public GuardianState State { get; private set; } = begin;

    public TimeSpan Now { get; private set; }

    /// <summary>Descriptors that came with events or belong to a probation, and are open.</summary>
    public HashSet<Descriptor> Open { get; } = [];

    public bool Lives { get; private set; }

    public int Pid { get; private set; }

    /// <summary>The daemon was sent SIGKILL and has not ended yet.</summary>
    public bool IsKilled { get; private set; }

    /// <summary>The daemon was sent SIGTERM.</summary>
    public bool HeardTerm { get; private set; }

    /// <summary>How many daemons have failed in a row, counted independently.</summary>
    public int Row { get; private set; }

    /// <summary>What comes next of the outcomes that the machine decides.</summary>
    public (bool Start, bool Exec, bool Takeover) Works { get; set; } = (true, true, true);

    public int Starts { get; private set; }

    public int Probations { get; private set; }

    public int RolledBack { get; private set; }

    public int TakenOver { get; private set; }

    public Descriptor NewDescriptor()
    {
        var descriptor = FakeDescriptor.Of(++_lastDescriptor);
        Open.Add(descriptor);
        return descriptor;
    }

    public void Pass(TimeSpan time)
    {
        Now += time;
        for (var times = 0; State.Due <= Now; times++)
        {
            // A start that fails is tried again at once; after that the delays begin.
            if (times > 5) throw Broken("it is due again and again");
            Happen(new GuardianEvent.Due());
        }
    }

    public void PassUntilDue() => Pass(State.Due is { } due && due > Now ? due - Now : TimeSpan.Zero);

    public void Die(int status, bool isStoreEmpty)
    {
        Lives = false;
        if (State is Starting or Serving) Row = Now - _lastStart > TimeSpan.FromSeconds(10) ? 1 : Row + 1;
        Happen(new GuardianEvent.DaemonDied(Pid, status, isStoreEmpty));
    }

    public void Happen(GuardianEvent happened)
    {
        (State, var actions) = GuardianLifecycle.Next(State, happened, Now);
        foreach (var action in actions) Perform(action);
    }

    void Perform(GuardianAction action)
    {
        switch (action)
        {
            case GuardianAction.StartDaemon: Start(action); break;
            case GuardianAction.KillDaemon:
                // Again only for an order that it had sent before the first one.
                Demand(Lives, action);
                IsKilled = true;
                break;
            case GuardianAction.ForwardSignal forward:
                Demand(Lives, action);
                HeardTerm |= forward.Signal == Signals.SIGTERM;
                break;
            case GuardianAction.FinishStart or GuardianAction.RestoreHome:
                Demand(Lives && State is WithDaemon { Run.IsReady: true }, action);
                break;
            case GuardianAction.RecordDeath death:
                Demand(!Lives && death.Pid == Pid && death.Consecutive == Row, action);
                break;
            case GuardianAction.ReportFirstDeath: Demand(!Lives, action); break;
            case GuardianAction.Close close: Demand(Open.Remove(close.Descriptor), action); break;
            case GuardianAction.ReExec exec: Execute(exec.Executable, action, rollsBack: false); break;
            case GuardianAction.RollBack back: Execute(back.Former, action, rollsBack: true); break;
            case GuardianAction.GiveToSuccessor give: Give(give.Successor, action); break;
            case GuardianAction.SetUpgradeProblem problem: Demand(problem.Problem.Length > 0, action); break;
            default: Demand(State is Ended && !Lives, action); break;
        }
    }

    void Start(GuardianAction action)
    {
        Demand(!Lives && State is Starting, action);
        var delay = TimeSpan.FromMilliseconds(Math.Min(500, Math.Max(0, Row - 1) * 100));
        if (Now < _lastStart + delay) throw Broken($"started before {delay} were over");
        _lastStart = Now;
        Starts++;
        if (!Works.Start)
        {
            Row++;
            Happen(new GuardianEvent.StartFailed());
            return;
        }
        (Lives, IsKilled, HeardTerm) = (true, false, false);
        Pid++;
        Happen(new GuardianEvent.DaemonStarted());
    }

    /// <summary>A new image knows what was handed over, and nothing else.</summary>
    void Execute(Descriptor executable, GuardianAction action, bool rollsBack)
    {
        Demand(!Lives && Open.Contains(executable), action);
        if (rollsBack && State.Facts.Probation is not null) throw Broken("it rolls back and stays on probation");
        if (!Works.Exec)
        {
            if (!rollsBack) Row = 0;
            Happen(new GuardianEvent.ReExecFailed("no such file"));
            return;
        }
        Open.Clear();
        (Row, _lastStart) = (0, null);
        if (rollsBack) RolledBack++;
        else Probations++;
        var probation = rollsBack ? null : UpgradeProbation.Begin(NewDescriptor(), Now);
        var facts = new GuardianFacts(State.Facts.WasReady, State.Facts.EndWanted) { Probation = probation };
        State = new NoDaemon(facts, Now);
    }

    void Give(Descriptor successor, GuardianAction action)
    {
        Demand(!Lives && Open.Contains(successor) && _given.Add(successor), action);
        if (!Works.Takeover) Row = 0;
        else TakenOver++;
        Happen(Works.Takeover ? new GuardianEvent.TakenOver() : new GuardianEvent.TakeoverFailed("it does not read"));
    }

    void Demand(bool holds, GuardianAction action)
    {
        if (!holds) throw Broken($"{action} makes no sense");
    }

    public InvalidOperationException Broken(string what) => new($"{what}, at {Now} in {State}");
}
