using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Facts;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Facts;

/// <summary>
/// The start conditions of a process's runs, used to report what changed since a run stayed up. They are read on
/// another thread after the spawn, and nothing waits for them.
/// </summary>
internal sealed class ProcessFacts(MachineServices services, IInstance process)
{
    readonly FactsHistory _history = new();

    /// <summary>The facts of the last run that stayed up; null if there is none on record.</summary>
    public RunFacts? Good => _history.Good;

    /// <summary>
    /// The facts of a later run that did not stay up, unless it is the given run; null if there is none.
    /// </summary>
    public RunFacts? FailedBut(ChildRun? run) => _history.FailedBut(run);

    /// <summary>The facts of a run, unless they equal <see cref="Good"/>; null if unknown.</summary>
    public RunFacts? NewOf(ChildRun run) => run.Facts is { } facts && facts.RunId != Good?.RunId ? facts : null;

    public void Restore(RunRecord record) => _history.Restore(record);

    public void RestoreOfEarlierBoot(RunRecord record) => _history.RestoreOfEarlierBoot(record);

    /// <summary>Starts reading the facts of a run whose child has been spawned.</summary>
    public void Read(ChildRun run, SpawnRequest request)
    {
        var reading = new FactsRequest
        {
            Known = Known() with { RunId = run.Id, Pid = run.Child!.Pid, StartedAt = run.StartedAt },
            Arguments = request.Arguments,
            WorkingDirectory = request.WorkingDirectory,
            Environment = () => request.Environment,
        };
        run.Facts = RunFactsReader.Nothing(reading);
        services.Facts.TryRead([reading], read => services.Post(() => Learn(run, read[0])));
    }

    /// <summary>
    /// Called when a run is over. A run that had to be ended because it did not answer any more was not a good one, no
    /// matter how long it lived.
    /// </summary>
    public void Ended(ChildRun run, ExitStatus status, Cause cause) => _history.Ended(
        run, (StaysUp(run) && !IsUnhealthy(cause)) || (process.Definition.Config.IsJob && status.IsSuccess));

    static bool IsUnhealthy(Cause cause) => cause.Code is CauseCode.Health or CauseCode.Watchdog;

    /// <summary>Which facts to compare; null if no run is known to have stayed up.</summary>
    public ChangesQuestion? AskForChanges()
    {
        var present = process.Current is { StayedUp: null } run ? run : null;
        var isGood = present is not null && StaysUp(present) && !IsEndedAsUnhealthy;
        if ((isGood ? present!.Facts : Good) is not { } good) return null;
        var lastRun = process.LastRun;
        var newest = _history.Failed?.RunId == lastRun ? _history.Failed
            : present?.Id == lastRun ? present.Facts : null;
        if (newest is not null && newest.RunId != good.RunId) return new ChangesQuestion(good) { Until = newest };
        var config = process.Definition.Config;
        return new ChangesQuestion(good)
        {
            Now = new FactsRequest
            {
                Known = Known(),
                Arguments = LaunchPlan.For(config).Arguments,
                WorkingDirectory = config.ProjectDir!,
                Environment = process.Plans.EnvironmentNow(),
            },
        };
    }

    bool IsEndedAsUnhealthy =>
        process.State.Phase is LifecyclePhase.Stopping or LifecyclePhase.Sweeping && IsUnhealthy(process.State.Cause);

    void Learn(ChildRun run, RunFacts facts)
    {
        if (process.IsForgotten) return;
        _history.Update(run, facts);
        process.Save();
    }

    /// <summary>The facts of a start made now, as far as they are known without reading a file.</summary>
    RunFacts Known() => new()
    {
        BootId = services.System.BootId,
        Salt = _history.Salt,
        Config = WithoutEnvironment(process.Definition.Config),
    };

    /// <summary>Most configs have no environment, so all instances and runs can share one config object.</summary>
    static ProcessConfig WithoutEnvironment(ProcessConfig config) =>
        config.Env is null ? config : config with { Env = null };

    /// <summary>Whether the run was online and has lived for <c>restart.minUptimeMs</c>, however it ended.</summary>
    bool StaysUp(ChildRun run)
    {
        var lived = services.Timers.Now - run.StartedAtMonotonic;
        return run.WasOnline && lived >= RestartPolicy.From(process.Definition.Config).MinUptime;
    }
}

/// <summary>The facts to compare. Exactly one of <see cref="Until"/> and <see cref="Now"/> is set.</summary>
/// <param name="Good">The facts of the last run that stayed up.</param>
internal sealed record ChangesQuestion(RunFacts Good)
{
    /// <summary>The facts of the newest run.</summary>
    public RunFacts? Until { get; init; }

    /// <summary>The current facts, still to be read.</summary>
    public FactsRequest? Now { get; init; }
}
