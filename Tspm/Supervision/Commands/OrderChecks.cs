using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>What several orders check before they change anything.</summary>
internal static class OrderChecks
{
    /// <summary>Refuses configs that depend on what is not defined, or on themselves.</summary>
    public static void Dependencies(ProcessTable table, IReadOnlyList<ProcessConfig> configs)
    {
        if (!configs.Any(static config => config.DependsOn is not null)) return;
        var all = table.Definitions.ToDictionary(
            static definition => definition.Name, static definition => definition.Config);
        foreach (var config in configs) all[config.NameOrEmpty] = config;
        if (DependencyGraph.Problem(all, configs.Select(static config => config.NameOrEmpty)) is { } problem)
            throw new OrderRefusedException(problem);
    }

    /// <summary>Refuses configs that are to be started and whose scripts are missing, before anything is.</summary>
    /// <param name="configs">What is to be started.</param>
    /// <param name="sentences">By name, those about scripts that are missing.</param>
    public static void Scripts(IEnumerable<ProcessConfig> configs, IReadOnlyDictionary<string, string> sentences)
    {
        var missing = new List<string>();
        foreach (var config in configs)
            if (sentences.TryGetValue(config.NameOrEmpty, out var sentence)) missing.Add(sentence);
        if (missing.Count > 0)
            throw new OrderRefusedException($"{string.Join("; ", missing)}; nothing was started");
    }

    /// <summary>Refuses a change while the log files of the process are being renamed.</summary>
    public static void LogsAtRest(ProcessTable table, ProcessDefinition definition)
    {
        if (LogMoves.WhyNotChange(table, definition) is { } busy) throw new OrderRefusedException(busy);
    }

    /// <summary>Says how to change it instead.</summary>
    public static OrderRefusedException AlreadyDefined(string name)
    {
        var set = $"tspm set {ShellWords.Quote(name)}";
        return new OrderRefusedException(
            $"'{name}' is defined already; change it with: {set} KEY=VALUE, a variable with: {set} --env KEY=VALUE");
    }

    /// <summary>Replaces the kept environment of processes (<c>--update-env</c>).</summary>
    public static void Renew(ProcessTable table, IReadOnlyList<SupervisedProcess> cells, CallerSettings caller)
    {
        var key = table.Environments.Keep(caller.Environment);
        foreach (var cell in cells)
            if (cell.Definition.EnvironmentKey != key || cell.Definition.Launch != caller.Launch)
                table.Put(cell.Definition with
                {
                    EnvironmentKey = key,
                    Launch = caller.Launch ?? cell.Definition.Launch,
                });
    }
}
