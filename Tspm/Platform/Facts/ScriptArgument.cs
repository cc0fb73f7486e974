using Tspm.Libc;

namespace Tspm.Platform.Facts;

/// <summary>Finds the script among an interpreter's arguments: what a user calls the program.</summary>
internal static class ScriptArgument
{
    /// <summary>By the beginning of their names: versions follow (python3.12).</summary>
    static readonly string[] Interpreters =
    [
        "node", "python", "pypy", "ruby", "perl", "php", "bash", "sh", "dash", "zsh", "ksh", "fish", "lua", "java",
        "deno", "bun", "tsx", "ts-node", "Rscript", "julia", "dotnet", "elixir", "groovy", "tclsh", "guile",
    ];

    /// <summary>Options of these programs that have a value of their own behind them.</summary>
    static readonly string[] WithValue =
    [
        "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "-W", "-X", "-I",
        "-d", "-o", "-O", "-cp", "-classpath", "--class-path", "-p", "--module-path",
    ];

    /// <summary>Options after which no file is run: a text, or a module by name.</summary>
    static readonly string[] NoFile = ["-c", "-e", "--eval", "-m", "--print", "-pe"];

    /// <summary>Words in front of the file.</summary>
    static readonly string[] Verbs = ["run", "exec", "-jar"];

    /// <summary>The path of the script; null: the program is no interpreter that is known, or names no file.</summary>
    public static string? In(IReadOnlyList<string> arguments, string folder)
    {
        if (!IsInterpreter(Path.GetFileName(arguments[0]))) return null;
        for (var i = 1; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (Array.IndexOf(NoFile, argument) >= 0) return null;
            if (Array.IndexOf(WithValue, argument) >= 0) i++;
            else if (argument.Length > 0 && argument[0] != '-' && Array.IndexOf(Verbs, argument) < 0)
            {
                var isFile = arguments[i - 1] == "-jar" || Path.GetFileName(arguments[0]) != "java";
                return FileOf(Path.Combine(folder, argument), isFile);
            }
        }
        return null;
    }

    /// <summary>A missing one counts: it may have been there once. A class of Java is no file.</summary>
    static string? FileOf(string path, bool isFile)
    {
        if (SysStat.stat(path, out var status) == 0) return status.IsRegularFile ? path : MainOf(path);
        return isFile && Path.HasExtension(path) ? path : null;
    }

    /// <summary>A folder stands for a file in it.</summary>
    static string? MainOf(string folder)
    {
        foreach (var name in (string[])["__main__.py", "index.js"])
            if (SysStat.stat(Path.Combine(folder, name), out var status) == 0 && status.IsRegularFile)
                return Path.Combine(folder, name);
        return null;
    }

    static bool IsInterpreter(string name)
    {
        foreach (var known in Interpreters)
        {
            if (!name.StartsWith(known, StringComparison.Ordinal)) continue;
            var isVersion = true;
            for (var i = known.Length; i < name.Length && isVersion; i++)
                isVersion = char.IsAsciiDigit(name[i]) || name[i] is '.' or '-' or 'w';
            if (isVersion || name is "nodejs") return true;
        }
        return false;
    }
}
