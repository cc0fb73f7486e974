using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>scale</c>: adds or removes instances while the others keep running. Their numbers have no gaps: a new instance
/// gets the lowest free number, and the highest numbers are removed first.
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
        var (begun, processes) = (scaled.Begun, scaled.Processes);
        var outcomes = await ChangeOutcomes.Collect(context, begun, request.Wait, request.WaitTimeoutMs, Error);
        if (outcomes.Count == 0)
            outcomes = [.. processes.Select(process => ChangeOutcomes.From(process.View) with { Unchanged = true })];
        var notes = new List<string>();
        await LastLines.AddTo(context, begun.Pending, outcomes, notes);
        var error = await ChangeOutcomes.SaveError(begun.Saved);
        return new ScaleResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null),
            Processes = outcomes,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>Why an added or removed instance is neither online nor stopped; null if it is one of these.</summary>
    public static string? Error(LifecycleState state) =>
        state.Phase is LifecyclePhase.Online or LifecyclePhase.Stopped ? null : state.Reason;
}
