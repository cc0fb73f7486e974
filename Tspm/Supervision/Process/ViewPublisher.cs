using Microsoft.Extensions.Logging;
using Tspm.Model.Config;
using Tspm.Storage;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>Builds the snapshot of a process that other threads read (<see cref="ProcessView"/>).</summary>
internal sealed class ViewPublisher(MachineServices services, IViewHost process)
{
    string? _watchProblem;
    DateTimeOffset? _nextRunAt;

    /// <summary>Sets the time of the next scheduled run; null if there is none.</summary>
    public void SetNextRun(DateTimeOffset? next)
    {
        _nextRunAt = next;
        process.Publish();
    }

    /// <summary>Sets why some of its files cannot be watched; null if there is no problem.</summary>
    public void SetWatchProblem(string? problem)
    {
        _watchProblem = problem;
        if (problem is not null) services.Log.LogWarning("{Name}: {Problem}", process.Definition.Name, problem);
        process.Publish();
    }

    /// <summary>
    /// Sets the result of a probe of the current child; <paramref name="problem"/> is null for success.
    /// </summary>
    public void SetProbeAnswer(bool? health, string? problem)
    {
        if (process.Current is not { } run || (run.IsHealthy == health && run.ProbeProblem == problem)) return;
        (run.IsHealthy, run.ProbeProblem) = (health, problem);
        process.Publish();
    }

    /// <summary>Builds a snapshot of the current state.</summary>
    public ProcessView Make()
    {
        var (run, state) = (process.Current, process.State);
        var (outLog, errLog) = LogPaths.For(services.Home, process.Definition, process.Key.Instance);
        return new ProcessView
        {
            Key = process.Key,
            Definition = process.Definition,
            State = state,
            Pid = run is { IsExitSeen: false } ? run.Pid : null,
            StartTicks = run?.Child?.StartTicks ?? 0,
            RunId = run?.Id ?? 0,
            StartedAt = run?.StartedAt,
            StartedWith = run is { IsExitSeen: false } ? run.EarlierConfig(process.Definition) : null,
            NextStartAtMonotonic = process.NextStartAtMonotonic,
            WaitsFor = WaitsFor,
            StartLimitAtMonotonic = StartLimitAtMonotonic,
            KillAtMonotonic = (process.Current ?? process.Ended)?.EndingSoFar?.KillAtMonotonic
                ?? process.Replacing?.Run?.EndingSoFar?.KillAtMonotonic,
            Health = run?.IsHealthy,
            FailedSpawn = process.LastSpawnFailure,
            ProbeProblem = run?.ProbeProblem,
            ReadyNote = state.Phase == LifecyclePhase.Online ? run?.Listeners?.Note : null,
            StatusText = run?.Messages?.StatusText,
            WatchProblem = _watchProblem,
            NextRunAt = _nextRunAt,
            RecentExits = process.Journal.Exits.Newest,
            Listen = NeededAddresses.For(process),
            // Shares the strings of the run, which are nearly always equal, to save memory.
            OutLog = run?.Streams.OutFile == outLog ? run.Streams.OutFile : outLog,
            ErrLog = run?.Streams.ErrFile == errLog ? run.Streams.ErrFile : errLog,
        };
    }

    string? WaitsFor => process.State.Phase switch
    {
        LifecyclePhase.Spawning when process.Current is { IsPreparing: true } => "its preStart hook",
        LifecyclePhase.Spawning when process is { LogsMove: null, Current.IsWaitingForFiles: true } =>
            process.Definition.Config.EnvFile is null ? "its script" : "its envFile",
        LifecyclePhase.Starting when process.Current?.Ready is { } probe => ProbeText.Subject(probe),
        LifecyclePhase.Sweeping when process.Hook.IsRunning => "its postStop hook",
        LifecyclePhase.Online => OfReload(process.Replacing),
        _ => null,
    };

    static string? OfReload(IReplacementState? replacement) => replacement switch
    {
        null => null,
        { Phase: ReplacementPhase.Preparing, IsReadingFiles: true } => "the files of its new child",
        { Phase: ReplacementPhase.Preparing } => "the preStart hook of its new child",
        { Phase: ReplacementPhase.Starting, Run.Ready: { } probe } => $"its new child: {ProbeText.Subject(probe)}",
        { Phase: ReplacementPhase.Starting } => "its new child",
        { HasFailed: false } => "the end of its old child",
        _ => "the end of its new child",
    };

    /// <summary>
    /// The child whose readiness is being probed; during a reload, the new one. Null if there is none.
    /// </summary>
    ChildRun? ComingRun => process.State.Phase == LifecyclePhase.Starting ? process.Current
        : process.Replacing is { Phase: ReplacementPhase.Starting } replacement ? replacement.Run : null;

    /// <summary>See <see cref="Checks.ReadinessCheck"/>.</summary>
    TimeSpan? StartLimitAtMonotonic
    {
        get
        {
            if (ComingRun is not { Ready: not null } run) return null;
            var limit = run.StartTimeoutMs ?? Probe.DefaultStartTimeout.TotalMilliseconds;
            var at = run.StartedAtMonotonic + TimeSpan.FromMilliseconds(limit);
            return run.ExtendedUntil > at ? run.ExtendedUntil : at;
        }
    }
}
