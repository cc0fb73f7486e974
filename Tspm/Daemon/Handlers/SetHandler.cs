using Tspm.Config;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>set</c>: changes members of a config. What runs keeps its values until its next start, and the answer says which ones.</summary>
internal static class SetHandler
{
    public static async Task<SetResponse> Handle(DaemonContext context, SetRequest request)
    {
        var (cells, saved) = await context.Supervisor.Change(supervisor =>
        {
            var selected = supervisor.Select(request.Selectors);
            var changed = selected.Select(cell => cell.Definition).DistinctBy(definition => definition.Id)
                .Select(definition => definition with { Config = Assignments.Apply(definition.Config, request.Assignments) }).ToList();
            foreach (var definition in changed) RefuseOtherInstances(supervisor, definition);
            return (changed.SelectMany(supervisor.Table.Put).ToList(), supervisor.Save());
        });
        var error = await Settle.Unsaved(saved);
        return new SetResponse
        {
            Success = error is null,
            Processes = [.. cells.Select(cell => Settle.Outcome(cell.View))],
            RestartNeeded = [.. cells.Where(cell => cell.State.HasChild).Select(cell => cell.Definition.Name).Distinct()],
            Error = error,
        };
    }

    static void RefuseOtherInstances(Supervisor supervisor, ProcessDefinition definition)
    {
        var present = supervisor.Table.Instances(definition.Id)!;
        if (present.Length != definition.Instances && present.Any(cell => cell.State.Phase != LifecyclePhase.Stopped))
            throw new RequestException(ErrorCode.Failed, $"'{definition.Name}' has {present.Length} instances; stop it before changing their number");
    }
}
