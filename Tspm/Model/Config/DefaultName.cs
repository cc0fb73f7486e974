using System.Text;
using Tspm.Model.Selecting;

namespace Tspm.Model.Config;

/// <summary>
/// The name of a process that was given none: what a person would call it, "server" for <c>node --inspect
/// src/server.js</c>.
/// </summary>
internal static class DefaultName
{
    /// <summary>Programs whose script says more than they do.</summary>
    static readonly HashSet<string> Interpreters =
    [
        "node", "nodejs", "bun", "deno", "tsx", "ts-node", "python", "python2", "python3", "pypy", "pypy3", "ruby",
        "perl", "php", "lua", "Rscript",
        "sh", "bash", "dash", "zsh", "ksh", "fish", "pwsh", "java", "dotnet", "env",
    ];

    static readonly HashSet<string> ScriptEndings =
        [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".rb", ".pl", ".php", ".sh", ".lua", ".ps1", ".r", ".R",
            ".jar", ".dll", ".exe"];

    /// <summary>When nothing nameable is there.</summary>
    const string Fallback = "process";

    /// <summary>From argv: always a valid <see cref="ProcessName"/>.</summary>
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

    /// <summary>all.sh keeps its ending: without it, it would be a word that means something else.</summary>
    static string Bare(string file) => WithoutScriptEnding(file) is var bare && bare == Selector.All ? file : bare;

    static string WithoutScriptEnding(string name)
    {
        var ending = Path.GetExtension(name);
        return ScriptEndings.Contains(ending) && ending.Length < name.Length ? name[..^ending.Length] : name;
    }

    /// <summary>python3.12 is python3.</summary>
    static string WithoutVersion(string program)
    {
        var dot = program.IndexOf('.');
        return dot > 0 && program[(dot + 1)..].All(letter => char.IsAsciiDigit(letter) || letter == '.')
            ? program[..dot]
            : program;
    }

    /// <summary>The nearest name that <see cref="ProcessName"/> allows.</summary>
    public static string MakeValid(string name)
    {
        var kept = Allowed(name);
        // "worker-*" is "worker".
        if (name.AsSpan().ContainsAny('*', '?')) kept = kept.Trim(' ', '-', '_', '.');
        if (kept == Selector.All) kept += "-1";
        else if (ProcessName.InstanceIn(kept) is { } instance) kept = $"{kept[..^instance.Length]}-{instance[1..]}";
        return ProcessName.Problem(kept) is null ? kept : Fallback;
    }

    /// <summary>Cut to its length, without letters that no name has.</summary>
    static string Allowed(string name)
    {
        var allowed = new StringBuilder(name.Length);
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.Value is '*' or '?') continue;
            var kept = Rune.IsControl(rune) ? new Rune('-') : rune;
            // Neither a flag nor a pattern: both would be taken for something else on the command line.
            if (allowed.Length == 0 && (kept.Value is '-' or '/' || Rune.IsWhiteSpace(kept))) continue;
            bytes += kept.Utf8SequenceLength;
            if (bytes > ProcessName.MaxBytes) break;
            allowed.Append(kept.ToString());
        }
        return allowed.ToString().TrimEnd();
    }
}
