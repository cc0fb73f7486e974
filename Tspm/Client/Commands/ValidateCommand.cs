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
/// <c>validate FILE</c>: is a config file right? Asks no daemon, so what the file depends on and does not hold is only
/// told.
/// </summary>
[RegisterCommands]
internal sealed class ValidateCommand
{
    [Command("validate")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) => Validate(session, line.Words[0]));

    static int Validate(ClientSession session, string file)
    {
        var configs = Defining.ProjectFile.Read(file).Processes;
        var all = new Dictionary<string, ProcessConfig>(StringComparer.Ordinal);
        foreach (var config in configs) all[config.NameOrEmpty] = config;
        foreach (var config in configs)
            foreach (var needed in config.DependsOn ?? [])
                if (all.TryAdd(needed.Name, new ProcessConfig { Name = needed.Name }))
                    session.Err.WriteLine(ControlText.Escape($"'{config.Name}' depends on '{needed.Name}', which is "
                        + "not in this file: it has to be defined already"));
        if (DependencyGraph.Problem(all, configs.Select(static config => config.NameOrEmpty)) is { } problem)
            throw new DaemonException(ErrorCode.Failed, $"{file}: {problem}");
        foreach (var config in configs)
            foreach (var missing in Missing(config))
                session.Err.WriteLine(ControlText.Escape($"warning: '{config.Name}': {missing}"));
        session.Out.WriteLine($"{ControlText.Escape(file)} is right: {Display.Number(configs.Count)} "
            + $"{(configs.Count == 1 ? "process" : "processes")}");
        return ExitCodes.Done;
    }

    /// <summary>What a start would not find here and now. It may be there by then, or on another machine.</summary>
    static IEnumerable<string> Missing(ProcessConfig config)
    {
        var folder = config.ProjectDir ?? Environment.CurrentDirectory;
        if (!Directory.Exists(folder)) yield return $"there is no folder {folder}";
        if (config.EnvFile is { } envFile && !File.Exists(Path.Combine(folder, envFile)))
            yield return $"there is no file {Path.Combine(folder, envFile)} (envFile)";
        if (MissingScript.Of(config) is { } missing) yield return missing;
        if (LaunchPlan.Of(config) is not { UsesShell: false, Program: { } program }) yield break;
        var isThere = program.Contains('/', StringComparison.Ordinal)
            ? File.Exists(Path.Combine(folder, program)) : Interpreters.IsOnPath(program);
        if (isThere) yield break;
        var isInFolder = !program.Contains('/', StringComparison.Ordinal) && File.Exists(Path.Combine(folder, program));
        yield return isInFolder
            ? $"there is no program '{program}' on the PATH; {Path.Combine(folder, program)} is there: "
                + $"write ./{program}, or give it an interpreter"
            : $"there is no program '{program}' here";
    }
}
