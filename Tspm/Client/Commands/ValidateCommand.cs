using Tspm.Client.Output;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Client.Commands;

/// <summary><c>validate FILE</c>: is a config file right? Asks no daemon, so what the file depends on and does not hold is only told.</summary>
internal static class ValidateCommand
{
    public static int Run(ClientSession session, string file)
    {
        var configs = Defining.ProjectFile.Read(file).Processes;
        var all = new Dictionary<string, ProcessConfig>(StringComparer.Ordinal);
        foreach (var config in configs) all[config.NameOrEmpty] = config;
        foreach (var config in configs)
            foreach (var needed in config.DependsOn ?? [])
                if (all.TryAdd(needed.Name, new ProcessConfig { Name = needed.Name }))
                    session.Err.WriteLine(ControlText.Escape($"'{config.Name}' depends on '{needed.Name}', which is not in this file: it has to be defined already"));
        if (DependencyGraph.Problem(all, configs.Select(static config => config.NameOrEmpty)) is { } problem) throw new DaemonException(ErrorCode.Failed, $"{file}: {problem}");
        session.Out.WriteLine($"{ControlText.Escape(file)} is right: {Display.Number(configs.Count)} {(configs.Count == 1 ? "process" : "processes")}");
        return ExitCodes.Done;
    }
}
