using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>add</c>: defines without starting.</summary>
internal sealed class AddHandler() : Handler<AddRequest, AddResponse>(Methods.Add)
{
    public override async Task<AddResponse> Handle(DaemonContext context, AddRequest request, Requester? by)
    {
        request = request with { Client = RequestLaunch.Complete(request.Client, by)! };
        Definitions.CheckProject(request.Project);
        var configs = Definitions.Complete(request.Define, request.Client);
        var (cells, saved) = await context.Supervisor.Change(supervisor =>
        {
            foreach (var config in configs)
            {
                if (supervisor.Table.ByName(config.Name!) is not null)
                    throw new RequestException(ErrorCode.Failed, Definitions.AlreadyDefined(config.Name!));
                if (supervisor.Table.NameProblem(config.Name!) is { } taken)
                    throw new RequestException(ErrorCode.Failed, taken);
            }
            Definitions.CheckDependencies(supervisor, configs);
            var added = new List<SupervisedProcess>();
            var client = request.Client;
            foreach (var config in configs)
                added.AddRange(supervisor.Define(
                    config, client.Environment, client.OpenFilesLimit, launch: client.Launch,
                    project: request.Project));
            return (added, supervisor.Save());
        });
        var error = await Settle.Unsaved(saved);
        return new AddResponse
        {
            Success = error is null,
            Processes = [.. cells.Select(cell => Settle.Outcome(cell.View))],
            ProcessId = cells.Count > 0 ? cells[0].Key.Id : null,
            Error = error,
        };
    }
}
