using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>signal</c>: sends a signal to the child, or to its process group if the command runs in a shell. Tspm does not
/// change the state of the process because of it.
/// </summary>
internal sealed class SignalHandler() : Handler<SignalRequest, SignalResponse>(Methods.Signal)
{
    public override async Task<SignalResponse> Handle(DaemonContext context, SignalRequest request, Requester? by)
    {
        if (!Signals.TryParse(request.Signal, out var signal))
            throw new RequestException(ErrorCode.InvalidParams,
                $"'{request.Signal}' is not a signal; give a name such as SIGHUP or a number from 1 to 64",
                new RpcErrorData
                {
                    Path = "params.signal",
                    Expected = "a signal's name or number",
                    Found = request.Signal,
                });
        var sent = await context.Supervisor.Order(new SupervisorCommand.Signal
        {
            By = by,
            Selectors = request.Selectors,
            Number = signal,
        });
        var outcomes = sent.Select(static one =>
            ChangeOutcomes.From(one.Before) with { Error = one.IsSent ? null : "it is not running" }).ToList();
        return new SignalResponse { Success = outcomes.All(outcome => outcome.Error is null), Processes = outcomes };
    }
}
