using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>rename</c>: changes the name of a process, which keeps its id and its child. The log files are renamed once the
/// new name is saved, and writing to them goes on.
/// </summary>
internal sealed class RenameHandler() : Handler<RenameRequest, RenameResponse>(Methods.Rename)
{
    public override async Task<RenameResponse> Handle(DaemonContext context, RenameRequest request, Requester? by)
    {
        if (ProcessName.Problem(request.NewName) is { } wrong)
            throw new RequestException(ErrorCode.InvalidParams, wrong, new RpcErrorData
            {
                Path = "params.newName",
                Found = request.NewName,
            });
        var renamed = await context.Supervisor.Order(new SupervisorCommand.Rename
        {
            By = by,
            Selector = request.Selector,
            NewName = request.NewName,
        });
        var processes = renamed.Processes;
        var error = await ChangeOutcomes.SaveError(renamed.Begun.Saved)
            ?? await context.Supervisor.Ask(new SupervisorQuery.LogMoveProblem { Id = processes[0].Key.Id });
        return new RenameResponse
        {
            Success = error is null,
            Error = error,
            Processes = [.. processes.Select(static process => ChangeOutcomes.From(process.View))],
        };
    }
}
