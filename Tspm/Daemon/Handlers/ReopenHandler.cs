using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>reopen</c>: log files that were moved away are made again at their paths. Not needed soon after the move (it is noticed), but exact: what is printed after the answer is in the new file.</summary>
internal static class ReopenHandler
{
    public static async Task<ReopenResponse> Handle(DaemonContext context, ReopenRequest request)
    {
        var views = Views.Select(context, request.Selectors);
        await context.Outputs.Reopen([.. views.SelectMany(view => new[] { view.OutLog, view.ErrLog }).Distinct()]);
        return new ReopenResponse { Success = true, Processes = [.. views.Select(Settle.Outcome)] };
    }
}
