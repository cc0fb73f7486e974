using Tspm.Libc;

namespace Tspm.Platform.Facts;

/// <summary>Finds the script among the arguments of an interpreter: users think of it as the program.</summary>
internal static class ScriptArgument
{
    /// <summary>The beginnings of the names of interpreters; a version may follow (python3.12).</summary>
    static readonly string[] Interpreters =
    [
        "node", "python", "pypy", "ruby", "perl", "php", "bash", "sh", "dash", "zsh", "ksh", "fish", "lua", "java",
        "deno", "bun", "tsx", "ts-node", "Rscript", "julia", "dotnet", "elixir", "groovy", "tclsh", "guile",
    ];

    /// <summary>Options of these programs that are followed by a value.</summary>
    static readonly string[] WithValue =
    [
        "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "-W", "-X", "-I",
        "-d", "-o", "-O", "-cp", "-classpath", "--class-path", "-p", "--module-path",
    ];

    /// <summary>Options that run a text or a module by name, and no file.</summary>
    static readonly string[] NoFile = ["-c", "-e", "--eval", "-m", "--print", "-pe"];

    /// <summary>Words that may precede the file.</summary>
    static readonly string[] Verbs = ["run", "exec", "-jar"];

    /// <summary>
    /// Returns the path of the script; null if the program is not a known interpreter, or no argument names a file.
    /// </summary>
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

    /// <summary>A missing file counts, because it may have existed before. The name of a Java class is not a file.
    /// </summary>
    static string? FileOf(string path, bool isFile)
    {
        if (SysStat.stat(path, out var status) == 0) return status.IsRegularFile ? path : MainOf(path);
        return isFile && Path.HasExtension(path) ? path : null;
    }

    /// <summary>Returns the main file of a folder, which an interpreter runs if it is given the folder.</summary>
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
