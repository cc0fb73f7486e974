using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Client.Terminal;
using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>validate FILE</c>: checks a config file without a daemon. So a dependency on a process outside the file is only
/// reported, not an error.
/// </summary>
[RegisterCommands]
internal sealed class ValidateCommand
{
    [Command("validate")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) => Validate(session, Defining.DefaultFile.Of(line)));

    static int Validate(ClientSession session, string file)
    {
        var configs = Defining.ProjectFile.Read(file).Processes;
        var all = new Dictionary<string, ProcessConfig>(StringComparer.Ordinal);
        foreach (var config in configs) all[config.NameOrEmpty] = config;
        foreach (var config in configs)
            foreach (var needed in config.DependsOn ?? [])
                if (all.TryAdd(needed.Name, new ProcessConfig { Name = needed.Name }))
                    session.Err.WriteLine(ControlText.Escape($"'{config.Name}' depends on '{needed.Name}', which is "
                        + "not in this file; it must already be defined"));
        if (DependencyGraph.Problem(all, configs.Select(static config => config.NameOrEmpty)) is { } problem)
            throw new DaemonException(ErrorCode.Failed, $"{file}: {problem}");
        foreach (var config in configs)
            foreach (var missing in MissingParts.Of(config, Environment.CurrentDirectory, Interpreters.IsOnPath))
                session.Err.WriteLine(ControlText.Escape($"warning: '{config.Name}': {missing}"));
        session.Out.WriteLine($"{ControlText.Escape(file)} is valid ({Display.Number(configs.Count)} "
            + $"{(configs.Count == 1 ? "process" : "processes")})");
        return ExitCodes.Done;
    }
}
