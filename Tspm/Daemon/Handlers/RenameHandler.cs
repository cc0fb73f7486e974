using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary><c>rename</c>: the same process, number and child under another name; its log files follow, writing goes on.</summary>
internal static class RenameHandler
{
    public static async Task<RenameResponse> Handle(DaemonContext context, RenameRequest request)
    {
        if (ProcessName.Problem(request.NewName) is { } wrong)
            throw new RequestException(ErrorCode.InvalidParams, wrong, new RpcErrorData { Path = "params.newName", Found = request.NewName });
        var (cells, problem, saved) = await context.Supervisor.Change(supervisor =>
        {
            var ids = supervisor.Select([request.Selector]).Select(cell => cell.Key.Id).Distinct().ToList();
            if (ids.Count != 1) throw new RequestException(ErrorCode.Failed, $"'{request.Selector}' means {ids.Count} processes; rename takes exactly one");
            var instances = supervisor.Table.Instances(ids[0])!;
            var definition = instances[0].Definition;
            if (supervisor.Table.ByName(request.NewName) is { } other && other.Id != definition.Id)
                throw new RequestException(ErrorCode.Failed, $"the name '{request.NewName}' is taken by process {other.Id}");
            var before = instances.SelectMany(cell => new[] { cell.View.OutLog, cell.View.ErrLog }).ToList();
            supervisor.Table.Put(definition with { Config = definition.Config with { Name = request.NewName } });
            foreach (var dependent in supervisor.Dependencies.Dependents(definition.Name).ToList())
                supervisor.Table.Put(dependent with
                {
                    Config = dependent.Config with
                    {
                        DependsOn = [.. dependent.Config.DependsOn!.Select(dependency => dependency.Name == definition.Name ? dependency with { Name = request.NewName } : dependency)],
                    },
                });
            var after = instances.SelectMany(cell => new[] { cell.View.OutLog, cell.View.ErrLog }).ToList();
            // Waited for here, so that no new run opens a file under the new name in between.
            var renamed = context.Outputs.Rename([.. before.Zip(after).Distinct()]).GetAwaiter().GetResult();
            return (instances, renamed, supervisor.Save());
        });
        var error = await Settle.Unsaved(saved) ?? problem;
        return new RenameResponse { Success = error is null, Processes = [.. cells.Select(cell => Settle.Outcome(cell.View))], Error = error };
    }
}
