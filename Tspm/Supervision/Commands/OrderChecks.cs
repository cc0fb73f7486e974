using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>Checks that several orders make before they change anything.</summary>
internal static class OrderChecks
{
    /// <summary>Refuses configs with missing or circular dependencies.</summary>
    public static void Dependencies(ProcessTable table, IReadOnlyList<ProcessConfig> configs)
    {
        if (!configs.Any(static config => config.DependsOn is not null)) return;
        var all = table.Definitions.ToDictionary(
            static definition => definition.Name, static definition => definition.Config);
        foreach (var config in configs) all[config.NameOrEmpty] = config;
        if (DependencyGraph.Problem(all, configs.Select(static config => config.NameOrEmpty)) is { } problem)
            throw new OrderRefusedException(problem);
    }

    /// <summary>Refuses to start anything if a script is missing.</summary>
    /// <param name="configs">The configs of the processes to be started.</param>
    /// <param name="missing">The needed scripts that were found missing just now.</param>
    public static void Scripts(IEnumerable<ProcessConfig> configs, IReadOnlySet<NeededScript> missing)
    {
        if (MissingScript.Describe(configs, missing) is { Count: > 0 } sentences)
            throw new OrderRefusedException($"{string.Join("; ", sentences)}; nothing was started");
    }

    /// <summary>
    /// Refuses single instances where an order acts on whole processes: it would change the others as well.
    /// </summary>
    /// <param name="verb">The verb of the order.</param>
    /// <param name="selected">The instances that were selected.</param>
    /// <param name="remedy">What to type instead.</param>
    /// <exception cref="InvalidOrderException">Not all instances of a process were selected.</exception>
    public static void WholeProcesses(
        string verb, IReadOnlyList<SupervisedProcess> selected, Func<ProcessDefinition, string> remedy)
    {
        foreach (var instances in selected.GroupBy(static process => process.Key.Id))
        {
            var definition = instances.First().Definition;
            if (instances.Count() == definition.Instances) continue;
            throw new InvalidOrderException(
                $"{verb} acts on all {definition.Instances} instances of '{definition.Name}'; type: "
                + remedy(definition));
        }
    }

    /// <summary>Refuses a change while the log files of the process are being renamed.</summary>
    public static void LogsAtRest(ProcessTable table, ProcessDefinition definition)
    {
        if (LogMoves.WhyNotChange(table, definition) is { } busy) throw new OrderRefusedException(busy);
    }

    /// <summary>Tells the user how to change the existing definition instead.</summary>
    public static OrderRefusedException AlreadyDefined(string name)
    {
        var set = $"tspm set {ShellWords.Quote(name)}";
        return new OrderRefusedException(
            $"'{name}' is already defined; to change it, type the same flags, or KEY=VALUE, after: {set}");
    }

    /// <summary>Replaces the kept environment of processes (<c>--update-env</c>).</summary>
    public static void ReplaceEnvironment(
        ProcessTable table, IReadOnlyList<SupervisedProcess> processes, CallerSettings caller)
    {
        var key = table.Environments.Keep(caller.Environment);
        foreach (var process in processes)
            if (process.Definition.EnvironmentKey != key || process.Definition.Launch != caller.Launch)
                table.Put(process.Definition with
                {
                    EnvironmentKey = key,
                    Launch = caller.Launch ?? process.Definition.Launch,
                });
    }
}
