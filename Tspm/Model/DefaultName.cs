using System.Text;

namespace Tspm.Model;

/// <summary>The name of a process that was given none: what a person would call it, "server" for <c>node --inspect src/server.js</c>.</summary>
internal static class DefaultName
{
    /// <summary>Programs whose script says more than they do.</summary>
    static readonly HashSet<string> Interpreters =
    [
        "node", "nodejs", "bun", "deno", "tsx", "ts-node", "python", "python2", "python3", "pypy", "pypy3", "ruby", "perl", "php", "lua", "Rscript",
        "sh", "bash", "dash", "zsh", "ksh", "fish", "pwsh", "java", "dotnet", "env",
    ];

    static readonly HashSet<string> ScriptEndings =
        [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py", ".rb", ".pl", ".php", ".sh", ".lua", ".ps1", ".r", ".R", ".jar", ".dll", ".exe"];

    /// <summary>When nothing nameable is there.</summary>
    const string Fallback = "process";

    /// <summary>From argv: always a valid <see cref="ProcessName"/>.</summary>
    public static string For(IReadOnlyList<string> words)
    {
        if (words.Count == 0) return Fallback;
        var program = BaseName(words[0]);
        if (!Interpreters.Contains(WithoutVersion(program))) return MakeValid(WithoutScriptEnding(program));
        var script = words.Skip(1).FirstOrDefault(word => !word.StartsWith('-'));
        return MakeValid(script is not null && LooksLikeScript(script) ? WithoutScriptEnding(BaseName(script)) : program);
    }

    static bool LooksLikeScript(string word) =>
        !word.Any(char.IsWhiteSpace) && (word.Contains('/') || ScriptEndings.Contains(Path.GetExtension(word)));

    static string BaseName(string path)
    {
        var trimmed = path.TrimEnd('/');
        return trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    static string WithoutScriptEnding(string name)
    {
        var ending = Path.GetExtension(name);
        return ScriptEndings.Contains(ending) && ending.Length < name.Length ? name[..^ending.Length] : name;
    }

    /// <summary>python3.12 is python3.</summary>
    static string WithoutVersion(string program)
    {
        var dot = program.IndexOf('.');
        return dot > 0 && program[(dot + 1)..].All(letter => char.IsAsciiDigit(letter) || letter == '.') ? program[..dot] : program;
    }

    /// <summary>The name without what a <see cref="ProcessName"/> may not have.</summary>
    public static string MakeValid(string name)
    {
        var valid = new StringBuilder(name.Length);
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            var kept = Rune.IsControl(rune) || rune.Value == ':' ? new Rune('-') : rune;
            // Neither a flag nor a pattern: both would be taken for something else on the command line.
            if (valid.Length == 0 && kept.Value is ('-' or '/')) continue;
            bytes += kept.Utf8SequenceLength;
            if (bytes > ProcessName.MaxBytes) break;
            valid.Append(kept.ToString());
        }
        return valid.Length == 0 ? Fallback : valid.ToString();
    }
}
