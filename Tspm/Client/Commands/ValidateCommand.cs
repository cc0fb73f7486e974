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
                        + "not in this file; it must already be defined"));
        if (DependencyGraph.Problem(all, configs.Select(static config => config.NameOrEmpty)) is { } problem)
            throw new DaemonException(ErrorCode.Failed, $"{file}: {problem}");
        foreach (var config in configs)
            foreach (var missing in Missing(config))
                session.Err.WriteLine(ControlText.Escape($"warning: '{config.Name}': {missing}"));
        session.Out.WriteLine($"{ControlText.Escape(file)} is valid ({Display.Number(configs.Count)} "
            + $"{(configs.Count == 1 ? "process" : "processes")})");
        return ExitCodes.Done;
    }

    /// <summary>
    /// Finds what a start would miss on this machine now. It may exist by the time of the start, or on another machine.
    /// </summary>
    static IEnumerable<string> Missing(ProcessConfig config)
    {
        var folder = config.ProjectDir ?? Environment.CurrentDirectory;
        if (!Directory.Exists(folder)) yield return $"the folder {folder} does not exist";
        if (config.EnvFile is { } envFile && !File.Exists(Path.Combine(folder, envFile)))
            yield return $"the file {Path.Combine(folder, envFile)} does not exist (envFile)";
        if (MissingScript.FindFor(config) is { } missing) yield return missing;
        if (LaunchPlan.For(config) is not { UsesShell: false, Program: { } program }) yield break;
        var isThere = program.Contains('/', StringComparison.Ordinal)
            ? File.Exists(Path.Combine(folder, program)) : Interpreters.IsOnPath(program);
        if (isThere) yield break;
        var isInFolder = !program.Contains('/', StringComparison.Ordinal) && File.Exists(Path.Combine(folder, program));
        yield return isInFolder
            ? $"the program '{program}' is not on the PATH; to run {Path.Combine(folder, program)}, "
                + $"write ./{program}, or set an interpreter"
            : $"the program '{program}' was not found";
    }
}
