using System.Text.Json;
using Tspm.Config.Validation;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Config;

/// <summary>
/// Reads a config file: <c>{ "processes": [ … ] }</c> in JSON (comments and trailing commas allowed) or
/// <c>[[processes]]</c> in TOML. All or nothing: if one process is not valid, none is read. All problems are listed at
/// once, with their lines, so that a file can be fixed in one go and is never half applied.
/// </summary>
internal static class ConfigFile
{
    /// <summary>The form of a config file, for error messages.</summary>
    public const string Shape = "{ \"processes\": [ … ] }";

    const string List = "processes";

    const string ProjectKey = "project";

    /// <summary>The content of a file.</summary>
    /// <param name="Project">See <see cref="ProjectName"/>; null if the file has none, and then the folder of the file
    /// is the project.</param>
    /// <param name="Processes">The processes in file order, complete with name and absolute projectDir.</param>
    public sealed record Content(string? Project, IReadOnlyList<ProcessConfig> Processes);

    /// <summary>Refers to the JSON Schema for editors; Tspm ignores it.</summary>
    const string SchemaKey = "$schema";

    /// <summary>
    /// Reads the processes in file order, complete with name and absolute projectDir. Throws <see
    /// cref="ConfigFileException"/>.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="folder">
    /// The folder of the file as the shell names it, which may contain links; null for its real path.
    /// </param>
    public static IReadOnlyList<ProcessConfig> Read(string path, string? folder = null) =>
        ReadAll(path, folder).Processes;

    /// <summary>Reads the processes and the project. Throws <see cref="ConfigFileException"/>.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="folder">See <see cref="Read"/>.</param>
    public static Content ReadAll(string path, string? folder = null)
    {
        var document = ConfigDocument.Read(path);
        folder ??= Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        var problems = new List<ConfigProblem>();
        var configs = new List<ProcessConfig?>();
        foreach (var (element, at) in Entries(document.Root, problems))
            configs.Add(ReadOne(element, at, folder, problems));
        FindDuplicates(configs, problems, document.Lines);
        FindCycle(configs, problems);
        return problems.Count == 0
            ? new Content(ProjectOf(document.Root), configs.ConvertAll(static config => config!))
            : throw ConfigProblemList.Refuse(path, problems, document.Lines);
    }

    /// <summary>The project of a file that <see cref="Entries"/> has checked.</summary>
    static string? ProjectOf(JsonElement root) =>
        root.TryGetProperty(ProjectKey, out var project) && JsonTypes.TryText(project, out var text) ? text : null;

    static void CheckProject(JsonElement value, bool isSecond, List<ConfigProblem> problems)
    {
        if (isSecond) problems.Add(Problem(JsonProblems.Duplicate(ProjectKey)));
        else if (value.ValueKind != JsonValueKind.String || !JsonTypes.TryText(value, out var text))
            problems.Add(Problem(JsonProblems.WrongKind(ProjectKey, "text", value)));
        else if (!ProjectName.IsValid(text))
            problems.Add(new ConfigProblem(ProjectKey, JsonProblems.Quote(text), ProjectName.Expected,
                $"{ProjectKey} must be {ProjectName.Expected}, but is {JsonProblems.Quote(text)}"));
    }

    static List<(JsonElement Element, string At)> Entries(JsonElement root, List<ConfigProblem> problems)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new ConfigProblem("", JsonProblems.Show(root), Shape,
                $"the file must contain {Shape}, but is {JsonProblems.Show(root)}"));
            return [];
        }
        var lists = new List<JsonElement>();
        var projects = 0;
        foreach (var member in root.EnumerateObject())
        {
            var name = JsonTypes.TryName(member, out var text) ? text : "";
            if (name == List) lists.Add(member.Value);
            else if (name == ProjectKey) CheckProject(member.Value, ++projects > 1, problems);
            else if (name != SchemaKey)
                problems.Add(Problem(JsonProblems.Unknown("", name, [List, ProjectKey])));
        }
        if (lists.Count == 0) problems.Add(Problem(JsonProblems.Missing(List, "a list [ … ] of objects")));
        else if (lists.Count > 1) problems.Add(Problem(JsonProblems.Duplicate(List)));
        else if (lists[0].ValueKind != JsonValueKind.Array)
            problems.Add(Problem(JsonProblems.WrongKind(List, "a list [ … ] of objects", lists[0])));
        else return [.. lists[0].EnumerateArray().Select(static (element, index) => (element, $"{List}[{index}]"))];
        return [];
    }

    /// <summary>
    /// Reads one process. What does not fit its type is reported and left out, so that the rest is checked too and a
    /// file is corrected in one round.
    /// </summary>
    /// <returns>Null if nothing of the process can be used, not even its name.</returns>
    static ProcessConfig? ReadOne(JsonElement element, string at, string folder, List<ConfigProblem> problems)
    {
        var type = WireJson.Default.ProcessConfig;
        var said = FileUnits.AsNumbers(EnvNumbers.AsText(element));
        var misfits = StrictJson.Problems(said, type, at, ConfigFieldHints.Instance);
        problems.AddRange(misfits.Select(static misfit => Problem(FileUnits.Explain(misfit))));
        var misfitting = new MisfittingParts(at, misfits);
        // Serialised again: an element keeps its source text, in which comments and trailing commas would stop the
        // deserialiser.
        if (misfitting.Remove(said) is not { } rest || StrictJson.Problems(rest, type, at).Count > 0) return null;
        var read = StrictJson.Read(rest, type, at);
        var config = DefaultProcessName.Fill(read with { ProjectDir = Place(read.ProjectDir, folder) });
        foreach (var problem in ConfigValidation.Validate(config, at))
            if (!misfitting.Concerns(problem.Path)) problems.Add(FileUnits.AsTyped(problem, element, at));
        return misfitting.Concerns($"{at}.command") && read.Name is null ? null : config;
    }

    /// <summary>
    /// A relative directory starts from the folder of the file, so that a file means the same wherever it is read from.
    /// </summary>
    static string Place(string? projectDir, string folder)
    {
        if (projectDir is null) return folder;
        return projectDir.Contains('\0') ? projectDir : Path.GetFullPath(projectDir, folder);
    }

    static void FindDuplicates(
        List<ProcessConfig?> configs, List<ConfigProblem> problems, OrderedDictionary<string, int> lines)
    {
        var first = new Dictionary<string, string>();
        for (var i = 0; i < configs.Count; i++)
        {
            if (configs[i] is not { Name: { } name }) continue;
            var at = $"{List}[{i}]";
            if (first.TryAdd(name, at)) continue;
            var other = first[name] + ConfigProblemList.LineOf(lines, first[name], " (line ", ")");
            var sentence = $"{at} has the same name as {other}, '{name}'; give each process its own name";
            problems.Add(new ConfigProblem(at + ".name", JsonProblems.Quote(name), "a name that no other process has",
                sentence));
        }
    }

    /// <summary>Processes of a file that wait for each other can never start, whatever else is defined.</summary>
    static void FindCycle(List<ProcessConfig?> configs, List<ConfigProblem> problems)
    {
        var all = new Dictionary<string, ProcessConfig>();
        foreach (var config in configs)
            if (config is { Name: { } name }) all.TryAdd(name, config);
        if (DependencyGraph.FindCycle(all) is not { } cycle) return;
        var at = $"{List}[{configs.FindIndex(config => config?.Name == cycle[0])}].dependsOn";
        var words = string.Join(" → ", cycle);
        problems.Add(new ConfigProblem(at, words, "no cycle", $"{at}: {DependencyGraph.CycleSentence(cycle)}"));
    }

    static ConfigProblem Problem(JsonProblem problem) =>
        new(problem.Path, problem.Found, problem.Expected, problem.Sentence);
}
