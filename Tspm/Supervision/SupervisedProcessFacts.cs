using Tspm.Model;
using Tspm.Platform;
using Tspm.Platform.Facts;

namespace Tspm.Supervision;

/// <summary>
/// What the runs of an instance were started with, for the question what has changed since one stayed up. Read after
/// the spawn and beside it: nothing waits for it. The principal part is in SupervisedProcess.cs.
/// </summary>
internal sealed partial class SupervisedProcess
{
    readonly FactsHistory _facts = new();

    void ReadFacts(Run run, SpawnRequest request)
    {
        var reading = new FactsRequest
        {
            Known = KnownFacts() with { RunId = run.Id, Pid = run.Child!.Pid, StartedAt = run.StartedAt },
            Arguments = request.Arguments, WorkingDirectory = request.WorkingDirectory,
            Environment = () => request.Environment,
        };
        run.Facts = FactsOf.Nothing(reading);
        _services.Facts.TryRead([reading], read => _services.Post(() => Learnt(run, read[0])));
    }

    void Learnt(Run run, RunFacts facts)
    {
        if (_forgotten) return;
        _facts.Learnt(run, facts);
        Persist();
    }

    /// <summary>What is known of a start that would be made now, without reading a file.</summary>
    RunFacts KnownFacts() => new()
    {
        BootId = _services.System.BootId, Salt = _facts.Salt, Config = Definition.Config with { Env = null },
    };

    void FactsEnded(Run run, ExitStatus status) =>
        _facts.Ended(run, StaysUp(run) || (Definition.Config.IsJob && status.IsSuccess));

    /// <summary>It was online, and had lived for <c>restart.minUptimeMs</c>, whatever ended it then.</summary>
    bool StaysUp(Run run) =>
        run.WasOnline && _services.Timers.Now - run.BeganAt >= RestartPolicy.Of(Definition.Config).MinUptime;

    /// <summary>Which runs to compare. Null: none is known that stayed up.</summary>
    public ChangesQuestion? AskForChanges()
    {
        var present = _run is { StayedUp: null } ? _run : null;
        if ((present is not null && StaysUp(present) ? present.Facts : _facts.Good) is not { } good) return null;
        var newest = _facts.Failed?.RunId == _lastRun ? _facts.Failed : present?.Id == _lastRun ? present.Facts : null;
        if (newest is not null && newest.RunId != good.RunId) return new ChangesQuestion(good) { Until = newest };
        var (definition, instance, kept) = (Definition, Key.Instance, _environmentOf(Definition));
        return new ChangesQuestion(good)
        {
            Now = new FactsRequest
            {
                Known = KnownFacts(), Arguments = LaunchPlan.Of(definition.Config).Arguments,
                WorkingDirectory = definition.Config.ProjectDir!,
                Environment = () => ChildEnvironment.Build(definition, instance, kept, out _),
            },
        };
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
