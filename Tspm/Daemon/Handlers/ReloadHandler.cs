using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>reload</c>: a new child first, then the old one goes; or a signal to the child. What is not online is started.</summary>
internal static class ReloadHandler
{
    const string Cause = "reloaded by user";

    public static async Task<ReloadResponse> Handle(DaemonContext context, ReloadRequest request)
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
            Tell(wanted, notes);
            var ordered = supervisor.Dependencies.ToStart([.. wanted], notes);
            var needed = ordered.Where(cell => !wanted.Contains(cell)).Select(cell => supervisor.Start(cell, StartHandler.Cause)).ToList();
            return new Settle.Begun([.. needed, .. supervisor.Reload([.. ordered.Where(wanted.Contains)], Cause)], supervisor.Save());
        });
        // One after the other: each has as much time as a start and a stop may take.
        var outcomes = await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, Settle.StartError, inARow: true);
        await LastLines.AddTo(context, outcomes);
        var error = await Settle.Unsaved(begun.Saved);
        return new ReloadResponse { Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error, Notes = notes.Count > 0 ? notes : null };
    }

    /// <summary>Where something else is done than a child replaced by another.</summary>
    static void Tell(HashSet<SupervisedProcess> cells, List<string> notes)
    {
        foreach (var cell in cells)
        {
            var config = cell.Definition.Config;
            if (cell.State.Phase == LifecyclePhase.Online && config.Reload is { Mode: ReloadConfig.BySignal } by)
                notes.Add($"{NameOf(cell)}: {by.Signal ?? ReloadConfig.DefaultSignal} sent to pid {cell.View.Pid}, as reload.mode says; the child goes on");
            else if (!cell.State.HasChild) notes.Add($"{NameOf(cell)} was not online: it is started");
        }
    }

    static string NameOf(SupervisedProcess cell) => cell.Definition.Instances > 1 ? $"{cell.Definition.Name}:{cell.Key.Instance}" : cell.Definition.Name;
}
