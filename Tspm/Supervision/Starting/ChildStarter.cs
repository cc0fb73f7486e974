using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>Starts the current run of a process and reports the result to the lifecycle.</summary>
internal sealed class ChildStarter(MachineServices services, IChildHost process)
{
    /// <summary>Why the last spawn failed; null if it did not.</summary>
    public SpawnFailure? LastFailure { get; private set; }

    /// <summary>
    /// Starts a run. Before the spawn come the preStart hook, the renaming of its log files, and the reading of
    /// the files it needs, which the hook may have written; a stop cancels them.
    /// </summary>
    public void Start(ChildRun run)
    {
        if (process.Definition.Config.Hooks is not { PreStart: { } command })
        {
            Spawn(run);
            return;
        }
        process.Narrator.Report(EventKind.PreStart, null);
        process.Hook.Run(HookNames.PreStart, command, (wasGivenUp, problem) => OnPrepared(run, wasGivenUp, problem));
    }

    /// <summary>
    /// Replaces the current child. The new child's log files are tried first: if they cannot be opened, the current
    /// child is kept.
    /// </summary>
    /// <returns>Null if the restart has begun, otherwise why it has not.</returns>
    public string? Restart(LifecycleEvent.RestartRequested order)
    {
        if (WhyNotRestart() is not { } problem)
        {
            process.Handle(order);
            return null;
        }
        problem = $"not restarted: {problem}; {ReloadObstacle.OldChildStays(process)}";
        services.Log.LogWarning("{Name} {Problem}", process.DisplayName, problem);
        process.Narrator.Report(EventKind.Failed, problem, new Cause(CauseCode.Spawn) { By = order.Cause.By });
        return problem;
    }

    /// <summary>
    /// Why the current child should be kept although a restart was ordered: the new child's log files cannot be opened.
    /// Null if the restart may proceed, or there is no child to keep.
    /// </summary>
    string? WhyNotRestart()
    {
        if (process.State.Phase is not (LifecyclePhase.Starting or LifecyclePhase.Online)) return null;
        // While log files are being renamed, opening them would create them again under their old names.
        return process.LogsMove is not null
            ? null : services.Outputs.Check(process.Runs.StreamsOf(process.LastRun))?.Sentence;
    }

    /// <summary>Cancels the work before the spawn: the hook, or the wait for files.</summary>
    public void Cancel()
    {
        process.Hook.Cancel();
        if (process.Current is not { IsWaitingForFiles: true }) return;
        process.DropCurrent();
        process.Handle(new LifecycleEvent.SpawnAbandoned());
    }

    void OnPrepared(ChildRun run, bool wasGivenUp, string? problem)
    {
        if (process.Current != run) return;
        if (wasGivenUp)
        {
            process.DropCurrent();
            process.Handle(new LifecycleEvent.SpawnAbandoned());
            return;
        }
        if (problem is null)
        {
            run.IsPreparing = false;
            process.Runs.RefreshLogs(run);
            process.Save();
            Spawn(run);
            return;
        }
        Fail(new SpawnFailure(HookNames.PreStart, 0, $"preStart {problem}") { MayPass = MayTryAgain });
    }

    void Spawn(ChildRun run)
    {
        // A log file opened under its old name would be left behind.
        if (process.LogsMove is { } moving)
        {
            WaitForFiles(run);
            moving.ContinueWith(
                _ => services.Post(() => OnLogsMoved(run)), TaskContinuationOptions.ExecuteSynchronously);
            return;
        }
        if (process.Runs.NeedsFiles) WaitForFiles(run);
        process.Runs.ReadFiles(files => OnFilesRead(run, files));
    }

    /// <summary>Saved, so that the next daemon knows that there cannot be a child of this run yet.</summary>
    void WaitForFiles(ChildRun run)
    {
        if (run.IsWaitingForFiles) return;
        run.IsWaitingForFiles = true;
        process.Save();
        process.Publish();
    }

    void OnLogsMoved(ChildRun run)
    {
        if (process.Current == run) Spawn(run);
    }

    void OnFilesRead(ChildRun run, StartFiles files)
    {
        if (process.Current != run) return;
        if (run.IsWaitingForFiles)
        {
            // The files are read again after the renaming.
            if (process.LogsMove is not null)
            {
                Spawn(run);
                return;
            }
            run.IsWaitingForFiles = false;
            process.Runs.RefreshLogs(run);
            process.Save();
        }
        if (process.Runs.Start(run, files) is { } failure)
        {
            Fail(failure);
            return;
        }
        LastFailure = null;
        process.Handle(new LifecycleEvent.SpawnSucceeded(AwaitsReady: run.Ready is not null));
    }

    void Fail(SpawnFailure failure)
    {
        process.DropCurrent();
        // The process has run before, so a missing file is not a mistake in the definition. A deployment may be in
        // progress, so even a requested start is retried, as after a crash.
        var isSwap = failure.MayBeReplaced && process.Journal.Exits.Newest.Count > 0 && MayTryAgain;
        LastFailure = isSwap ? failure with { MayPass = true } : failure;
        process.Handle(new LifecycleEvent.SpawnFailed(LastFailure));
    }

    bool MayTryAgain => RestartPolicy.From(process.Definition.Config).Mode != RestartMode.Never;
}
