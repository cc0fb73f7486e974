using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary>What <c>restart</c> and <c>reload</c> have in common: which instances are meant, in which order, perhaps with the client's environment, and what came of it.</summary>
internal static class Renewal
{
    /// <summary>What is to be done, dependencies first: those that were asked for, and those that are only needed by them.</summary>
    public sealed record Order(IReadOnlyList<SupervisedProcess> Cells, IReadOnlySet<SupervisedProcess> Wanted);

    /// <summary>Begins; <paramref name="renew"/> says with what. Remarks go to <paramref name="notes"/>.</summary>
    public static Task<Settle.Begun> Begin(
        DaemonContext context, IReadOnlyList<string> selectors, ClientContext? newEnvironment, List<string> notes, Func<Supervisor, Order, IReadOnlyList<Supervisor.Pending>> renew) =>
        context.Supervisor.Change(supervisor =>
        {
            var cells = supervisor.Selection.SelectToStart(selectors, out var left, out _);
            if (newEnvironment is not null) Environments.Update(supervisor, cells, newEnvironment);
            var wanted = cells.ToHashSet();
            var order = new Order(supervisor.Dependencies.ToStart([.. wanted], notes), wanted);
            ProcessSelection.TellOfLeft(left, order.Cells, notes);
            return new Settle.Begun(renew(supervisor, order), supervisor.Save());
        });

    /// <summary>The client's environment when it is to be taken over, else null.</summary>
    public static ClientContext? NewEnvironment(bool updateEnv, ClientContext? client) => !updateEnv ? null
        : client ?? throw new RequestException(ErrorCode.InvalidParams, "updateEnv needs the client's environment", new RpcErrorData { Path = "params.client", Expected = "an object", Found = "nothing" });

    /// <param name="inARow">One after the other: each has as much time as a start and a stop may take.</param>
    public static async Task<List<ProcessOutcome>> Outcomes(DaemonContext context, Settle.Begun begun, bool wait, int? timeoutMs, List<string> notes, bool inARow = false)
    {
        var outcomes = await Settle.Outcomes(context, begun, wait, timeoutMs, Settle.StartError, inARow);
        await LastLines.AddTo(context, begun.Pending, outcomes, notes);
        await Settle.NoteRetries(context, begun.Pending, notes);
        if (wait) await Watching.Settle(context, begun.Pending, notes);
        return outcomes;
    }
}
