using System.Text;
using Tspm.Model.Selecting;

namespace Tspm.Model.Config;

/// <summary>
/// The name of a process that was defined without one: "server" for <c>node --inspect src/server.js</c>, as a person
/// would call it.
/// </summary>
internal static class DefaultName
{
    /// <summary>Programs that are named after the script they run.</summary>
    static readonly HashSet<string> Interpreters =
    [
        "node", "nodejs", "bun", "deno", "tsx", "ts-node", "python", "python2", "python3", "pypy", "pypy3", "ruby",
        "perl", "php", "lua", "Rscript", "sh", "bash", "dash", "zsh", "ksh", "fish", "pwsh", "java", "dotnet", "env",
    ];

    static readonly HashSet<string> ScriptEndings =
        [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".rb", ".pl", ".php", ".sh", ".lua", ".ps1", ".r", ".R",
            ".jar", ".dll", ".exe"];

    /// <summary>Used if the command contains nothing to make a name from.</summary>
    const string Fallback = "process";

    /// <summary>The name for a command.</summary>
    /// <param name="words">The argument vector, program first.</param>
    /// <returns>Always a valid <see cref="ProcessName"/>.</returns>
    public static string For(IReadOnlyList<string> words)
    {
        if (words.Count == 0) return Fallback;
        var program = BaseName(words[0]);
        if (!Interpreters.Contains(WithoutVersion(program))) return MakeValid(Bare(program));
        var script = words.Skip(1).FirstOrDefault(word => !word.StartsWith('-'));
        return MakeValid(script is not null && LooksLikeScript(script) ? Bare(BaseName(script)) : program);
    }

    static bool LooksLikeScript(string word) =>
        !word.Any(char.IsWhiteSpace) && (word.Contains('/') || ScriptEndings.Contains(Path.GetExtension(word)));

    static string BaseName(string path)
    {
        var trimmed = path.TrimEnd('/');
        return trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    /// <summary>
    /// Removes the ending of a script. <c>all.sh</c> keeps it, because <c>all</c> means every process.
    /// </summary>
    static string Bare(string file) => WithoutScriptEnding(file) is var bare && bare == Selector.All ? file : bare;

    static string WithoutScriptEnding(string name)
    {
        var ending = Path.GetExtension(name);
        return ScriptEndings.Contains(ending) && ending.Length < name.Length ? name[..^ending.Length] : name;
    }

    /// <summary>Removes a minor version: python3.12 becomes python3.</summary>
    static string WithoutVersion(string program)
    {
        var dot = program.IndexOf('.');
        return dot > 0 && program[(dot + 1)..].All(letter => char.IsAsciiDigit(letter) || letter == '.')
            ? program[..dot]
            : program;
    }

    /// <summary>Turns any text into a valid <see cref="ProcessName"/>, with as few changes as possible.</summary>
    public static string MakeValid(string name)
    {
        var kept = Allowed(name);
        // "worker-*" becomes "worker".
        if (name.AsSpan().ContainsAny('*', '?')) kept = kept.Trim(' ', '-', '_', '.');
        if (kept == Selector.All) kept += "-1";
        else if (ProcessName.InstanceIn(kept) is { } instance) kept = $"{kept[..^instance.Length]}-{instance[1..]}";
        return ProcessName.Problem(kept) is null ? kept : Fallback;
    }

    /// <summary>Drops characters that a name must not have and cuts it to the maximum length.</summary>
    static string Allowed(string name)
    {
        var allowed = new StringBuilder(name.Length);
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.Value is '*' or '?') continue;
            var kept = Rune.IsControl(rune) ? new Rune('-') : rune;
            // A name must not look like a flag or a pattern on the command line.
            if (allowed.Length == 0 && (kept.Value is '-' or '/' || Rune.IsWhiteSpace(kept))) continue;
            bytes += kept.Utf8SequenceLength;
            if (bytes > ProcessName.MaxBytes) break;
            allowed.Append(kept.ToString());
        }
        return allowed.ToString().TrimEnd();
    }
}
