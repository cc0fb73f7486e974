using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Daemon.Control;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Answers;

/// <summary>Completes and checks the configs of a request before anything is changed.</summary>
internal static class Definitions
{
    /// <summary>
    /// Returns the configs with a name and an absolute working directory each.
    /// </summary>
    /// <exception cref="RequestException">A config or the client's folder is not valid.</exception>
    public static IReadOnlyList<ProcessConfig> Complete(IReadOnlyList<ProcessConfig> configs, ClientContext client)
    {
        if (!IsFolder(client.WorkingDirectory) || client.WorkingDirectory[0] != '/')
            throw Invalid("params.client.workingDirectory",
                "params.client.workingDirectory must be the absolute path of a folder", "an absolute path",
                    JsonProblems.Quote(client.WorkingDirectory));
        var complete = new List<ProcessConfig>(configs.Count);
        for (var i = 0; i < configs.Count; i++)
        {
            var config = DefaultProcessName.Fill(configs[i]);
            if (config.ProjectDir?.Contains('\0') == true)
                throw Invalid($"params.define[{i}].projectDir",
                    $"params.define[{i}].projectDir must be the path of a folder", "a path",
                        JsonProblems.Quote(config.ProjectDir));
            config = config with { ProjectDir = Path.GetFullPath(config.ProjectDir ?? ".", client.WorkingDirectory) };
            Check(config, $"params.define[{i}]");
            if (complete.Any(other => other.Name == config.Name))
                throw Invalid(
                    $"params.define[{i}].name",
                    $"two definitions have the name '{config.Name}'; give each a unique name",
                    "a unique name", config.Name!);
            complete.Add(config);
        }
        return complete;
    }

    /// <summary>Checks a config. People read the message, so it names fields as they do in a config file.</summary>
    /// <param name="config">The config, with its name.</param>
    /// <param name="path">Where the config is in the request; only the details of the error say it.</param>
    /// <exception cref="RequestException">The config is not valid; the message names every problem.</exception>
    public static void Check(ProcessConfig config, string path)
    {
        var problems = ConfigValidation.Validate(config, path);
        if (problems.Count == 0) return;
        var first = problems[0];
        var sentences = problems.Select(problem => problem.Sentence.Replace($"{path}.", "", StringComparison.Ordinal));
        throw Invalid(first.Path, string.Join("; ", sentences), first.Expected, first.Found);
    }

    /// <summary>Checks the project that the client names; null if it names none.</summary>
    /// <exception cref="RequestException">The project is not valid.</exception>
    public static void CheckProject(string? project)
    {
        if (project is null || ProjectName.IsValid(project)) return;
        throw Invalid("params.project", $"params.project must be {ProjectName.Expected}", ProjectName.Expected,
            JsonProblems.Quote(project));
    }

    /// <returns>Null if there are no notes.</returns>
    public static IReadOnlyList<string>? NotesOrNull(IEnumerable<string> notes) =>
        notes.ToList() is { Count: > 0 } some ? some : null;

    /// <summary>Returns the settings that processes inherit from the client that defines them.</summary>
    public static CallerSettings CallerOf(ClientContext client) => new()
    {
        Environment = client.Environment,
        OpenFilesLimit = client.OpenFilesLimit,
        Launch = client.Launch,
    };

    /// <summary>Checks the syntax only; whether the folder exists matters when a process starts.</summary>
    static bool IsFolder(string path) => path.Length > 0 && !path.Contains('\0');

    static RequestException Invalid(string path, string sentence, string expected, string found) =>
        new(ErrorCode.InvalidParams, sentence, new RpcErrorData { Path = path, Expected = expected, Found = found });
}
