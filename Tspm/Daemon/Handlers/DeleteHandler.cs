using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>delete</c>: stops, then forgets. Always whole processes: an instance of several goes by <c>stop</c>. The logs stay unless asked otherwise.</summary>
internal static class DeleteHandler
{
    public static async Task<DeleteResponse> Handle(DaemonContext context, DeleteRequest request, Requester? by)
    {
        var (begun, gone) = await context.Supervisor.Change(supervisor =>
        {
            var ids = supervisor.Selection.Select(request.Selectors).Select(cell => cell.Key.Id).Distinct().ToList();
            foreach (var id in ids) RefuseNeeded(supervisor, supervisor.Table.Instances(id)![0].Definition.Name, ids);
            var pending = supervisor.Changes.Delete(ids, request.Logs, by);
            return (new Settle.Begun(pending, supervisor.Save()), ids.ConvertAll(supervisor.Deletions.WhenGone));
        });
        var outcomes = await Settle.Outcomes(context, begun, wait: true, timeoutMs: null, Settle.StopError);
        var problems = await Task.WhenAll(gone);
        var isStopped = outcomes.TrueForAll(static outcome => outcome.Error is null);
        // What was started again is said of the process already.
        var error = isStopped ? Array.Find(problems, static problem => problem is not null) : null;
        error = await Settle.Unsaved(begun.Saved) ?? error;
        return new DeleteResponse { Success = error is null && isStopped, Processes = outcomes, Error = error };
    }

    /// <summary>What stays must not depend on what is gone.</summary>
    static void RefuseNeeded(Supervision.Supervisor supervisor, string name, List<int> deleted)
    {
        if (supervisor.Dependencies.Dependents(name).Find(definition => !deleted.Contains(definition.Id)) is not { Name: var other }) return;
        throw new RequestException(ErrorCode.Failed, $"'{name}' is needed by '{other}'; delete both, or take it out: tspm set {other} dependsOn=");
    }
}
