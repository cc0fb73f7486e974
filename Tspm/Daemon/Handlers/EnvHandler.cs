using Tspm.Daemon.Control;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Starting;

namespace Tspm.Daemon.Handlers;

/// <summary><c>env</c>: the environment that the next child gets.</summary>
internal sealed class EnvHandler() : Handler<EnvRequest, EnvResponse>(Methods.Env)
{
    public override async Task<EnvResponse> Handle(DaemonContext context, EnvRequest request, Requester? by)
    {
        var chosen = await context.Supervisor.Ask(
            new SupervisorQuery.KeptEnvironments { Selectors = request.Selectors });
        // Env files are read here and not on the supervisor's thread, because a file system may be slow.
        var processes = chosen.Select(one => Environment(one.Definition, one.Key, one.Variables)).ToList();
        return new EnvResponse { Processes = processes };
    }

    static ProcessEnvironment Environment(ProcessDefinition definition, InstanceKey key,
        IReadOnlyDictionary<string, string> kept)
    {
        var environment = EnvironmentReader.Read(definition, key.Instance, kept, out var problem);
        if (environment is null) throw new RequestException(ErrorCode.Failed, problem!);
        return new ProcessEnvironment
        {
            Id = key.Id,
            Name = definition.Name,
            Instance = key.Instance,
            Env = environment,
        };
    }
}
