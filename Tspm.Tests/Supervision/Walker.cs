using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Supervision;

/// <summary>One random walk: carries out steps and checks after each what must hold.</summary>
internal sealed class Walker : IDisposable
{
    /// <summary>Kinds of steps that leave the daemon alone, and all of them.</summary>
    public const int CalmSteps = 22, AllSteps = 30;

    static readonly SpawnFailure Final = new("execute", 2, "no such program"),
        Transient = new("spawn", 11, "no more processes");

    readonly World _world = new();
    readonly List<Task> _promised = [];

    public Walker()
    {
        _world.DefineAll(new ProcessConfig { Name = "plain", Command = "plain" });
        _world.DefineAll(new ProcessConfig
        {
            Name = "eager",
            Command = "eager",
            Restart = new RestartConfig
            {
                Policy = "on-failure",
                DelayMs = 0,
                MaxConsecutive = 3,
            },
        });
        _world.DefineAll(new ProcessConfig
        {
            Name = "pair",
            Command = "pair | pair",
            Instances = 2,
            Restart = new RestartConfig { StopExitCodes = [7], MinUptimeMs = 500 },
            Stop = new StopConfig { TimeoutMs = 700 },
        });
        _world.DefineAll(new ProcessConfig
        {
            Name = "late",
            Command = "late",
            DependsOn = [new Dependency { Name = "eager" }, new Dependency { Name = "pair", Condition = "started" }],
            Ready = new Probe { DelayMs = 300 },
            Restart = new RestartConfig { MaxConsecutive = 4 },
        });
        _world.DefineAll(new ProcessConfig
        {
            Name = "hooked",
            Command = "hooked",
            Hooks = new HookConfig { PreStart = "before", PostStop = "after", TimeoutMs = 4000 },
            Restart = new RestartConfig { MaxConsecutive = 5 },
        });
        _world.Machine.StopTimeoutOf = key =>
            _world.Supervisor.Table.Find(key) is { } instance ? StopPolicy.From(instance.Definition.Config).Timeout
                : null;
        _world.DeliverRecords();
        _world.Save();
    }

    IReadOnlyList<SupervisedProcess> Instances => _world.Supervisor.Table.Processes;

    /// <summary>Those that a user can name.</summary>
    List<SupervisedProcess> Known => [.. Instances.Where(instance => !instance.IsSurplus)];

    public void Take(int kind, int detail)
    {
        try
        {
            Do(kind, detail);
            _world.Step();
        }
        catch (DaemonDied)
        {
            NextDaemon();
        }
        Check();
    }

    void Do(int kind, int detail)
    {
        var instance = Known[detail % Known.Count];
        switch (kind)
        {
            case 0: _promised.Add(_world.Supervisor.Start(instance, CauseRequest.Start).Reached); break;
            case 1:
                _promised.AddRange(_world.Supervisor.Stop(detail % 3 > 0 ? [instance] : Known,
                    CauseRequest.Stop).Select(pending => pending.Reached));
                break;
            case 2: _promised.Add(_world.Supervisor.Restart(instance, CauseRequest.Restart).Reached); break;
            case 3: instance.Handle(new LifecycleEvent.ResetRequested()); break;
            case 4 or 5 or 6: EndOne(detail); break;
            case 7: _world.Machine.FailNext(detail % 2 == 0 ? Final : Transient); break;
            case 8:
                (_world.Machine.LeftoversOfNext, _world.Machine.TemperOfNext) = (detail % 4, (Temper)(detail / 4 % 4));
                break;
            case 9: _world.Advance(TimeSpan.FromMilliseconds(detail % 20)); break;
            case 10: _world.Advance(TimeSpan.FromMilliseconds(detail)); break;
            case 11: _world.Advance(detail % 15); break;
            case 12: instance.Signal(Signals.SIGHUP); break;
            case 13: ScalePair(1 + detail % 4); break;
            case 14 or 15:
                _promised.AddRange(_world.Supervisor.Reload(detail % 3 > 0 ? [instance] : Known,
                    CauseRequest.Reload).Select(pending => pending.Reached));
                break;
            case 16: RenamePair(); break;
            case 17: Delete(detail); break;
            case 18 or 19: Apply(detail); break;
            case 20: ForkOne(detail); break;
            case 21: EndDescendant(detail); break;
            default: Disturb(kind, detail); break;
        }
    }

    void Disturb(int kind, int detail)
    {
        switch (kind)
        {
            case 22: DieAndCompare(); break;
            case 23: Die(() => EndOne(detail), losesSave: detail % 2 == 0); break;
            case 24: _world.Machine.AfterSpawn = () => throw new DaemonDied(); break;
            case 25: _world.Outputs.BeforeOpen = () => throw new DaemonDied(); break;
            case 26: Die(_world.Machine.ForgetRecords, losesSave: false); break;
            case 27: HoldRecordsBack(detail); break;
            case 28: ShutDownAndDie(); break;
            case 29: DieWithin(detail); break;
        }
    }

    /// <summary>The next operation is cut at one of its instants.</summary>
    void DieWithin(int detail)
    {
        var left = 1 + detail % 9;
        _world.Instant = () =>
        {
            if (--left == 0) throw new DaemonDied();
        };
        Do(detail % 5 == 0 ? 13 : 15 + detail % 5, detail / 7);
        _world.Step();
        _world.Instant = null;
    }

    ProcessDefinition Pair =>
        Instances.First(instance => instance.Definition.Config.Command == "pair | pair").Definition;

    void RenamePair()
    {
        var pair = Pair;
        RenameExecution.Rename(_world.Supervisor, pair, pair.Name == "pair" ? "couple" : "pair");
        _ = _world.Supervisor.Save();
    }

    /// <summary>What nothing else depends on, and another one in its place if it has gone.</summary>
    void Delete(int detail)
    {
        if (Spare is { } spare)
        {
            foreach (var pending in _world.Supervisor.Changes.Delete([spare.Id], withLogs: detail % 2 == 0))
                _promised.Add(pending.Reached);
            _promised.Add(_world.Supervisor.Deletions.WhenGone(spare.Id));
        }
        else _world.DefineAll(new ProcessConfig { Name = "spare", Command = "spare", Instances = 1 + detail % 3 });
        _ = _world.Supervisor.Save();
    }

    ProcessDefinition? Spare => _world.Supervisor.Table.ByName("spare");

    /// <summary>Another number and another command of what may be there or not; without it, it goes.</summary>
    void Apply(int detail)
    {
        List<ProcessConfig> wanted =
            [.. _world.Supervisor.Table.Definitions.Where(definition => definition.Name != "spare").Select(definition =>
            definition.Config)];
        if (detail % 3 > 0)
            wanted.Add(new ProcessConfig
            {
                Name = "spare",
                Command = $"spare{detail % 2}",
                ProjectDir = "/",
                Instances = 1 + detail % 4
            });
        var all =
            new PlanExecution.Wanted(wanted, prune: true, updateEnvironment: false, new Dictionary<string,
            string>
            { ["PATH"] = "/bin" }, null);
        var work = PlanExecution.Begin(_world.Supervisor, PlanExecution.PlanOf(_world.Supervisor.Table, all), all, []);
        foreach (var pending in work.Going.Concat(work.Coming)) _promised.Add(pending.Reached);
        _promised.AddRange(work.Gone);
        _ = _world.Supervisor.Save();
    }

    void ScalePair(int instances)
    {
        var definition = Pair;
        foreach (var pending in _world.Supervisor.Changes.Scale(
            definition with { Config = definition.Config with { Instances = instances } }, "scaled")) _promised
                .Add(pending.Reached);
        _ = _world.Supervisor.Save();
    }

    void EndOne(int detail)
    {
        var living = _world.Machine.Living.ToList();
        if (living.Count == 0) return;
        ExitStatus[] ways = [new(0, null), new(1, null), new(7, null), new(null, Signals.SIGKILL)];
        _world.Machine.Exit(living[detail % living.Count], ways[detail / 7 % ways.Length]);
    }

    /// <summary>A child, or something below it, starts another process.</summary>
    void ForkOne(int detail)
    {
        var living = _world.Machine.Living.Where(process => process.Hook is null).ToList();
        if (living.Count == 0) return;
        var main = living[detail % living.Count];
        var parent = detail % 2 == 0 ? null : main.Descendants.Find(descendant => descendant.Lives);
        _ = _world.Machine.Fork(main, parent, (Temper)(detail / 8 % 4));
    }

    void EndDescendant(int detail)
    {
        var living = _world.Machine.LivingDescendants.ToList();
        if (living.Count > 0) _world.Machine.End(living[detail % living.Count]);
    }

    void HoldRecordsBack(int detail)
    {
        if (detail % 2 == 0)
        {
            _world.Machine.Reaped = null;
            return;
        }
        foreach (var record in _world.Machine.Unacknowledged)
        {
            _world.Supervisor.ApplyGuardianRecord(record);
            _world.Machine.Acknowledge(record.Sequence);
        }
        _world.DeliverRecords();
    }

    void ShutDownAndDie()
    {
        _ = _world.Supervisor.Shutdown();
        Die(() => { }, losesSave: false);
    }

    void Die(Action meanwhile, bool losesSave)
    {
        _world.KillDaemon();
        if (losesSave) _world.Saved = _world.SavedBefore.Processes.Count > 0 ? _world.SavedBefore : _world.Saved;
        meanwhile();
        StartUntilAlive();
    }

    /// <summary>A death between two steps, with nothing under way, changes nothing at all.</summary>
    void DieAndCompare()
    {
        var before = Instances.Where(IsAtRest).ToDictionary(instance => instance.Key, Essence);
        _world.Instant = null;
        Die(() => { }, losesSave: false);
        foreach (var instance in Instances)
            if (before.TryGetValue(instance.Key, out var essence) && essence != Essence(instance))
                throw new InvalidOperationException($"{instance.Key} changed with the daemon: {essence} became "
                    + $"{Essence(instance)}");
    }

    bool IsAtRest(SupervisedProcess instance) => instance.Replacement is null && IsAlone(instance);

    bool IsAlone(SupervisedProcess instance) =>
        instance.State.Phase is LifecyclePhase.Waiting or LifecyclePhase.Errored
            || (instance.State.Phase == LifecyclePhase.Stopped && instance.State.Desired == DesiredState.Down)
        || (instance.State is { Phase: LifecyclePhase.Online, Desired: DesiredState.Up }
            && _world.Machine.Living.Any(process => process.Pid == instance.Child!.Pid));

    static (LifecycleState, int?, TimeSpan?, int) Essence(SupervisedProcess instance) =>
        (instance.State, instance.View.Pid, instance.View.NextStartAtMonotonic, instance.View.RecentExits.Count);

    void NextDaemon()
    {
        _world.Instant = null;
        _world.KillDaemon();
        StartUntilAlive();
    }

    /// <summary>The next daemon may meet the same fate while it starts.</summary>
    void StartUntilAlive()
    {
        _promised.Clear(); // who waited lost the connection
        while (true)
        {
            try
            {
                _world.StartDaemon();
                return;
            }
            catch (DaemonDied)
            {
                _world.Instant = null;
                _world.KillDaemon();
            }
        }
    }

    void Check()
    {
        Must(Instances.Where(instance => instance.Definition.Name != "spare").Select(instance => instance.Key.Id)
            .Distinct().Count() == 5,
            "no definition is lost");
        CheckLogs();
        foreach (var process in Instances.GroupBy(instance => instance.Key.Id))
        {
            Must(process.Count() >= process.First().Definition.Instances, "no instance is lost");
            Must(process.Select(instance => instance.Key.Instance).SequenceEqual(Enumerable.Range(0, process.Count())),
                "numbers have no gaps");
        }
        foreach (var instance in Instances)
        {
            var living = _world.Machine.Living.Count(process => process.Key == instance.Key && process.Hook is null);
            var hooks = _world.Machine.Living.Count(process => process.Key == instance.Key && process.Hook is not null);
            Must(hooks <= 1, $"{instance.Key} has {hooks} hooks");
            var first = _world.Machine.Living.Any(process => process.Pid == instance.Child?.Pid);
            Must(living <= (instance.Replacement is null ? 1 : 2), $"{instance.Key} has {living} children");
            Must(living == (first ? 1 : 0)
                + (_world.Machine.Living.Any(process => process.Pid == instance.Replacement?.Run?.Child?.Pid) ? 1 : 0),
                    $"{instance.Key} has a child that nobody knows of");
            Must(instance.Replacement is not { Phase: ReplacementPhase.Starting }
                || instance.State.Phase == LifecyclePhase.Online,
                    $"{instance.Key} is {instance.State.Phase} and being replaced");
            Must(instance.Replacement is null
                || instance.State.Phase is LifecyclePhase.Online or LifecyclePhase.Stopping or LifecyclePhase.Sweeping,
                    $"{instance.Key} is {instance.State.Phase} and has a second child");
            if (!HasChild(instance))
                Must(!first && instance.Child is null, $"{instance.Key} is {instance.State.Phase} and has a child");
            else Must(instance.Child is not null, $"{instance.Key} is {instance.State.Phase} and has no child");
            Must(instance.State.Phase != LifecyclePhase.Spawning || instance.Definition.Config.Hooks is not null,
                $"{instance.Key} is between two states");
            Must(instance.State.Phase == LifecyclePhase.Waiting == instance.View.NextStartAtMonotonic is not null,
                $"{instance.Key} is {instance.State.Phase}, next start {instance.View.NextStartAtMonotonic}");
            Must(instance.View.State == instance.State && instance.View.Pid == (first ? instance.Child?.Pid : null),
                $"{instance.Key} shows what is not so");
            Must(instance.State.Phase != LifecyclePhase.Held
                || _world.Supervisor.Dependencies.Missing(instance) is not null,
                $"{instance.Key} waits for nothing");
            var isEnding = instance.State.Phase == LifecyclePhase.Sweeping || instance.Replacement is not null;
            var orphans = _world.Machine.LivingDescendants
                .Where(descendant => descendant.Main.Key == instance.Key && !descendant.Main.Lives);
            Must(isEnding || IsGoingToBeSeen(instance) || !orphans.Any(),
                $"{instance.Key} is {instance.State.Phase} and something of an ended child lives");
            Must(instance.State.Failures >= 0 && instance.State.Restarts >= 0, "counts are not negative");
        }
        // What a dead daemon left open is found by name when the next one starts (LeftoverFifos), not by the
        // supervisor.
        if (_world.Machine.Daemon == 1)
            Must(_world.Outputs.OpenRuns.Count == Instances.Count(HasChild)
                + Instances.Count(instance => instance.Replacement is { Run.IsExitKnown: false }),
                    "outputs of runs that ended are finished");
    }

    /// <summary>Its child has ended and how is not known yet: nobody has looked at what it left behind.</summary>
    static bool IsGoingToBeSeen(SupervisedProcess instance) =>
        instance.Current is { IsExitSeen: true } || instance.Replacement is { Run.IsExitSeen: true };

    /// <summary>Who runs prints where it says: its log was not left behind by a change of names.</summary>
    void CheckLogs()
    {
        foreach (var instance in Instances.Where(HasChild))
            foreach (var log in (string[])[instance.View.OutLog, instance.View.ErrLog])
                Must(_world.Outputs.Files.TryGetValue(log, out var keys) && keys.Contains(instance.Key),
                    $"the output of {instance.Key} does not lie in {Path.GetFileName(log)}");
    }

    /// <summary>Between two steps it is Spawning for the time of its preStart only.</summary>
    static bool HasChild(SupervisedProcess instance) => instance.State.HasChild
        && instance.State.Phase != LifecyclePhase.Spawning;

    /// <summary>
    /// The machine behaves from now on: everything must come to rest, and everybody who waits must get an answer.
    /// </summary>
    public void ComeToRest()
    {
        _world.Instant = null;
        _world.Machine.FailNothing();
        _world.Machine.LeftoversOfNext = 0;
        HoldRecordsBack(1);
        for (var second = 0; second < 200; second++) _world.Advance(1);
        Check();
        foreach (var instance in Instances)
        {
            var phase = instance.State.Phase;
            Must(!instance.IsSurplus, $"{instance.Key} should be gone");
            Must(instance.Definition is { LogsUnder: null, Deletion: null, RestartBefore: 0 },
                $"something is still owed to {instance.Key}");
            Must(instance.Replacement is null, $"{instance.Key} is still being reloaded");
            Must(instance.State.Desired == DesiredState.Up ? phase is LifecyclePhase.Online or LifecyclePhase.Errored
                or LifecyclePhase.Held : phase == LifecyclePhase.Stopped,
                $"{instance.Key} ends {phase}, desired {instance.State.Desired}");
        }
        // Who waits for what others have stopped may do so for ever, and only so.
        Must(Instances.All(instance => instance.State.Phase != LifecyclePhase.Held
            || _world.Supervisor.Dependencies.IsStuck(instance)),
            "nobody waits for what is there or to come");
        Must(_promised.TrueForAll(task => task.IsCompletedSuccessfully), "everybody who waits gets an answer");
        Must(_world.Machine.All.All(process => process.Lives || process.IsReaped), "every child that ended is reaped");
        Must(_world.Machine.LivingDescendants.All(descendant => descendant.Main.Lives), "nothing outlives its child");
    }

    public void Dispose() => _world.Dispose();

    static void Must(bool holds, string rule)
    {
        if (!holds) throw new InvalidOperationException($"broken rule: {rule}");
    }
}
