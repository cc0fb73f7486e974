using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// Checks that a script exists if Tspm chose the interpreter for it: otherwise the interpreter would run, fail and be
/// restarted, and nothing would say why. The file system is read at the time of the check, shortly before the start.
/// </summary>
internal static class MissingScript
{
    /// <summary>Options after which an interpreter runs no file: a text, or a module by name.</summary>
    static readonly string[] WithoutFile = ["-c", "-e", "-m", "-p", "--eval", "--print"];

    /// <summary>A sentence such as "there is no script app.js in /srv"; null: it is there, or need not be.</summary>
    public static string? FindFor(ProcessConfig config) =>
        NeededBy(config) is { } script && script.IsMissing() ? script.Sentence : null;

    /// <summary>The script that has to be there; null: none has to.</summary>
    public static NeededScript? NeededBy(ProcessConfig config)
    {
        if (config is not { Interpreter: { } program, ProjectDir: { } folder } || ScriptOf(config) is not { } script)
            return null;
        // Any other program may find the script elsewhere: in a container or on another machine.
        if (ShellWords.Split(program) is not { Count: > 0 } words || words.Skip(1).Any(IsWithoutFile)) return null;
        if (Interpreters.ForScript(script, static _ => true) is not { } chosen) return null;
        if (!Interpreters.IsSame(words[0], chosen)) return null;
        var sentence = Path.IsPathRooted(script)
            ? $"there is no script {script}" : $"there is no script {script} in {folder}";
        return new NeededScript(Path.Combine(folder, script), folder, sentence);
    }

    /// <summary>A sentence with the name of each process of a file whose script is missing.</summary>
    /// <param name="configs">The configs, complete.</param>
    public static List<string> Among(IReadOnlyCollection<ProcessConfig> configs) =>
        Describe(configs, NeededBy(configs).Where(static script => script.IsMissing()).ToHashSet());

    /// <summary>The scripts that have to exist for these processes.</summary>
    public static IReadOnlySet<NeededScript> NeededBy(IEnumerable<ProcessConfig> configs) =>
        configs.Select(NeededBy).OfType<NeededScript>().ToHashSet();

    /// <summary>A sentence with the name of each process whose script is missing.</summary>
    /// <param name="configs">The configs, complete.</param>
    /// <param name="missing">The needed scripts that were found missing.</param>
    public static List<string> Describe(IEnumerable<ProcessConfig> configs, IReadOnlySet<NeededScript> missing)
    {
        var sentences = new List<string>();
        foreach (var config in configs)
            if (NeededBy(config) is { } script && missing.Contains(script))
                sentences.Add($"'{config.Name}': {script.Sentence}");
        return sentences;
    }

    static bool IsWithoutFile(string option) => Array.IndexOf(WithoutFile, option) >= 0;

    static string? ScriptOf(ProcessConfig config)
    {
        if (config.Args is not null) return config.Command;
        return ShellWords.Split(config.Command ?? "") is { Count: > 0 } words ? words[0] : null;
    }
}
