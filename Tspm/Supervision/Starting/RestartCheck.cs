using System.Globalization;
using Microsoft.Extensions.Logging;
using Tspm.Config.Validation;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>
/// What somebody asks to be restarted is not stopped for a new child that could not run. What restarts by itself (a
/// crash, a watched file, a schedule) is tried again instead: a deployment may be half way.
/// </summary>
internal static class RestartCheck
{
    /// <summary>Why the present child goes on, which is recorded too; null: nothing is in the way.</summary>
    /// <param name="cell">The instance.</param>
    /// <param name="services">Where it is recorded.</param>
    /// <param name="by">Who asks.</param>
    public static string? Refusal(SupervisedProcess cell, SupervisionServices services, Requester? by)
    {
        if (cell.State.Phase is not (LifecyclePhase.Starting or LifecyclePhase.Online)) return null;
        if (MissingScript.Of(cell.Definition.Config) is not { } missing) return null;
        var old = cell.View.Pid is { } pid
            ? string.Create(CultureInfo.InvariantCulture, $"the old one stays (pid {pid})") : "the old one stays";
        var problem = $"not restarted: {missing}; {old}";
        services.Log.LogWarning("{Name} {Problem}", cell.DisplayName, problem);
        var state = StateNames.Of(cell.State.Observed);
        _ = services.Tell(new ProcessEvent
        {
            Kind = EventKind.Failed,
            Id = cell.Key.Id,
            Name = cell.Definition.Name,
            Instance = cell.Key.Instance,
            Pid = cell.View.Pid,
            From = state,
            To = state,
            Cause = CauseCode.Spawn,
            Reason = problem,
            ByUid = by?.Uid,
            ByPid = by?.Pid,
        });
        return problem;
    }
}
