using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Answers;

/// <summary>Converts snapshots of the supervisor to the statuses that users see.</summary>
internal static class Statuses
{
    /// <summary>Returns one status for each snapshot, in the same order.</summary>
    public static IReadOnlyList<ProcessStatus> From(DaemonContext context, IReadOnlyList<ProcessView> views)
    {
        var readings = context.Readings.Of(views, context.Monotonic);
        var now = context.Monotonic();
        var statuses = new ProcessStatus[views.Count];
        for (var i = 0; i < statuses.Length; i++) statuses[i] = From(views[i], readings[i], now);
        return statuses;
    }

    /// <summary>Adds the ports on which the processes listen.</summary>
    public static IReadOnlyList<ProcessStatus> WithPorts(DaemonContext context, IReadOnlyList<ProcessStatus> statuses)
    {
        var added = new ProcessStatus[statuses.Count];
        for (var i = 0; i < added.Length; i++)
        {
            var status = statuses[i];
            added[i] = status.Pid is not { } pid ? status : status with
            {
                Ports = context.Ports.Find(context.Readings.Tree(pid).Select(static member => member.Pid)),
            };
        }
        return added;
    }

    static ProcessStatus From(ProcessView view, Reading? reading, TimeSpan now)
    {
        var (state, definition) = (view.State, view.Definition);
        var uptime = view.Pid is null ? (TimeSpan?)null : now - state.StartedAtMonotonic;
        var lastExit = view.RecentExits.Count > 0 ? view.RecentExits[0] : null;
        return new ProcessStatus
        {
            Id = view.Key.Id,
            Name = definition.Name,
            Namespace = definition.Namespace,
            Instance = view.Key.Instance,
            State = state.Observed,
            Desired = state.Desired,
            Pid = view.Pid,
            Restarts = state.Restarts,
            ConsecutiveFailures = uptime >= RestartPolicy.From(definition.Config).MinUptime ? 0 : state.Failures,
            UptimeMs = (long?)uptime?.TotalMilliseconds,
            CpuPercent = reading?.CpuPercent,
            MemoryBytes = reading?.MemoryBytes,
            ExitCode = lastExit?.ExitCode,
            Signal = lastExit?.Signal,
            Reason = ReasonOf(view),
            NextStartInMs = MsUntil(view.NextStartAtMonotonic, now),
            NextRunAt = view.NextRunAt,
            LastRun = LastRuns.From(view.RecentExits),
            WaitsFor = view.WaitsFor,
            StartTimeoutInMs = MsUntil(view.StartLimitAtMonotonic, now),
            StopSignal = state.Phase == LifecyclePhase.Stopping ? StopSignalOf(definition.Config) : null,
            KillInMs = MsUntil(view.KillAtMonotonic, now),
            Ready = view.Pid is null ? null : state.Phase == LifecyclePhase.Online,
            Health = view.Health,
            StartedAt = view.Pid is null ? null : view.StartedAt,
            CreatedAt = definition.CreatedAt,
            Command = definition.Config.Command ?? "",
            Args = definition.Config.Args,
            Cwd = definition.Config.ProjectDir ?? "",
            User = definition.Config.User,
            Project = definition.Project,
            OutLog = view.OutLog,
            ErrLog = view.ErrLog,
        };
    }

    /// <summary>
    /// Says why the instance is in its state, and what had to be killed at its last exit, or which command shows more.
    /// </summary>
    public static string ReasonOf(ProcessView view)
    {
        var (state, reason) = (view.State, view.State.ShownReason);
        var last = view.RecentExits is [var newest, ..] ? newest : null;
        // The kernel's message about a lack of memory arrives after the exit itself.
        if (state.Cause.Code == CauseCode.Crash && last?.Cause == CauseCode.OutOfMemory)
            reason = $"{CauseText.What(state.Cause)}: out of memory{CauseText.Outcome(state.Cause)}";
        if (state.Phase == LifecyclePhase.Stopping) return reason;
        if (state.HasChild)
            return CauseCode.IsEnd(state.Cause.Code, state.Cause.Request) ? $"restarted ({reason})" : reason;
        if (state is { Phase: LifecyclePhase.Errored, Cause.Outcome: PolicyDecision.GaveUp })
            return $"{reason}; see: tspm why {Tspm.Text.ShellWords.Quote(view.Definition.Name)}";
        if (last is null) return reason;
        var warning = KilledText.Warning(last, StopPolicy.From(view.Definition.Config).Timeout);
        return warning is null ? reason : $"{reason}; {warning}";
    }

    static long? MsUntil(TimeSpan? then, TimeSpan now) =>
        then is { } time ? Math.Max(0, (long)(time - now).TotalMilliseconds) : null;

    static string StopSignalOf(ProcessConfig config) => Signals.NameOf(StopPolicy.From(config).Signal);
}
