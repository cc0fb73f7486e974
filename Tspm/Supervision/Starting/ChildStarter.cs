using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Hooks;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>Starts the present run of a process, and reports to the lifecycle how that went.</summary>
internal sealed class ChildStarter(MachineServices services, IChildHost process)
{
    /// <summary>Why the last spawn came to nothing; null: it did not.</summary>
    public SpawnFailure? LastFailure { get; private set; }

    /// <summary>
    /// Between the order and the spawn come the preStart hook, the renaming of its log files and the reading of its
    /// envFile, which the hook may have written; a stop gives them up.
    /// </summary>
    public void Start(ChildRun run)
    {
        if (process.Definition.Config.Hooks is not { PreStart: { } command })
        {
            Spawn(run);
            return;
        }
        process.Narrator.Tell(EventKind.PreStart, null);
        process.Hook.Run(HookMark.PreStart, command, (wasGivenUp, problem) => OnPrepared(run, wasGivenUp, problem));
    }

    /// <summary>
    /// A new child in the place of the present one. The log files of the new one are opened first: when they cannot be,
    /// the present one stays.
    /// </summary>
    /// <returns>Null: it is under way; else why it is not.</returns>
    public string? Restart(LifecycleEvent.RestartRequested order)
    {
        if (WhyNotRestart() is not { } problem)
        {
            process.Handle(order);
            return null;
        }
        problem = $"not restarted: {problem}; {ReloadObstacle.OldChildStays(process)}";
        services.Log.LogWarning("{Name} {Problem}", process.DisplayName, problem);
        process.Narrator.Tell(EventKind.Failed, problem, new Cause(CauseCode.Spawn) { By = order.Cause.By });
        return problem;
    }

    /// <summary>
    /// Why the present child should stay although a new one was ordered: the new one could not even open its log files.
    /// Null: the new one may come, or there is none that could stay.
    /// </summary>
    string? WhyNotRestart()
    {
        if (process.State.Phase is not (LifecyclePhase.Starting or LifecyclePhase.Online)) return null;
        // While they are being renamed, to open them is to make them anew under their former names.
        return process.LogsMove is not null
            ? null : services.Outputs.Check(process.Runs.StreamsOf(process.LastRun))?.Sentence;
    }

    /// <summary>Gives up what the start waits for: its hook, or its files.</summary>
    public void Cancel()
    {
        process.Hook.Cancel();
        if (process.Current is not { IsWaitingForFiles: true }) return;
        process.DropCurrent();
        process.Handle(new LifecycleEvent.SpawnForgotten());
    }

    void OnPrepared(ChildRun run, bool wasGivenUp, string? problem)
    {
        if (process.Current != run) return;
        if (wasGivenUp)
        {
            process.DropCurrent();
            process.Handle(new LifecycleEvent.SpawnForgotten());
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
        Fail(new SpawnFailure(HookMark.PreStart, 0, $"preStart {problem}") { MayPass = MayTryAgain });
    }

    void Spawn(ChildRun run)
    {
        // A file that is opened under its former name would be left behind.
        if (process.LogsMove is { } moving)
        {
            WaitForFiles(run);
            moving.ContinueWith(
                _ => services.Post(() => OnLogsMoved(run)), TaskContinuationOptions.ExecuteSynchronously);
            return;
        }
        if (process.Definition.Config.EnvFile is not null) WaitForFiles(run);
        process.Runs.ReadFiles(files => OnFilesRead(run, files));
    }

    /// <summary>On record: no child of it can be there, whoever else is started meanwhile.</summary>
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
            // They are read anew then.
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
        // It has run before, so what is missing now is not a mistake of the definition: a deployment may be half way,
        // and somebody's order is tried again as it would be after a crash.
        var isSwap = failure.MayBeReplaced && process.Journal.Exits.Newest.Count > 0 && MayTryAgain;
        LastFailure = isSwap ? failure with { MayPass = true } : failure;
        process.Handle(new LifecycleEvent.SpawnFailed(LastFailure));
    }

    bool MayTryAgain => RestartPolicy.Of(process.Definition.Config).Mode != RestartMode.Never;
}
