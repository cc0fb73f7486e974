using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config.Import;

/// <summary>What an app says about its program, in PM2's words.</summary>
internal sealed record Pm2ScriptWords(
    string Name, string Script, IReadOnlyList<string>? Args, string? Interpreter,
    IReadOnlyList<string> InterpreterArgs);

/// <summary>Which program PM2 would run for an app, and by what.</summary>
internal static class Pm2Script
{
    /// <summary>The config with command, arguments and interpreter.</summary>
    /// <param name="config">With its folder.</param>
    /// <param name="words">What the app says.</param>
    /// <param name="look">What lies at a path.</param>
    /// <param name="imported">Takes what cannot be mapped.</param>
    /// <param name="isNode">PM2 would run it by Node, or by Bun: such an app is a cluster when it has several
    /// instances.</param>
    public static ProcessConfig Complete(
        ProcessConfig config, Pm2ScriptWords words, Func<string, ScriptKind> look, Imported imported, out bool isNode)
    {
        isNode = false;
        var (script, args) = (words.Script, words.Args);
        var kind = look(Path.GetFullPath(script, config.ProjectDir!));
        if (kind == ScriptKind.None && IsLine(words)) return config with { Command = Line(script, args) };
        var interpreter = Interpreter(words, kind, imported);
        isNode = interpreter is not null
            && (interpreter.EndsWith("node", StringComparison.Ordinal)
            || interpreter.EndsWith("bun", StringComparison.Ordinal));
        // In its folder, where PM2 finds it and a PATH would not.
        if (interpreter is null && kind != ScriptKind.None && !script.Contains('/')) script = "./" + script;
        var options = words.InterpreterArgs;
        if (interpreter is null && options.Count > 0)
            imported.Leave(
                words.Name, "interpreter_args", string.Join(' ', options), "there is no interpreter to give them to");
        return config with
        {
            Interpreter = interpreter is null
                ? null
                : Quoted(interpreter, options),
            Command = script,
            Args = args ?? [],
        };
    }

    /// <summary>PM2 takes a script with spaces for a line of a shell.</summary>
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
