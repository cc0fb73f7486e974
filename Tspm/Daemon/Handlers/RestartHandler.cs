using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>restart</c>: a new child in place of the present one; what is stopped is started.</summary>
internal static class RestartHandler
{
    public static async Task<RestartResponse> Handle(DaemonContext context, RestartRequest request)
    {
        if (request is { UpdateEnv: true, Client: null })
            throw new RequestException(ErrorCode.InvalidParams, "updateEnv needs the client's environment", new RpcErrorData { Path = "params.client", Expected = "an object", Found = "nothing" });
        var notes = new List<string>();
        var begun = await context.Supervisor.Change(supervisor =>
        {
            var cells = supervisor.Select(request.Selectors);
            if (request.UpdateEnv) Environments.Update(supervisor, cells, request.Client!);
            var everything = request.Selectors is ["all"];
            var wanted = cells.Where(cell => !everything || cell.Definition.IsEnabled).ToHashSet();
            var pending = supervisor.Dependencies.ToStart([.. wanted], notes)
                .Select(cell => wanted.Contains(cell) ? supervisor.Restart(cell, "restarted by user") : supervisor.Start(cell, StartHandler.Cause)).ToList();
            return new Settle.Begun(pending, supervisor.Save());
        });
        var outcomes = await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, Settle.StartError);
        await LastLines.AddTo(context, outcomes);
        if (request.Wait) await Watching.Settle(context, begun.Pending, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new RestartResponse { Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error, Notes = notes.Count > 0 ? notes : null };
    }
}
