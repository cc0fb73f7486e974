using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Import;

/// <summary>The settings of an app that say what it runs, as PM2 names them.</summary>
internal sealed record Pm2ScriptWords(
    string Name, string Script, IReadOnlyList<string>? Args, string? Interpreter,
    IReadOnlyList<string> InterpreterArgs);

/// <summary>Finds out which program PM2 would run for an app, and with which interpreter.</summary>
internal static class Pm2Script
{
    /// <summary>The config with command, arguments and interpreter.</summary>
    /// <param name="config">The config with its folder.</param>
    /// <param name="words">The settings of the app.</param>
    /// <param name="look">Finds out what a path leads to.</param>
    /// <param name="imported">Receives what could not be imported.</param>
    /// <param name="isNode">
    /// Whether PM2 would run the app with Node or Bun: with several instances, such an app is a cluster.
    /// </param>
    public static ProcessConfig Complete(
        ProcessConfig config, Pm2ScriptWords words, Func<string, ScriptKind> look, Imported imported, out bool isNode)
    {
        isNode = false;
        var (script, args) = (words.Script, words.Args);
        // No path has a NUL character; the validation says so.
        var kind = script.Contains('\0') ? ScriptKind.None : look(Path.GetFullPath(script, config.ProjectDir!));
        if (kind == ScriptKind.None && IsLine(words)) return config with { Command = Line(script, args) };
        var interpreter = Interpreter(words, kind, imported);
        isNode = interpreter is not null
            && (interpreter.EndsWith("node", StringComparison.Ordinal)
                || interpreter.EndsWith("bun", StringComparison.Ordinal));
        // PM2 finds the program in the folder of the app; a PATH lookup would not.
        if (interpreter is null && kind != ScriptKind.None && !script.Contains('/')) script = "./" + script;
        var options = words.InterpreterArgs;
        if (interpreter is null && options.Count > 0)
            imported.Leave(
                words.Name, "interpreter_args", string.Join(' ', options), "the app has no interpreter");
        return config with
        {
            Interpreter = interpreter is null ? null : Quoted(interpreter, options),
            Command = script,
            Args = args ?? [],
        };
    }

    /// <summary>
    /// Whether PM2 treats the script as a shell command line, because it contains spaces or operators.
    /// </summary>
    static bool IsLine(Pm2ScriptWords words) =>
        words.Script.AsSpan().ContainsAny(' ', '|', '&') && words.Interpreter is null or "none" or "bash" or "sh";

    static string Line(string script, IReadOnlyList<string>? args) =>
        args is { Count: > 0 } more ? $"{script} {string.Join(' ', more.Select(ShellWords.Quote))}" : script;

    static string? Interpreter(Pm2ScriptWords words, ScriptKind kind, Imported imported)
    {
        if (words.Interpreter is not { } said)
            return Interpreters.ForScript(words.Script, static _ => true) ?? (kind == ScriptKind.Text ? "node" : null);
        if (said == "none" || said == words.Script) return null;
        if (!said.StartsWith("node@", StringComparison.Ordinal)) return said;
        imported.Leave(words.Name, "interpreter", said, Pm2Hints.NodeVersion);
        return "node";
    }

    static string Quoted(string interpreter, IReadOnlyList<string> options) =>
        string.Join(' ', ((string[])[interpreter, .. options]).Select(ShellWords.Quote));
}
