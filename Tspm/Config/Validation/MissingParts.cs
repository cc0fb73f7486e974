using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// Finds what a start of a process would miss on this machine now. These are warnings: the part may exist by the time
/// of the start, or on the machine that the config is for.
/// </summary>
internal static class MissingParts
{
    /// <summary>Sentences about the working directory, files, users and the program.</summary>
    /// <param name="config">The config.</param>
    /// <param name="otherwise">The working directory if the config names none.</param>
    /// <param name="isOnPath">Whether the PATH of the process has a program.</param>
    public static IEnumerable<string> Of(ProcessConfig config, string otherwise, Func<string, bool> isOnPath)
    {
        var folder = config.ProjectDir ?? otherwise;
        if (!Directory.Exists(folder)) yield return $"the folder {folder} does not exist";
        if (config.EnvFile is { } envFile && !File.Exists(Path.Combine(folder, envFile)))
            yield return $"the file {Path.Combine(folder, envFile)} does not exist (envFile)";
        foreach (var sentence in WatchPaths(config, folder)) yield return sentence;
        if (config.User is { } user && FileSystem.UserIdOf(user) is null) yield return $"there is no user '{user}'";
        if (config.Group is { } group && !FileSystem.IsGroup(group)) yield return $"there is no group '{group}'";
        if (MissingScript.FindFor(config) is { } script) yield return script;
        if (Program(config, folder, isOnPath) is { } program) yield return program;
    }

    /// <summary>Sentences about paths that are to be watched and are not there, so that nothing is noticed.</summary>
    /// <param name="config">The config.</param>
    /// <param name="folder">Its working directory.</param>
    public static IEnumerable<string> WatchPaths(ProcessConfig config, string folder)
    {
        foreach (var path in config.WatchPaths ?? [])
            if (!Glob.IsPattern(path) && !Path.Exists(Path.Combine(folder, path)))
                yield return $"the path {Path.Combine(folder, path)} does not exist (watchPaths)";
    }

    /// <summary>The sentence as a warning about this process.</summary>
    public static string Warning(ProcessConfig config, string sentence) => $"warning: '{config.Name}': {sentence}";

    /// <summary>Those of one config that another does not have.</summary>
    /// <param name="config">The new config.</param>
    /// <param name="before">The config before the change; null if there was none.</param>
    /// <param name="isOnPath">See <see cref="Of"/>.</param>
    /// <returns>Sentences with the name of the process.</returns>
    public static IEnumerable<string> New(ProcessConfig config, ProcessConfig? before, Func<string, bool> isOnPath)
    {
        List<string> known = before is null ? [] : [.. Of(before, "/", isOnPath)];
        return Of(config, "/", isOnPath).Where(sentence => !known.Contains(sentence))
            .Select(sentence => Warning(config, sentence));
    }

    static string? Program(ProcessConfig config, string folder, Func<string, bool> isOnPath)
    {
        if (LaunchPlan.For(config) is not { UsesShell: false, Program: { } program }) return null;
        var isPath = program.Contains('/', StringComparison.Ordinal);
        if (isPath ? File.Exists(Path.Combine(folder, program)) : isOnPath(program)) return null;
        return !isPath && File.Exists(Path.Combine(folder, program))
            ? $"the program '{program}' is not on the PATH; to run {Path.Combine(folder, program)}, "
                + $"write ./{program}, or set an interpreter"
            : $"the program '{program}' was not found";
    }
}
