using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>env</c>: the environment that the next child gets.</summary>
internal static class EnvHandler
{
    public static Task<EnvResponse> Handle(DaemonContext context, EnvRequest request) => context.Supervisor.Ask(supervisor => new EnvResponse
    {
        Processes = [.. supervisor.Select(request.Selectors).Select(cell => Environment(supervisor, cell))],
    });

    static ProcessEnvironment Environment(Supervisor supervisor, SupervisedProcess cell)
    {
        var environment = ChildEnvironment.Build(cell.Definition, cell.Key.Instance, supervisor.Table.EnvironmentOf(cell.Definition), out var problem);
        if (environment is null) throw new RequestException(ErrorCode.Failed, problem!);
        return new ProcessEnvironment { Id = cell.Key.Id, Name = cell.Definition.Name, Instance = cell.Key.Instance, Env = environment };
    }
}
