using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Process;

/// <summary>
/// Reports events of a process with their causes: to the event log and to its hooks. <see cref="Narration"/> decides
/// which events a step of the lifecycle has.
/// </summary>
internal sealed class ProcessNarrator(SupervisionServices services, IRecordedInstance process)
{
    ProcessState _reportedState = ProcessState.Stopped;
    int _reportedRestarts;

    LifecycleState State => process.State;

    TimeSpan StopTimeout => StopPolicy.From(process.Definition.Config).Timeout;

    /// <summary>Continues from the state that an earlier daemon left, which it has reported already.</summary>
    public void Begin() => (_reportedState, _reportedRestarts) = (State.Observed, State.Restarts);

    /// <summary>Reports one step of the lifecycle.</summary>
    /// <param name="before">The previous state; the process already has the new one.</param>
    /// <param name="happened">The event.</param>
    /// <param name="actions">The actions of the transition.</param>
    /// <param name="runBefore">The run that was current before.</param>
    public void ReportStep(
        LifecycleState before, LifecycleEvent happened, LifecycleAction actions, ChildRun? runBefore)
    {
        var isExit = happened is LifecycleEvent.ChildExited;
        var step = new LifecycleStep(before, happened, State)
        {
            Actions = actions,
            Policy = RestartPolicy.From(process.Definition.Config),
            StopTimeout = StopTimeout,
            Now = services.Timers.Now,
            Run = isExit ? process.Ended : process.Current,
            RunBefore = runBefore ?? process.Current,
            ReplacedRun = process.Replacing?.Run,
            NextStart = NextStart,
            ReportedRestarts = _reportedRestarts,
        };
        foreach (var told in Narration.Describe(step)) Record(told);
        if (happened is LifecycleEvent.SpawnSucceeded or LifecycleEvent.Replaced) _reportedRestarts = State.Restarts;
        if (happened is LifecycleEvent.ChildExited exited && MayBeOutOfMemory(before, exited.Status))
            ReadKernelLog(process.Ended!, services.Timers.Now - before.StartedAtMonotonic);
    }

    /// <summary>Reports an event that is not a step of the lifecycle.</summary>
    /// <param name="kind">One of <see cref="EventKind"/>.</param>
    /// <param name="reason">Details; null if there are none.</param>
    /// <param name="cause">Null for the cause of the last change.</param>
    public void Report(string kind, string? reason, Cause? cause = null)
    {
        var happened = Narration.Event(kind, process.Current, reason);
        Record(happened with { NextStartInMs = (long?)NextStart?.TotalMilliseconds }, cause);
    }

    /// <summary>Reports that leftover processes of a run were sent this signal.</summary>
    public void ReportLeftovers(ChildRun run, IReadOnlyList<KilledProcess> leftovers, int signal) =>
        Record(Narration.Leftovers(run, leftovers, signal));

    /// <summary>Reports a child that was running when the machine went down, so that its exit was not seen.</summary>
    public void ReportReboot(ProcessRecord record, ChildRecord child)
    {
        _reportedState = RunJournal.StateOf(record).Observed;
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

    /// <summary>Reports a step of a reload; names both children.</summary>
    public void ReportReload(string kind, string? reason, ChildRun? run, ChildRun? other, Cause cause) =>
        Record(Narration.Reload(kind, run, other, reason), cause);

    /// <summary>Reports a failed reload, unless the process has been deleted.</summary>
    public void ReportFailedReload(string why, Cause cause)
    {
        if (!process.IsForgotten) ReportReload(EventKind.ReloadFailed, why, null, process.Current, cause);
    }

    /// <summary>Reports the exit of a reload's other child. It does not count as a crash of the process.</summary>
    public void ReportReplacementExit(ChildRun run, bool wasAsked)
    {
        var (status, cause) = (run.Exit!, run.ExitCause!);
        var reason = wasAsked ? CauseText.What(cause) : cause.Detail;
        var exit = Narration.Exit(run, status, services.Timers.Now - run.StartedAtMonotonic, reason);
        Record(exit with { OtherPid = (process.Current ?? process.Ended)?.Pid }, cause);
    }

    /// <summary>Reports that the other child of a reload has not ended in time.</summary>
    public void ReportReplacementKill(ChildRun run, Cause cause) =>
        ReportReload(EventKind.Killed, Narration.TimedOut(StopTimeout), run, process.Current ?? process.Ended, cause);

    /// <summary>The time until the next start; null if none is scheduled.</summary>
    TimeSpan? NextStart => State.Phase == LifecyclePhase.Waiting
        ? process.NextStartAtMonotonic - services.Timers.Now : null;

    bool MayBeOutOfMemory(LifecycleState before, ExitStatus status) => OutOfMemorySuspicion.Is(
        status, before.Phase, process.ManualSignal.Explains(status, services.Timers.Now));

    /// <summary>Reports an out-of-memory kill as an event of its own.</summary>
    void ReadKernelLog(ChildRun run, TimeSpan lived)
    {
        var (pid, runId) = (run.Child!.Pid, Narration.Number(run.Id));
        new OutOfMemoryReader(services).Read(pid, lived, words => ReportOutOfMemory(pid, runId, words));
    }

    void ReportOutOfMemory(int pid, string? runId, string words)
    {
        services.AppendEvent(new ProcessEvent
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

    /// <param name="happened">The event, without the fields that all events have.</param>
    /// <param name="cause">Null for the cause of the last change.</param>
    void Record(ProcessEvent happened, Cause? cause = null)
    {
        var was = _reportedState;
        _reportedState = State.Observed;
        cause ??= State.Cause;
        happened = services.AppendEvent(happened with
        {
            Id = process.Key.Id,
            Name = process.Definition.Name,
            Instance = process.Key.Instance,
            From = StateNames.NameOf(was),
            To = StateNames.NameOf(_reportedState),
            Cause = cause.Code,
            Outcome = cause.Outcome,
            Request = cause.Request,
            Restarts = State.Restarts,
            Failures = State.Failures,
            ByUid = cause.By?.Uid,
            ByPid = cause.By?.Pid,
        });
        if (process.Definition.Config.Hooks is { } hooks) RunHooks(hooks, happened, isNew: was != _reportedState);
    }

    void RunHooks(HookConfig hooks, ProcessEvent happened, bool isNew)
    {
        if (IsCrash(happened) && hooks.OnCrash is { } onCrash)
            services.Hooks.Run(process, HookNames.OnCrash, onCrash, happened);
        if (isNew && _reportedState == ProcessState.Errored && hooks.OnErrored is { } onErrored)
            services.Hooks.Run(process, HookNames.OnErrored, onErrored, happened);
        if (isNew && _reportedState == ProcessState.Online && hooks.OnOnline is { } onOnline)
            services.Hooks.Run(process, HookNames.OnOnline, onOnline, happened);
    }

    /// <summary>
    /// Whether the event is a crash of the process: if the new child of a reload fails, the old one keeps running.
    /// </summary>
    bool IsCrash(ProcessEvent happened)
    {
        if (happened.Kind == EventKind.Unfit) return true;
        return happened is { Kind: EventKind.Exited, Cause: CauseCode.Crash, OtherPid: null }
            && !RestartPolicy.From(process.Definition.Config).IsStopExitCode(happened.ExitCode);
    }
}
