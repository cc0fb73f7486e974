using Microsoft.Extensions.Logging;
using Tspm.Logs;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Storage;
using Tspm.Supervision.Probes;

namespace Tspm.Supervision;

/// <summary>How a child of an instance is started, and the wait before the next one. The main part is in SupervisedProcess.cs.</summary>
internal sealed partial class SupervisedProcess
{
    /// <summary>Why the last spawn came to nothing; null: it did not.</summary>
    SpawnFailure? _failedSpawn;

    /// <summary>
    /// A new child in the place of the present one. The log files of the new one are opened first: when they cannot be,
    /// the present one stays. Null: it is under way; else why it is not.
    /// </summary>
    public string? Restart(LifecycleEvent.RestartRequested happened)
    {
        var isUp = _state.Phase is LifecyclePhase.Starting or LifecyclePhase.Online;
        var failure = isUp ? _services.Outputs.Check(RunStreamsOf.Run(_services, Definition, Key, _lastRun)) : null;
        if (failure is null)
        {
            Handle(happened);
            return null;
        }
        var problem = $"not restarted: {failure.Sentence}; {OldStays}";
        _services.Log.LogWarning("{Name} {Problem}", DisplayName, problem);
        TellOf(EventKind.Failed, problem, cause: new Cause(CauseCode.Spawn) { By = happened.Cause.By });
        return problem;
    }

    void Spawn()
    {
        var run = _run!;
        if (Definition.Config.Hooks is { PreStart: { } command }) RunPreStart(run, command);
        else SpawnChild(run);
    }

    void SpawnChild(Run run)
    {
        if (run.IsPreparing)
        {
            run.IsPreparing = false;
            // Its log may have been renamed meanwhile.
            var (outFile, errFile) = LogPaths.Of(_services.Home, Definition, Key.Instance);
            if (outFile == errFile == (run.Streams.OutFile == run.Streams.ErrFile))
                (run.Streams.OutFile, run.Streams.ErrFile) = (outFile, errFile);
            Persist();
        }
        if (Launch(run) is { } failure) Failed(run, failure);
        else Handle(new LifecycleEvent.SpawnSucceeded(AwaitsReady: run.Ready is not null));
    }

    /// <summary>Starts the child of a run. A failure leaves nothing behind.</summary>
    SpawnFailure? Launch(Run run)
    {
        int[]? listeners = null;
        var lack = _services.System.LackOfRoom() ?? OpenListeners(run, out listeners) ?? OpenNotify(run);
        if ((lack ?? _services.Outputs.Open(run.Streams)) is { } noRoom)
        {
            run.Notify?.Dispose();
            return noRoom;
        }
        var (request, failure) = SpawnPlan.For(
            Definition, Key.Instance, _environmentOf(Definition), run.Streams, NotifyVariables(run), listeners, run.Mark);
        // On record with the child: the next daemon cannot find out any more who listened before.
        if (request is not null && ListenerCheck.PortOf(run.Ready) is { } port)
            run.Listeners = new ListenerCheck(_services.Tcp, port);
        var outcome = request is null ? new SpawnOutcome(null, failure) : _services.System.Spawn(request);
        if (outcome.Child is not { } child)
        {
            _services.Outputs.Discard(run.Streams);
            run.Notify?.Dispose();
            return outcome.Failure;
        }
        run.StartedWith = Definition.Config;
        (run.StartedAt, run.BeganAt) = (_services.Clock.GetUtcNow(), _services.Timers.Now);
        _services.Outputs.Started(run.Streams, child.Pid);
        Take(run, child);
        ReadFacts(run, request!);
        return null;
    }

    Run NewRun()
    {
        _lastRun = _services.RunNumbers.Next();
        var run = MakeRun(RunStreamsOf.Run(_services, Definition, Key, _lastRun), _services.GuardianPid);
        run.Mark = RunMark.New();
        run.IsPreparing = Definition.Config.Hooks?.PreStart is not null;
        return run;
    }

    Run MakeRun(RunStreams streams, int guardianPid)
    {
        var config = Definition.Config;
        var readsLog = config is { Ready.Log: not null } or { Health.Log: not null };
        return new Run(streams)
        {
            GuardianPid = guardianPid, UsesShell = LaunchPlan.Of(config).UsesShell, Ready = config.Ready, Health = config.Health, StartTimeoutMs = config.StartTimeoutMs,
            Listen = config.Listen ?? [], OutStart = readsLog ? SizeOf(streams.OutFile) : 0, ErrStart = readsLog ? SizeOf(streams.ErrFile) : 0,
        };
    }

    /// <summary>Null: fine.</summary>
    SpawnFailure? OpenListeners(Run run, out int[]? descriptors)
    {
        SpawnFailure? failure = null;
        descriptors = run.Listen.Count == 0 ? null : _services.Listeners.Open(Definition, run.Listen, out failure);
        return failure;
    }

    static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    void Failed(Run run, SpawnFailure failure)
    {
        if (_run == run) _run = null;
        // It has run before, so what is missing now is not a mistake of the definition: a deployment may be half way,
        // and somebody's order is tried again as it would be after a crash.
        var isSwap = failure.MayBeReplaced && _exits.Newest.Count > 0
            && RestartPolicy.Of(Definition.Config).Mode != RestartMode.Never;
        if (isSwap) failure = failure with { MayPass = true };
        _failedSpawn = failure;
        Handle(new LifecycleEvent.SpawnFailed(failure));
    }

    void Take(Run run, IChild child)
    {
        run.Child = child;
        _failedSpawn = null;
        child.OnExit(() => _services.Post(() => OnEnded(run)));
    }

    void ArmBackoff(TimeSpan delay)
    {
        _nextStartAt = _services.Timers.Now + delay;
        _backoffTimer = _services.Timers.After(delay, () =>
        {
            _nextStartAt = null;
            Handle(new LifecycleEvent.BackoffElapsed());
        });
    }
}
