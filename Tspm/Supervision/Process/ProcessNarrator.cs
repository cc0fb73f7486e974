using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>
/// Reports what happens to a process, with its cause: to the record of events, and to its hooks. What a step of the
/// lifecycle is worth saying is decided by <see cref="Narration"/>.
/// </summary>
internal sealed class ProcessNarrator(SupervisionServices services, IRecordedInstance process)
{
    ProcessState _told = ProcessState.Stopped;
    int _restartsTold;

    LifecycleState State => process.State;

    TimeSpan StopTimeout => StopPolicy.Of(process.Definition.Config).Timeout;

    /// <summary>From here on it is as an earlier daemon left it, which has told of that.</summary>
    public void Begin() => (_told, _restartsTold) = (State.Observed, State.Restarts);

    /// <summary>Reports one step of the lifecycle.</summary>
    /// <param name="before">The state before; the process has the new one already.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="actions">What has to be done.</param>
    /// <param name="runBefore">The run that was present before.</param>
    public void TellOfStep(
        LifecycleState before, LifecycleEvent happened, LifecycleAction actions, ChildRun? runBefore)
    {
        var isExit = happened is LifecycleEvent.ChildExited;
        var step = new LifecycleStep(before, happened, State)
        {
            Actions = actions,
            Policy = RestartPolicy.Of(process.Definition.Config),
            StopTimeout = StopTimeout,
            Now = services.Timers.Now,
            Run = isExit ? process.Ended : process.Current,
            RunBefore = runBefore ?? process.Current,
            ReplacedRun = process.Replacing?.Run,
            NextStart = NextStart,
            RestartsTold = _restartsTold,
        };
        foreach (var told in Narration.Of(step)) Record(told);
        if (happened is LifecycleEvent.SpawnSucceeded or LifecycleEvent.Replaced) _restartsTold = State.Restarts;
        if (happened is LifecycleEvent.ChildExited exited && MayBeOutOfMemory(before, exited.Status))
            AskTheKernel(process.Ended!, services.Timers.Now - before.StartedAtMonotonic);
    }

    /// <summary>Something that is no step of the lifecycle happened to the process.</summary>
    /// <param name="kind">One of <see cref="EventKind"/>.</param>
    /// <param name="reason">More about it; null: there is none.</param>
    /// <param name="cause">Null: that of the last change.</param>
    public void Tell(string kind, string? reason, Cause? cause = null)
    {
        var happened = Narration.Event(kind, process.Current, reason);
        Record(happened with { NextStartInMs = (long?)NextStart?.TotalMilliseconds }, cause);
    }

    /// <summary>Processes that a run left behind got this signal.</summary>
    public void TellOfLeftovers(ChildRun run, IReadOnlyList<KilledProcess> leftovers, int signal) =>
        Record(Narration.Leftovers(run, leftovers, signal));

    /// <summary>The machine went down with this child, and nobody saw how it ended.</summary>
    public void TellOfReboot(ProcessRecord record, ChildRecord child)
    {
        _told = RunJournal.StateOf(record).Observed;
        var cause = new Cause(CauseCode.Reboot);
        var exit = new ProcessEvent
        {
            Kind = EventKind.Exited,
            Pid = child.Pid,
            RunId = Narration.Number(child.RunId),
            Reason = CauseText.What(cause),
        };
        Record(exit, cause);
    }

    // ---- reloads

    /// <summary>A step of a reload. Both children are named.</summary>
    public void TellOfReload(string kind, string? reason, ChildRun? run, ChildRun? other, Cause cause) =>
        Record(Narration.Reload(kind, run, other, reason), cause);

    /// <summary>A reload came to nothing. Nothing more is said of a process that was deleted.</summary>
    public void TellOfFailedReload(string why, Cause cause)
    {
        if (!process.IsForgotten) TellOfReload(EventKind.ReloadFailed, why, null, process.Current, cause);
    }

    /// <summary>The end of a reload's other child, whichever of the two it is. It is no crash of the process.</summary>
    public void TellOfReplacementExit(ChildRun run, bool wasAsked)
    {
        var (status, cause) = (run.Exit!, run.ExitCause!);
        var reason = wasAsked ? CauseText.What(cause) : cause.Detail;
        var exit = Narration.Exit(run, status, services.Timers.Now - run.StartedAtMonotonic, reason);
        Record(exit with { OtherPid = (process.Current ?? process.Ended)?.Pid }, cause);
    }

    /// <summary>The other child of a reload has not ended in time.</summary>
    public void TellOfReplacementKill(ChildRun run, Cause cause) =>
        TellOfReload(EventKind.Killed, Narration.TimedOut(StopTimeout), run, process.Current ?? process.Ended, cause);

    /// <summary>How long until the next start, while it is waited for.</summary>
    TimeSpan? NextStart => State.Phase == LifecyclePhase.Waiting
        ? process.NextStartAtMonotonic - services.Timers.Now : null;

    bool MayBeOutOfMemory(LifecycleState before, ExitStatus status) => OutOfMemorySuspicion.Is(
        status, before.Phase, process.ManualSignal.Explains(status, services.Timers.Now));

    /// <summary>What the kernel says comes as an event of its own.</summary>
    void AskTheKernel(ChildRun run, TimeSpan lived)
    {
        var (pid, runId) = (run.Child!.Pid, Narration.Number(run.Id));
        new OutOfMemoryReader(services).Read(pid, lived, words => TellOfOutOfMemory(pid, runId, words));
    }

    void TellOfOutOfMemory(int pid, string? runId, string words)
    {
        services.Tell(new ProcessEvent
        {
            Kind = EventKind.OutOfMemory,
            Id = process.Key.Id,
            Name = process.Definition.Name,
            Instance = process.Key.Instance,
            Pid = pid,
            RunId = runId,
            Signal = "SIGKILL",
            Cause = CauseCode.OutOfMemory,
            Reason = words,
        });
        if (process.IsForgotten || !process.Journal.Exits.WasOutOfMemory(pid)) return;
        process.Save();
        process.Publish();
    }

    /// <param name="happened">Without what all events have.</param>
    /// <param name="cause">Null: that of the last change.</param>
    void Record(ProcessEvent happened, Cause? cause = null)
    {
        var was = _told;
        _told = State.Observed;
        cause ??= State.Cause;
        happened = services.Tell(happened with
        {
            Id = process.Key.Id,
            Name = process.Definition.Name,
            Instance = process.Key.Instance,
            From = StateNames.Of(was),
            To = StateNames.Of(_told),
            Cause = cause.Code,
            Outcome = cause.Outcome,
            Request = cause.Request,
            Restarts = State.Restarts,
            Failures = State.Failures,
            ByUid = cause.By?.Uid,
            ByPid = cause.By?.Pid,
        });
        if (process.Definition.Config.Hooks is { } hooks) RunHooks(hooks, happened, isNew: was != _told);
    }

    void RunHooks(HookConfig hooks, ProcessEvent happened, bool isNew)
    {
        if (IsCrash(happened) && hooks.OnCrash is { } onCrash)
            services.Hooks.Run(process, HookMark.OnCrash, onCrash, happened);
        if (isNew && _told == ProcessState.Errored && hooks.OnErrored is { } onErrored)
            services.Hooks.Run(process, HookMark.OnErrored, onErrored, happened);
        if (isNew && _told == ProcessState.Online && hooks.OnOnline is { } onOnline)
            services.Hooks.Run(process, HookMark.OnOnline, onOnline, happened);
    }

    /// <summary>Of the process: when the new child of a reload fails, the old one goes on.</summary>
    bool IsCrash(ProcessEvent happened)
    {
        if (happened.Kind == EventKind.Unfit) return true;
        return happened is { Kind: EventKind.Exited, Cause: CauseCode.Crash, OtherPid: null }
            && !RestartPolicy.Of(process.Definition.Config).IsStopExitCode(happened.ExitCode);
    }
}
