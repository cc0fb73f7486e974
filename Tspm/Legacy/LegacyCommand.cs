using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Legacy;

/// <summary>Does a command line belong to a process of the old list, or to the older Tspm itself? Pure.</summary>
internal static class LegacyCommand
{
    /// <summary>
    /// A script's first line puts the interpreter in front, perhaps by env and with a flag (man 2 execve).
    /// </summary>
    const int MostInFront = 2;

    /// <summary>
    /// The command itself, its program looked up by a path or a PATH; below <c>sh -c</c>; or behind its interpreter.
    /// </summary>
    public static bool Fits(ProcessConfig config, IReadOnlyList<string> argv)
    {
        var command = config.Command ?? "";
        if (config.Args is null && argv.Count == 3 && argv[1] == "-c"
            && argv[0].EndsWith("sh", StringComparison.Ordinal) && argv[2] == command) return true;
        IReadOnlyList<string>? words = config.Args is { } args ? [command, .. args] : ShellWords.Split(command);
        if (words is null || words.Count == 0) return false;
        for (var front = 0; front <= MostInFront; front++)
            if (argv.Count == words.Count + front && EndsSo(argv, words, front)) return true;
        return false;
    }

    /// <summary>
    /// The older Tspm is a script below an interpreter, or has given itself its name; this one's daemon is neither.
    /// </summary>
    public static bool IsOldManager(IReadOnlyList<string> argv)
    {
        if (argv.Count == 0) return false;
        var program = Path.GetFileName(argv[0]);
        if (program is not ("node" or "nodejs" or "bun" or "deno"))
            return program.StartsWith("tspm", StringComparison.Ordinal)
                && !(argv.Count > 1 && argv[1] is "daemon" or "__daemon" or "__guardian");
        foreach (var part in argv.Count > 1 ? argv[1].Split('/') : [])
            if (part is "tspm" or "tspm.js" or "tspm.cjs" or "tspm.mjs" or "@git.zone__tspm") return true;
        return false;
    }

    static bool EndsSo(IReadOnlyList<string> argv, IReadOnlyList<string> words, int from)
    {
        if (argv[from] != words[0] && Path.GetFileName(argv[from]) != Path.GetFileName(words[0])) return false;
        for (var i = 1; i < words.Count; i++)
            if (argv[from + i] != words[i]) return false;
        return true;
    }
}
