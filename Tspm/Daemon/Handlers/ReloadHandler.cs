using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>reload</c>: starts a new child and then stops the old one, or only signals the child. Processes that are not
/// online are started.
/// </summary>
internal sealed class ReloadHandler() : Handler<ReloadRequest, ReloadResponse>(Methods.Reload)
{
    public override async Task<ReloadResponse> Handle(DaemonContext context, ReloadRequest request, Requester? by)
    {
        request = request with { Client = RequestLaunch.Complete(request.Client, by) };
        var begun = await context.Supervisor.Order(new SupervisorCommand.Reload
        {
            By = by,
            Selectors = request.Selectors,
            NewEnvironment = RestartAnswer.NewEnvironment(request.UpdateEnv, request.Client),
            MissingScripts = await MissingScripts.ForRestart(context, request.Selectors),
        });
        return await RestartAnswer.Create(context, begun, request, inARow: true);
    }
}
