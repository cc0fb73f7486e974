using Tspm.Guardian.Contract;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Simulation;

/// <summary>One run: random steps of everybody, the promises after each, and then rest.</summary>
internal sealed class SimulatedRun : IDisposable
{
    const int LongestRun = 100;

    readonly SimulatedSystem _system;
    readonly Promises _promises;

    SimulatedRun(int seed, Mistake mistake)
    {
        _system = new SimulatedSystem(seed, mistake);
        _promises = new Promises(_system);
    }

    Random Random => _system.Random;

    /// <summary>Null: every promise was kept. Else which was not, how to see it again, and the last steps.</summary>
    public static string? Take(int seed, Mistake mistake, Coverage coverage)
    {
        using var run = new SimulatedRun(seed, mistake);
        try
        {
            run.Take();
            coverage.Add(run._system.Coverage);
            return null;
        }
        catch (Exception e) when (e is BrokenPromise or InvalidOperationException)
        {
            var where = e is BrokenPromise ? "" : $"\n{e}";
            return $"{e.Message}\nreplay with TSPM_SIMULATION_SEED={seed}; the last steps:\n"
                + string.Join('\n', run._system.Notes) + where;
        }
    }

    /// <summary>The last steps of a run that keeps every promise.</summary>
    public static string Trace(int seed)
    {
        using var run = new SimulatedRun(seed, Mistake.None);
        run.Take();
        return string.Join('\n', run._system.Notes);
    }

    void Take()
    {
        Begin();
        var steps = Random.Next(10, LongestRun);
        for (var step = 0; step < steps; step++)
        {
            TakeStep();
            _promises.Check();
        }
        ComeToRest();
    }

    void Begin()
    {
        _system.Time.Settle();
        ProcessConfig[] configs =
        [
            new() { Name = "plain", Command = "plain" },
            new()
            {
                Name = "eager", Command = "eager",
                Restart = new RestartConfig { Policy = "on-failure", DelayMs = 0, MaxConsecutive = 3 },
            },
            new() { Name = "pair", Command = "pair", Instances = 2, Stop = new StopConfig { TimeoutMs = 700 } },
        ];
        _system.Ask(() =>
        {
            foreach (var config in configs)
                foreach (var process in _system.World.DefineAll(config))
                    _system.World.Supervisor.Start(process, CauseRequest.Start);
            _system.World.Save();
        });
        _system.Time.Settle();
    }

    void TakeStep()
    {
        switch (Random.Next(32))
        {
            case < 6: for (var turns = Random.Next(8); turns >= 0; turns--) _system.Guardian.Step(); break;
            case < 10: for (var turns = Random.Next(4); turns >= 0; turns--) _system.StepDaemon(); break;
            case < 12: _system.TellOneEnd(); break;
            case < 15: _system.Children.EndOne(); break;
            case 15: _system.Children.PrintOne(); break;
            case 16: _system.Outputs.Move(); break;
            case < 21: Order(); break;
            case 21 or 22: _system.Time.Pass(TimeSpan.FromMilliseconds(Random.Next(20))); break;
            case 23 or 24: _system.Time.Pass(TimeSpan.FromMilliseconds(Random.Next(1900))); break;
            case 25: PassLong(); break;
            case 26: _system.Time.Settle(); break;
            default: Disturb(); break;
        }
    }

    void Order()
    {
        if (_system.Daemon is not { Life: DaemonLife.Serving }) return;
        var supervisor = _system.World.Supervisor;
        var processes = supervisor.Table.Processes.ToList();
        if (processes.Count == 0) return;
        var process = processes[Random.Next(processes.Count)];
        var kind = Random.Next(6);
        _system.Note($"user: order {kind} for {process.Key}");
        _system.Ask(() =>
        {
            switch (kind)
            {
                case 0 or 1: _ = supervisor.Start(process, CauseRequest.Start); break;
                case 2: _ = supervisor.Stop(process, CauseRequest.Stop); break;
                case 3: _ = supervisor.Restart(process, CauseRequest.Restart); break;
                case 4: _ = supervisor.Reload([process], CauseRequest.Reload); break;
                case 5: process.Handle(new LifecycleEvent.ResetRequested()); break;
            }
        });
    }

    void PassLong()
    {
        for (var part = Random.Next(14); part >= 0; part--) _system.Time.Pass(TimeSpan.FromMilliseconds(1500));
    }

    void Disturb()
    {
        switch (Random.Next(24))
        {
            case < 6: _system.Instants.KillSoon(1 + Random.Next(9)); break;
            case < 10: _system.KillDaemon(); break;
            case 10: _system.KillGuardian(); break;
            case 11: _system.Guardian.Signal(Signals.SIGTERM); break;
            case < 15: _system.Depart(GuardianMessageKind.Upgrade); break;
            case 15: _system.Depart(GuardianMessageKind.HandOver); break;
            case 16: _system.Daemon?.Hang(); break;
            case 17: _system.Machine.FailNext(new SpawnFailure("spawn", 11, "no more processes")); break;
            case 18: _system.Machine.LeftoversOfNext = Random.Next(3); break;
            case 19: _system.Children.ReapAsInit(); break;
            case 20: EndDescendant(); break;
            case 21: _system.Guardian.Signal(Signals.SIGHUP); break;
            default: StartAgain(); break;
        }
    }

    void EndDescendant()
    {
        var living = _system.Machine.LivingDescendants.ToList();
        if (living.Count > 0) _system.Machine.End(living[Random.Next(living.Count)]);
    }

    void StartAgain()
    {
        if (!_system.Guardian.IsAlive) _system.StartGuardian();
    }

    void ComeToRest()
    {
        _system.Note("it comes to rest");
        _system.CalmDown();
        // A daemon that hangs while it serves would do so for ever.
        if (_system.Daemon is { Life: DaemonLife.Hanging }) _system.KillDaemon();
        // A minute is more than any patience; once nothing is under way, a few turns show that it stays so.
        for (int turn = 0, calm = 0; turn < 40 && calm < 4; turn++)
        {
            _system.Time.Settle();
            StartAgain();
            _promises.Check();
            _system.Time.Pass(TimeSpan.FromSeconds(1.5));
            calm = _promises.IsAtRest ? calm + 1 : 0;
        }
        _system.Time.Settle();
        _promises.CheckAtRest();
    }

    public void Dispose() => _system.Dispose();
}
