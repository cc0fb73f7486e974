using Microsoft.Extensions.Logging;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Supervision.Probes;

namespace Tspm.Supervision;

/// <summary>What is asked of a child, and what it says of itself. The other parts are in SupervisedProcess.cs and SupervisedProcessResume.cs.</summary>
internal sealed partial class SupervisedProcess
{
    /// <summary>The present child's, from the intent to its end.</summary>
    public Run? Run => _run;

    /// <summary>A command that is to run as the child does, beside it.</summary>
    public (SpawnRequest? Request, SpawnFailure? Failure) PlanOf(string command) =>
        SpawnPlan.ForCommand(Definition, Key.Instance, _environmentOf(Definition), _run!.Streams, command);

    string? _watchProblem;
    DateTimeOffset? _nextRunAt;

    /// <summary>When its schedule comes next; null: it has none.</summary>
    public void Scheduled(DateTimeOffset? next)
    {
        _nextRunAt = next;
        Publish();
    }

    /// <summary>What of its files cannot be watched; null: nothing, or nothing is.</summary>
    public void Watching(string? problem)
    {
        _watchProblem = problem;
        if (problem is not null) _services.Log.LogWarning("{Name}: {Problem}", Definition.Name, problem);
        Publish();
    }

    /// <summary>The question about health as the definition has it now; what the log said before it was asked is no answer.</summary>
    public void TakeHealth()
    {
        if (_run is not { } run || ReferenceEquals(run.Health, Definition.Config.Health)) return;
        run.Health = Definition.Config.Health;
        (run.IsHealthy, run.ProbeProblem) = (null, null);
        if (run.Health is { Log: not null }) (run.Streams.Begins.Out, run.Streams.Begins.Err) = (SizeOf(run.Streams.OutFile), SizeOf(run.Streams.ErrFile));
        Publish();
    }

    /// <summary>A probe answered; null is a good answer.</summary>
    public void Found(bool? health, string? problem)
    {
        if (_run is not { } run || (run.IsHealthy == health && run.ProbeProblem == problem)) return;
        (run.IsHealthy, run.ProbeProblem) = (health, problem);
        Publish();
    }

    /// <summary>Opens the socket by which the child speaks, if it is to. Null: fine.</summary>
    SpawnFailure? OpenNotify(Run run)
    {
        SpawnFailure? failure = null;
        if (run.UsesNotify) run.Notify = _services.Notify.Open(run.Id, (pid, uid, text) => Heard(run, pid, uid, text), out failure);
        return failure;
    }

    /// <summary>The environment beside what the config says.</summary>
    Dictionary<string, string>? NotifyVariables(Run run)
    {
        if (!run.UsesNotify) return null;
        var variables = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = _services.Notify.NameOf(run.Id) };
        if (run.Health is { Notify: not null } health)
            variables["WATCHDOG_USEC"] = ((health.IntervalMs ?? Probe.DefaultInterval.TotalMilliseconds) * 1000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return variables;
    }

    void Heard(Run run, int pid, uint uid, string text)
    {
        if ((_run != run && _second?.Run != run) || run.Child is not { } child) return;
        if (!_services.System.IsInTree(pid, uid, new TreeMark(child.Pid, Key.Id, Key.Instance) { Run = run.Mark }))
        {
            if (!run.HeardStranger) _services.Log.LogWarning("a readiness message for {Name} from process {Pid}, which is not of its tree, was ignored", Definition.Name, pid);
            run.HeardStranger = true;
            return;
        }
        var message = new NotifyMessage(text);
        if (message.IsSignOfLife) run.LastSignOfLife = _services.Timers.Now;
        if (message.IsStopping) run.IsLeaving = true;
        if (message.Extension is { } more) run.ExtendedUntil = _services.Timers.Now + more;
        if (message.Status is { } status && status != run.StatusText) run.StatusText = status;
        else if (message.Extension is null && !message.IsReady && !message.IsCallForHelp) return;
        Persist();
        Publish();
        if (message.IsReady && run.Ready is { Notify: not null })
        {
            if (_second is { } second && second.Run == run) SecondIsReady(second);
            else Handle(new LifecycleEvent.BecameReady());
        }
        if (message.IsCallForHelp && _run == run && run.Health is { Notify: not null })
            Handle(new LifecycleEvent.FoundUnfit(
                Cause.Observed(CauseCode.Watchdog, "it asked for help (WATCHDOG=trigger)")));
    }
}
