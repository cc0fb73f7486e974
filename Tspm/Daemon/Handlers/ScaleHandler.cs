using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>scale</c>: more or fewer instances, while the others run on. Numbers have no gaps: the lowest free one comes
/// first, the highest goes first.
/// </summary>
internal sealed class ScaleHandler() : Handler<ScaleRequest, ScaleResponse>(Methods.Scale)
{
    public override async Task<ScaleResponse> Handle(DaemonContext context, ScaleRequest request, Requester? by)
    {
        if (request.Instances is null == request.By is null)
            throw new RequestException(ErrorCode.InvalidParams, "give either instances or by", new RpcErrorData
            {
                Path = "params.instances",
                Expected = "one of instances and by",
            });
        var scaled = await context.Supervisor.Order(new SupervisorCommand.Scale
        {
            By = by,
            Selector = request.Selector,
            Instances = request.Instances,
            Difference = request.By ?? 0,
        });
        var (begun, cells) = (scaled.Begun, scaled.Processes);
        var outcomes = await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, Error);
        if (outcomes.Count == 0)
            outcomes = [.. cells.Select(cell => Settle.Outcome(cell.View) with { Unchanged = true })];
        var notes = new List<string>();
        await LastLines.AddTo(context, begun.Pending, outcomes, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new ScaleResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null),
            Processes = outcomes,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>What was begun for an instance did not come about.</summary>
    public static string? Error(LifecycleState state) =>
        state.Phase is LifecyclePhase.Online or LifecyclePhase.Stopped ? null : state.Reason;
}
