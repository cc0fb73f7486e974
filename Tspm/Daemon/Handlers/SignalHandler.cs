using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>signal</c>: to the child (with a shell: to its group), which then does with it what it wants.</summary>
internal sealed class SignalHandler() : Handler<SignalRequest, SignalResponse>(Methods.Signal)
{
    public override async Task<SignalResponse> Handle(DaemonContext context, SignalRequest request, Requester? by)
    {
        if (!Signals.TryParse(request.Signal, out var signal))
            throw new RequestException(ErrorCode.InvalidParams, $"'{request.Signal}' is not a signal; give a name such as SIGHUP or a number from 1 to 64",
                new RpcErrorData { Path = "params.signal", Expected = "a signal's name or number", Found = request.Signal });
        var outcomes = await context.Supervisor.Change(supervisor => supervisor.Selection.Select(request.Selectors)
            .Select(cell => Settle.Outcome(cell.View) with { Error = cell.SignalFor(by, signal) ? null : "it is not running" }).ToList());
        return new SignalResponse { Success = outcomes.All(outcome => outcome.Error is null), Processes = outcomes };
    }
}
