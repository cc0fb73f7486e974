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
/// Waits until every instance of a change is settled and the state is on disk, and collects one outcome for each
/// instance.
/// </summary>
internal static class ChangeOutcomes
{
    /// <summary>
    /// How long to wait unless the request says otherwise. This is longer than any default stop timeout.
    /// </summary>
    static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Waits as requested, and returns one outcome for each instance.</summary>
    /// <param name="context">The daemon.</param>
    /// <param name="begun">The changes that were begun.</param>
    /// <param name="wait">Whether to wait until every instance is settled.</param>
    /// <param name="timeoutMs">How long to wait, in milliseconds; null for a default that suits the configs.</param>
    /// <param name="errorIn">
    /// Returns the error of an instance that settled in this state; null if there is none.
    /// </param>
    /// <param name="inARow">True if the instances change one after the other.</param>
    /// <exception cref="Control.RequestException">
    /// Some instances did not settle in time; the message names them and says why.
    /// </exception>
    public static async Task<List<ProcessOutcome>> Collect(
        DaemonContext context, BegunChanges begun, bool wait, int? timeoutMs, Func<LifecycleState, string?> errorIn,
        bool inARow = false)
    {
        var outcomes = new List<ProcessOutcome>(begun.Pending.Count);
        if (wait)
        {
            var timeout = timeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : TimeoutFor(begun, inARow);
            await AllSettled(context, begun.Pending, timeout);
        }
        else
        {
            // Some changes begin only after the save.
            await begun.Saved;
        }
        foreach (var pending in begun.Pending)
        {
            var view = pending.View;
            // The state at the moment of settling counts: a child that came online and has exited since did start.
            var error = pending.Reached.IsCompletedSuccessfully
                ? pending.Problem ?? errorIn(pending.Reached.ResultNow())
                : null;
            outcomes.Add(From(view) with
            {
                Unchanged = pending.Unchanged,
                Error = error,
                Warning = Warning(view, pending.ExitsBefore),
            });
        }
        return outcomes;
    }

    static TimeSpan TimeoutFor(BegunChanges begun, bool inARow)
    {
        var timeout = LongestStop(begun) + LongestStart(begun) + DefaultTimeout;
        return inARow ? timeout * Math.Max(1, begun.Pending.Count) : timeout;
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

    /// <summary>Says what had to be killed at the exits since <paramref name="before"/>; null if nothing.</summary>
    public static string? Warning(ProcessView view, IReadOnlyList<RecentExit> before)
    {
        var timeout = StopPolicy.From(view.Definition.Config).Timeout;
        var warnings = new List<string>();
        foreach (var exit in view.RecentExits)
            if (!before.Contains(exit) && KilledText.Warning(exit, timeout) is { } warning) warnings.Add(warning);
        return warnings.Count > 0 ? string.Join("; ", warnings) : null;
    }

    /// <summary>Returns the outcome of an instance without an error.</summary>
    public static ProcessOutcome From(ProcessView view) => new()
    {
        Id = view.Key.Id,
        Name = view.Definition.Name,
        Instance = view.Key.Instance,
        State = view.State.Observed,
        Pid = view.Pid,
    };

    /// <summary>Waits for a save.</summary>
    /// <returns>"not saved: REASON", or null if the save succeeded.</returns>
    public static async Task<string?> SaveError(Task<string?> saved) =>
        await saved is { } reason ? $"not saved: {reason}" : null;

    /// <summary>Why a start or restart did not bring the instance online; null if it did.</summary>
    public static string? StartError(LifecycleState state) =>
        state.Phase == LifecyclePhase.Online ? null : state.Reason;

    /// <summary>Adds a note for each instance that could not be started and will be retried.</summary>
    public static async Task NoteRetries(
        DaemonContext context, IReadOnlyList<PendingChange> begun, List<string> notes)
    {
        if (begun.All(static pending => pending.View.FailedSpawn is null)) return;
        foreach (var view in await context.Supervisor.Ask(new SupervisorQuery.Retried { Among = begun }))
            notes.Add($"{view.DisplayName}: will be retried, as after a crash; it becomes errored after {Times(view)}");
    }

    static string Times(ProcessView view)
    {
        var most = RestartPolicy.From(view.Definition.Config).MaxConsecutive;
        return most == 1 ? "1 failure" : $"{most} failures in a row";
    }

    /// <summary>Why a stop did not leave the instance stopped; null if it did.</summary>
    public static string? StopError(LifecycleState state) =>
        state.Phase == LifecyclePhase.Stopped ? null : "it was started again in the meantime";

    static TimeSpan LongestStart(BegunChanges begun)
    {
        var longest = TimeSpan.Zero;
        foreach (var pending in begun.Pending)
        {
            var config = pending.View.Definition.Config;
            var timeout = config.Ready is null
                ? TimeSpan.Zero
                : TimeSpan.FromMilliseconds(config.StartTimeoutMs ?? Probe.DefaultStartTimeout.TotalMilliseconds);
            // A restart runs two hooks: one after the exit and one before the start.
            if (config.Hooks is { } hooks) timeout += 2 * hooks.Timeout;
            if (timeout > longest) longest = timeout;
        }
        return longest;
    }

    /// <summary>Returns the longest stop timeout, plus the time that dependent processes wait for each other.</summary>
    static TimeSpan LongestStop(BegunChanges begun)
    {
        var (longest, chain) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var pending in begun.Pending)
        {
            var config = pending.View.Definition.Config;
            var timeout = StopPolicy.From(config).Timeout;
            if (timeout > longest) longest = timeout;
            if (config.DependsOn is not null && pending.Key.Instance == 0) chain += timeout + DefaultTimeout;
        }
        return longest + chain;
    }
}
