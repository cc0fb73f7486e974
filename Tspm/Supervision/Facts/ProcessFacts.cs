using Tspm.Config;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Facts;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Facts;

/// <summary>
/// What the runs of a process were started with, for the question what has changed since one stayed up. Read after the
/// spawn, on another thread: nothing waits for it.
/// </summary>
internal sealed class ProcessFacts(MachineServices services, IInstance process)
{
    readonly FactsHistory _history = new();

    /// <summary>Of the last run that stayed up; null: there is none on record.</summary>
    public RunFacts? Good => _history.Good;

    /// <summary>Of a later run that did not, when that is another one than this; null: there is none.</summary>
    public RunFacts? FailedBut(ChildRun? run) => _history.FailedBut(run);

    /// <summary>Of a run, unless they are the <see cref="Good"/> ones; null: not known.</summary>
    public RunFacts? NewOf(ChildRun run) => run.Facts is { } facts && facts.RunId != Good?.RunId ? facts : null;

    public void Restore(RunRecord record) => _history.Restore(record);

    public void RestoreOfEarlierBoot(RunRecord record) => _history.RestoreOfEarlierBoot(record);

    /// <summary>Begins to read what a run, whose child is there, was started with.</summary>
    public void Read(ChildRun run, SpawnRequest request)
    {
        var reading = new FactsRequest
        {
            Known = Known() with { RunId = run.Id, Pid = run.Child!.Pid, StartedAt = run.StartedAt },
            Arguments = request.Arguments,
            WorkingDirectory = request.WorkingDirectory,
            Environment = () => request.Environment,
        };
        run.Facts = FactsOf.Nothing(reading);
        services.Facts.TryRead([reading], read => services.Post(() => Learn(run, read[0])));
    }

    /// <summary>A run is over.</summary>
    public void Ended(ChildRun run, ExitStatus status) =>
        _history.Ended(run, StaysUp(run) || (process.Definition.Config.IsJob && status.IsSuccess));

    /// <summary>Which runs to compare. Null: none is known that stayed up.</summary>
    public ChangesQuestion? AskForChanges()
    {
        var present = process.Current is { StayedUp: null } run ? run : null;
        if ((present is not null && StaysUp(present) ? present.Facts : Good) is not { } good) return null;
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
                Arguments = LaunchPlan.Of(config).Arguments,
                WorkingDirectory = config.ProjectDir!,
                Environment = process.Plans.EnvironmentNow(),
            },
        };
    }

    void Learn(ChildRun run, RunFacts facts)
    {
        if (process.IsForgotten) return;
        _history.Learnt(run, facts);
        process.Save();
    }

    /// <summary>What is known of a start that would be made now, without reading a file.</summary>
    RunFacts Known() => new()
    {
        BootId = services.System.BootId,
        Salt = _history.Salt,
        Config = WithoutEnvironment(process.Definition.Config),
    };

    /// <summary>Most have none: then all instances and all their runs share the one config.</summary>
    static ProcessConfig WithoutEnvironment(ProcessConfig config) =>
        config.Env is null ? config : config with { Env = null };

    /// <summary>It was online, and had lived for <c>restart.minUptimeMs</c>, whatever ended it then.</summary>
    bool StaysUp(ChildRun run)
    {
        var lived = services.Timers.Now - run.StartedAtMonotonic;
        return run.WasOnline && lived >= RestartPolicy.Of(process.Definition.Config).MinUptime;
    }
}

/// <summary>What is to be compared. One of the other two is set.</summary>
/// <param name="Good">The last run that stayed up.</param>
internal sealed record ChangesQuestion(RunFacts Good)
{
    /// <summary>The newest run.</summary>
    public RunFacts? Until { get; init; }

    /// <summary>To be read: what is there now.</summary>
    public FactsRequest? Now { get; init; }
}
