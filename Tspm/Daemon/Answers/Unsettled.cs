using System.Globalization;
using Tspm.Daemon.Control;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Daemon.Answers;

/// <summary>
/// Describes a change that did not complete in time: which instances are late, why, and what happens next.
/// </summary>
internal static class Unsettled
{
    /// <summary>How many instances the message names; further ones are only counted.</summary>
    const int Named = 10;

    /// <summary>Returns the error for the request.</summary>
    /// <param name="late">The changes that are not complete.</param>
    /// <param name="waited">How long the request waited.</param>
    /// <param name="now">The monotonic time.</param>
    public static RequestException Error(
        IReadOnlyList<PendingChange> late, TimeSpan waited, TimeSpan now)
    {
        List<string> lines = [.. late.Take(Named).Select(one => Sentence(one.View, waited, now))];
        if (late.Count > Named)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"and {late.Count - Named} more"));
        lines.Add("this continues in the background; check it with: tspm list");
        return new RequestException(ErrorCode.TimedOut, string.Join('\n', lines));
    }

    /// <summary>Returns one line about one instance that has not reached its goal.</summary>
    internal static string Sentence(ProcessView view, TimeSpan waited, TimeSpan now)
    {
        var (goal, why, goesOn) = view.State.Phase switch
        {
            LifecyclePhase.Stopping => (StopGoal(view), StopWords(view, now), "still stopping"),
            LifecyclePhase.Sweeping => (StopGoal(view), SweepWords(view, now), "still stopping"),
            LifecyclePhase.Spawning => ("started", Waiting(view), "still starting"),
            LifecyclePhase.Starting => ("ready", view.ProbeProblem ?? Waiting(view), "still starting"),
            LifecyclePhase.Held => ("started", view.State.Reason, "starts after that"),
            LifecyclePhase.Waiting => ("online", view.State.Reason, RestartWords(view, now)),
            LifecyclePhase.Online => ("reloaded", Waiting(view), "the old child keeps running until then"),
            _ => ("done", view.State.Reason, null),
        };
        List<string?> parts = [why, goesOn];
        var rest = string.Join("; ", parts.Where(static part => part is not null));
        return $"{view.DisplayName}: not {goal} after {ProbeText.Time(waited)}: {rest}".ReplaceLineEndings(" ");
    }

    static string StopGoal(ProcessView view) => view.State.Desired == DesiredState.Down ? "stopped" : "restarted";

    static string? Waiting(ProcessView view) => view.WaitsFor is { } what ? $"waits for {what}" : null;

    static string StopWords(ProcessView view, TimeSpan now)
    {
        var sent = $"{Signals.NameOf(StopPolicy.From(view.Definition.Config).Signal)} sent";
        return view.KillAtMonotonic is null ? "SIGKILL sent" : $"{sent}, {Kill(view, now)}";
    }

    static string SweepWords(ProcessView view, TimeSpan now) =>
        Waiting(view) ?? (view.KillAtMonotonic is null
            ? "SIGKILL sent to leftover processes"
            : $"stopping leftover processes, {Kill(view, now)}");

    static string Kill(ProcessView view, TimeSpan now) => $"SIGKILL in {In(view.KillAtMonotonic!.Value, now)}";

    static string? RestartWords(ProcessView view, TimeSpan now) =>
        view.NextStartAtMonotonic is { } at ? $"restarts in {In(at, now)}" : null;

    /// <summary>Formats the time until then in full seconds, rounded up.</summary>
    static string In(TimeSpan then, TimeSpan now) =>
        Duration.Format(TimeSpan.FromSeconds(Math.Ceiling(Math.Max(0, (then - now).TotalSeconds))));
}
