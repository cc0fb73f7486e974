using Microsoft.Extensions.Logging;
using Tspm.Config.Validation;
using Tspm.Model.State;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Starting;

/// <summary>Asks what <see cref="RestartCheck"/> has to know, and puts on record what it says.</summary>
internal sealed class RestartRefusal(MachineServices services)
{
    /// <summary>Why the present child goes on, which is recorded too; null: nothing is in the way.</summary>
    /// <param name="cell">The instance.</param>
    /// <param name="by">Who asks.</param>
    public string? Of(IInstance cell, Requester? by)
    {
        if (!RestartCheck.IsNeeded(cell.State.Phase)) return null;
        var script = MissingScript.NeededBy(cell.Definition.Config);
        var missing = script is null ? null : services.StartFiles.LookUp(script);
        if (RestartCheck.Problem(missing, cell.View.Pid) is not { } problem) return null;
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
