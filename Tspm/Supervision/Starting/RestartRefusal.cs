using Microsoft.Extensions.Logging;
using Tspm.Config.Validation;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>Asks <see cref="RestartCheck"/>, and records a refusal in the event log.</summary>
internal sealed class RestartRefusal(MachineServices services)
{
    /// <summary>Why the current child is kept; null if the restart may proceed.</summary>
    /// <param name="process">The instance.</param>
    /// <param name="by">The requester.</param>
    /// <param name="missingScripts">The needed scripts that were found missing just now.</param>
    public string? For(IInstance process, Requester? by, IReadOnlySet<NeededScript> missingScripts)
    {
        if (!RestartCheck.IsNeeded(process.State.Phase)) return null;
        var script = MissingScript.NeededBy(process.Definition.Config);
        var missing = script is not null && missingScripts.Contains(script) ? script.Sentence : null;
        if (RestartCheck.Problem(missing, process.View.Pid) is not { } problem) return null;
        services.Log.LogWarning("{Name} {Problem}", process.DisplayName, problem);
        var state = StateNames.NameOf(process.State.Observed);
        _ = services.AppendEvent(new ProcessEvent
        {
            Kind = EventKind.Failed,
            Id = process.Key.Id,
            Name = process.Definition.Name,
            Instance = process.Key.Instance,
            Pid = process.View.Pid,
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
