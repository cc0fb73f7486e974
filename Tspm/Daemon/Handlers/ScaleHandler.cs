using Tspm.Config;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>scale</c>: more or fewer instances, while the others run on. Numbers have no gaps: the lowest free one comes first, the highest goes first.</summary>
internal sealed class ScaleHandler() : Handler<ScaleRequest, ScaleResponse>(Methods.Scale)
{
    public override async Task<ScaleResponse> Handle(DaemonContext context, ScaleRequest request, Requester? by)
    {
        if (request.Instances is null == request.By is null)
            throw new RequestException(ErrorCode.InvalidParams, "give either instances or by", new RpcErrorData { Path = "params.instances", Expected = "one of instances and by" });
        var (begun, cells) = await context.Supervisor.Change(supervisor =>
        {
            var definition = Only(supervisor, request.Selector);
            var wanted = request.Instances ?? (long)definition.Instances + request.By!.Value;
            Check(definition, wanted);
            if (LogMoves.WhyNotChange(supervisor.Table, definition) is { } busy)
                throw new RequestException(ErrorCode.Failed, busy);
            var scaled = definition with { Config = definition.Config with { Instances = (int)wanted } };
            var pending = supervisor.Changes.Scale(scaled, Cause.Requested(CauseRequest.Scale) with { By = by });
            return (new Settle.Begun(pending, supervisor.Save()), supervisor.Table.Instances(definition.Id)!);
        });
        var outcomes = await Settle.Outcomes(context, begun, request.Wait, request.WaitTimeoutMs, Error);
        if (outcomes.Count == 0) outcomes = [.. cells.Select(cell => Settle.Outcome(cell.View) with { Unchanged = true })];
        var notes = new List<string>();
        await LastLines.AddTo(context, begun.Pending, outcomes, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new ScaleResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null), Processes = outcomes,
            Error = error, Notes = notes.Count > 0 ? notes : null,
        };
    }

    /// <summary>What was begun for an instance did not come about.</summary>
    public static string? Error(LifecycleState state) => state.Phase is LifecyclePhase.Online or LifecyclePhase.Stopped ? null : state.Reason;

    static ProcessDefinition Only(Supervisor supervisor, string selector)
    {
        var ids = supervisor.Selection.Select([selector]).Select(cell => cell.Key.Id).Distinct().ToList();
        return ids.Count == 1
            ? supervisor.Table.Instances(ids[0])![0].Definition
            : throw new RequestException(ErrorCode.Failed, $"'{selector}' means {ids.Count} processes; scale takes exactly one");
    }

    static void Check(ProcessDefinition definition, long wanted)
    {
        if (wanted is >= 1 and <= ConfigValidation.MaxInstances) return;
        throw new RequestException(ErrorCode.Failed, wanted < 1
            ? $"'{definition.Name}' has {definition.Instances}, and at least one must be left; to end it: tspm stop {definition.Name}, or tspm delete {definition.Name}"
            : $"'{definition.Name}' cannot have {wanted} instances; at most {ConfigValidation.MaxInstances}");
    }
}
