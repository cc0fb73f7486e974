using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Legacy;

/// <summary>
/// Recognises command lines of processes in the legacy list, and of the older Tspm itself. Pure functions.
/// </summary>
internal static class LegacyCommand
{
    /// <summary>
    /// A script's #! line puts up to two words in front: the interpreter, and an argument of the interpreter or of env
    /// (man 2 execve).
    /// </summary>
    const int MaxWordsInFront = 2;

    /// <summary>
    /// Whether a running command line is that of the config: the command itself, with any path of the same program; the
    /// command under <c>sh -c</c>; or the command after its interpreter.
    /// </summary>
    public static bool Fits(ProcessConfig config, IReadOnlyList<string> argv)
    {
        var command = config.Command ?? "";
        if (config.Args is null && argv.Count == 3 && argv[1] == "-c"
            && argv[0].EndsWith("sh", StringComparison.Ordinal) && argv[2] == command) return true;
        IReadOnlyList<string>? words = config.Args is { } args ? [command, .. args] : ShellWords.Split(command);
        if (words is null || words.Count == 0) return false;
        for (var front = 0; front <= MaxWordsInFront; front++)
            if (argv.Count == words.Count + front && EndsWith(argv, words, front)) return true;
        return false;
    }

    /// <summary>
    /// Whether this is the command line of an older Tspm: a script run by an interpreter, or a process that has set its
    /// own title. The daemon of this version is neither.
    /// </summary>
    public static bool IsLegacyManager(IReadOnlyList<string> argv)
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

    static bool EndsWith(IReadOnlyList<string> argv, IReadOnlyList<string> words, int from)
    {
        if (argv[from] != words[0] && Path.GetFileName(argv[from]) != Path.GetFileName(words[0])) return false;
        for (var i = 1; i < words.Count; i++)
            if (argv[from + i] != words[i]) return false;
        return true;
    }
}
