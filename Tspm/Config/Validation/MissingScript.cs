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
    public static string? FindFor(ProcessConfig config) => NeededBy(config)?.LookUp();

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
    public static List<string> Among(IEnumerable<ProcessConfig> configs)
    {
        var missing = new List<string>();
        foreach (var config in configs)
            if (FindFor(config) is { } sentence) missing.Add($"'{config.Name}': {sentence}");
        return missing;
    }

    /// <summary>The same sentences, by the names of the processes.</summary>
    /// <param name="configs">The configs, complete.</param>
    public static Dictionary<string, string> ByName(IEnumerable<ProcessConfig> configs)
    {
        var missing = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var config in configs)
            if (FindFor(config) is { } sentence) missing[config.NameOrEmpty] = $"'{config.Name}': {sentence}";
        return missing;
    }

    static bool IsWithoutFile(string option) => Array.IndexOf(WithoutFile, option) >= 0;

    static string? ScriptOf(ProcessConfig config)
    {
        if (config.Args is not null) return config.Command;
        return ShellWords.Split(config.Command ?? "") is { Count: > 0 } words ? words[0] : null;
    }
}
