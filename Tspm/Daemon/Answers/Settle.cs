using Tspm.Platform;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Answers;

/// <summary>
/// From what was begun to what came of it: waits until each instance is settled and the state is on disk, then says so,
/// one outcome an instance.
/// </summary>
internal static class Settle
{
    /// <summary>
    /// Waits at most this long for an effect unless the request says otherwise: longer than any default stop timeout.
    /// </summary>
    static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <exception cref="Control.RequestException">Something is not settled in time; it says what, and why.</exception>
    public static async Task<List<ProcessOutcome>> Outcomes(
        DaemonContext context, BegunChanges begun, bool wait, int? timeoutMs, Func<LifecycleState, string?> errorIn,
        bool inARow = false)
    {
        var outcomes = new List<ProcessOutcome>(begun.Pending.Count);
        if (wait)
        {
            var timeout = timeoutMs is { } ms
                ? TimeSpan.FromMilliseconds(ms)
                : (LongestStop(begun) + LongestStart(begun)
                    + DefaultTimeout) * (inARow ? Math.Max(1, begun.Pending.Count) : 1);
            await AllSettled(context, begun.Pending, timeout);
        }
        else await begun.Saved; // it may begin only after that
        foreach (var pending in begun.Pending)
        {
            var view = pending.View;
            // As it was when it settled: a child that came up and has ended since did start, however soon that was.
            var error = pending.Reached.IsCompletedSuccessfully
                ? pending.Problem ?? errorIn(pending.Reached.ResultNow())
                : null;
            outcomes.Add(Outcome(view) with
            {
                Unchanged = pending.Unchanged,
                Error = error,
                Warning = Warning(view, pending.ExitsBefore),
            });
        }
        return outcomes;
    }

    static async Task AllSettled(DaemonContext context, IReadOnlyList<PendingChange> pending, TimeSpan timeout)
    {
        try
        {
            await Task.WhenAll(pending.Select(static one => one.Reached)).WaitAsync(timeout, context.Clock);
        }
        catch (TimeoutException)
        {
            List<PendingChange> late = [.. pending.Where(static one => !one.Reached.IsCompleted)];
            if (late.Count > 0) throw Unsettled.Error(late, timeout, context.Monotonic());
        }
    }

    /// <summary>What had to be killed in the ends that came since; null: nothing.</summary>
    public static string? Warning(ProcessView view, IReadOnlyList<RecentExit> before)
    {
        var timeout = StopPolicy.Of(view.Definition.Config).Timeout;
        var warnings = new List<string>();
        foreach (var exit in view.RecentExits)
            if (!before.Contains(exit) && KilledText.Warning(exit, timeout) is { } warning) warnings.Add(warning);
        return warnings.Count > 0 ? string.Join("; ", warnings) : null;
    }

    public static ProcessOutcome Outcome(ProcessView view) => new()
    {
        Id = view.Key.Id,
        Name = view.Definition.Name,
        Instance = view.Key.Instance,
        State = view.State.Observed,
        Pid = view.Pid,
    };

    /// <summary>"not saved: REASON", or null.</summary>
    public static async Task<string?> Unsaved(Task<string?> saved) =>
        await saved is { } reason ? $"not saved: {reason}" : null;

    /// <summary>What a start or restart ended in, if not online.</summary>
    public static string? StartError(LifecycleState state) =>
        state.Phase == LifecyclePhase.Online ? null : state.Reason;

    /// <summary>Says of each instance that could not be started and is tried again that it is.</summary>
    public static async Task NoteRetries(
        DaemonContext context, IReadOnlyList<PendingChange> begun, List<string> notes)
    {
        if (begun.All(static pending => pending.View.FailedSpawn is null)) return;
        foreach (var view in await context.Supervisor.Ask(new SupervisorQuery.Retried { Among = begun }))
            notes.Add($"{view.DisplayName}: it will be tried again, as after a crash; "
                + $"after {Times(view)} it becomes errored");
    }

    static string Times(ProcessView view)
    {
        var most = RestartPolicy.Of(view.Definition.Config).MaxConsecutive;
        return most == 1 ? "1 failure" : $"{most} failures in a row";
    }

    public static string? StopError(LifecycleState state) =>
        state.Phase == LifecyclePhase.Stopped ? null : "it was started again meanwhile";

    static TimeSpan LongestStart(BegunChanges begun)
    {
        var longest = TimeSpan.Zero;
        foreach (var pending in begun.Pending)
        {
            var config = pending.View.Definition.Config;
            var timeout = config.Ready is null
                ? TimeSpan.Zero
                : TimeSpan.FromMilliseconds(config.StartTimeoutMs ?? Probe.DefaultStartTimeout.TotalMilliseconds);
            // Of a restart, what runs after the end and what runs before the start.
            if (config.Hooks is { } hooks) timeout += 2 * hooks.Timeout;
            if (timeout > longest) longest = timeout;
        }
        return longest;
    }

    /// <summary>What depends on others waits for them first, up or down.</summary>
    static TimeSpan LongestStop(BegunChanges begun)
    {
        var (longest, chain) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var pending in begun.Pending)
        {
            var config = pending.View.Definition.Config;
            var timeout = StopPolicy.Of(config).Timeout;
            if (timeout > longest) longest = timeout;
            if (config.DependsOn is not null && pending.Key.Instance == 0) chain += timeout + DefaultTimeout;
        }
        return longest + chain;
    }
}
