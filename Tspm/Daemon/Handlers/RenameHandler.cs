using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>rename</c>: the same process, number and child under another name; its log files follow once that is saved, and
/// writing goes on.
/// </summary>
internal static class RenameHandler
{
    public static async Task<RenameResponse> Handle(DaemonContext context, RenameRequest request)
    {
        if (ProcessName.Problem(request.NewName) is { } wrong)
            throw new RequestException(ErrorCode.InvalidParams, wrong, new RpcErrorData { Path = "params.newName", Found = request.NewName });
        var (id, cells, saved) = await context.Supervisor.Change(supervisor =>
        {
            // Exactly one is meant: here even 'all' may be a name, which earlier versions allowed.
            var ids = supervisor.Table.ByName(request.Selector) is { } known
                ? [known.Id]
                : supervisor.Selection.Select([request.Selector]).Select(cell => cell.Key.Id).Distinct().ToList();
            if (ids.Count != 1) throw new RequestException(ErrorCode.Failed, $"'{request.Selector}' means {ids.Count} processes; rename takes exactly one");
            var instances = supervisor.Table.Instances(ids[0])!;
            Rename(supervisor, instances[0].Definition, request.NewName);
            return (ids[0], instances, supervisor.Save());
        });
        var error = await Settle.Unsaved(saved)
            ?? await context.Supervisor.Ask(supervisor => supervisor.LogMoves.ProblemOf(id));
        return new RenameResponse { Success = error is null, Processes = [.. cells.Select(cell => Settle.Outcome(cell.View))], Error = error };
    }

    /// <summary>Of the definition, and in all that depend on it.</summary>
    public static void Rename(Supervisor supervisor, ProcessDefinition definition, string name)
    {
        if (supervisor.Table.ByName(name) is { } other && other.Id != definition.Id)
            throw new RequestException(ErrorCode.Failed, $"the name '{name}' is taken by process {other.Id}");
        if (supervisor.Table.NameProblem(name, definition.Id) is { } taken)
            throw new RequestException(ErrorCode.Failed, taken);
        if (LogMoves.WhyNotChange(supervisor.Table, definition) is { } busy)
            throw new RequestException(ErrorCode.Failed, busy);
        supervisor.Put(definition with { Config = definition.Config with { Name = name } });
        foreach (var dependent in supervisor.Dependencies.Dependents(definition.Name))
            supervisor.Put(dependent with
            {
                Config = dependent.Config with
                {
                    DependsOn =
                        [.. dependent.Config.DependsOn!.Select(dependency => dependency.Name == definition.Name
                        ? dependency with { Name = name } : dependency)],
                },
            });
    }
}
