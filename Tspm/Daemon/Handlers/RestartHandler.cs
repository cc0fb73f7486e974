using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>restart</c>: stops the child and starts a new one. Processes that are stopped are started.
/// </summary>
internal sealed class RestartHandler() : Handler<RestartRequest, RestartResponse>(Methods.Restart)
{
    public override async Task<RestartResponse> Handle(DaemonContext context, RestartRequest request, Requester? by)
    {
        request = request with { Client = RequestLaunch.Complete(request.Client, by) };
        var begun = await context.Supervisor.Order(new SupervisorCommand.Restart
        {
            By = by,
            Selectors = request.Selectors,
            NewEnvironment = RestartAnswer.NewEnvironment(request.UpdateEnv, request.Client),
            MissingScripts = await MissingScripts.ForRestart(context, request.Selectors),
        });
        return await RestartAnswer.Create(context, begun, request);
    }
}
