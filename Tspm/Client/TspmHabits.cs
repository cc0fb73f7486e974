using Tspm.Client.Grammar;
using Tspm.Config;

namespace Tspm.Client;

/// <summary>
/// <c>startAsDaemon</c> of the older design gave each process a manager of its own. It is refused, because it would promise what no longer exists;
/// the answer is the complete command to use instead, ready to paste.
/// </summary>
internal static class TspmHabits
{
    /// <summary>In any spelling: startAsDaemon, start-as-daemon, --startasdaemon …</summary>
    public static bool IsStartAsDaemon(string typed) =>
        typed.Length is > 12 and < 24 && typed.Replace("-", "").Replace("_", "").Equals("startasdaemon", StringComparison.OrdinalIgnoreCase);

    public static string Replacement(string[] args, int verbAt)
    {
        var command = new List<string> { "tspm", "start" };
        var words = new List<string>();
        var dropped = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (i == verbAt) continue;
            if (args[i] == "--")
            {
                words.AddRange(args[(i + 1)..]);
                break;
            }
            if (args[i].Length > 1 && args[i][0] == '-') i += TakeFlag(args, i, command, dropped);
            else words.Add(args[i]);
        }
        if (words.Count > 0) command.Insert(2, ShellWords.Quote(words[0]));
        if (words.Count > 1) command.AddRange(["--", .. words.Skip(1).Select(ShellWords.Quote)]);
        if (words.Count == 0) command.Add("COMMAND");
        var left = dropped.Count == 0 ? "" : $"\n({string.Join(", ", dropped)} is left out: not part of this version)";
        return $"'{args[verbAt]}' is gone: one daemon now manages all processes, and it starts by itself. Use instead:\n"
            + $"  {string.Join(' ', command)}{left}\nThe guide is MIGRATION.md.";
    }

    /// <summary>Copies a flag with its value, or names it as dropped. Returns how many arguments more than one it took.</summary>
    static int TakeFlag(string[] args, int i, List<string> command, List<string> dropped)
    {
        var equals = args[i].IndexOf('=');
        var name = (equals < 0 ? args[i] : args[i][..equals]).TrimStart('-');
        if (name.Length == 1) name = FlagSpelling.OfLetter(name[0], null) ?? name;
        var flag = Flags.Find(FlagSpelling.Canonical(name, null));
        var hasValue = flag is { TakesValue: true } && equals < 0 && i + 1 < args.Length;
        if (flag is { Later: true })
        {
            dropped.Add("--" + flag.Name);
            return hasValue ? 1 : 0;
        }
        command.Add(ShellWords.Quote(args[i]));
        if (!hasValue) return 0;
        command.Add(ShellWords.Quote(args[i + 1]));
        return 1;
    }
}
