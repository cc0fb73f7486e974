using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary><c>add</c>: defines processes without starting them.</summary>
internal sealed class AddHandler() : Handler<AddRequest, AddResponse>(Methods.Add)
{
    public override async Task<AddResponse> Handle(DaemonContext context, AddRequest request, Requester? by)
    {
        request = request with { Client = RequestLaunch.Complete(request.Client, by)! };
        Definitions.CheckProject(request.Project);
        var added = await context.Supervisor.Order(new SupervisorCommand.Add
        {
            By = by,
            Define = Definitions.Complete(request.Define, request.Client),
            Caller = Definitions.CallerOf(request.Client),
            Project = request.Project,
        });
        var error = await ChangeOutcomes.SaveError(added.Begun.Saved);
        var processes = added.Processes;
        var configs = processes.Select(static process => process.View.Definition.Config)
            .DistinctBy(static config => config.Name);
        var notes = configs.SelectMany(config => MissingParts.New(config, null, IsOnPath(config, request)));
        return new AddResponse
        {
            Success = error is null,
            Processes = [.. processes.Select(static process => ChangeOutcomes.From(process.View))],
            ProcessId = processes.Count > 0 ? processes[0].Key.Id : null,
            Error = error,
            Notes = Definitions.NotesOrNull(notes),
        };
    }

    static Func<string, bool> IsOnPath(ProcessConfig config, AddRequest request) => program => Interpreters.IsOnPath(
        program, config.Env?.GetValueOrDefault("PATH") ?? request.Client.Environment.GetValueOrDefault("PATH"));
}
