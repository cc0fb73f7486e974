using Tspm.Logs;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>delete</c>: stops, then forgets. Always whole processes: an instance of several goes by <c>stop</c>. The logs stay unless asked otherwise.</summary>
internal static class DeleteHandler
{
    public static async Task<DeleteResponse> Handle(DaemonContext context, DeleteRequest request)
    {
        var begun = await context.Supervisor.Change(supervisor =>
        {
            var ids = supervisor.Select(request.Selectors).Select(cell => cell.Key.Id).Distinct();
            var pending = ids.SelectMany(id => supervisor.Table.Instances(id)!).Select(cell => supervisor.Stop(cell, "deleted by user")).ToList();
            return new Settle.Begun(pending, supervisor.Save());
        });
        var outcomes = await Settle.Outcomes(context, begun, wait: true, timeoutMs: null, Settle.StopError);
        var saved = await context.Supervisor.Ask(supervisor =>
        {
            foreach (var id in outcomes.Where(outcome => outcome.Error is null).Select(outcome => outcome.Id).Distinct()) supervisor.Table.Remove(id);
            return supervisor.Save();
        });
        var error = await Settle.Unsaved(saved);
        if (request.Logs) error = await RemoveLogs(context, begun) ?? error;
        return new DeleteResponse { Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes, Error = error };
    }

    /// <summary>After the last byte was written. A sentence when a file could not be removed.</summary>
    static async Task<string?> RemoveLogs(DaemonContext context, Settle.Begun begun)
    {
        await context.Outputs.Settled();
        string? problem = null;
        foreach (var path in begun.Pending.SelectMany(pending => new[] { pending.Cell.View.OutLog, pending.Cell.View.ErrLog }).Distinct())
        {
            if (RotatedLogs.RemoveAll(path) is { } reason) problem = $"the log {path} could not be removed: {reason}";
        }
        return problem;
    }
}
