using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// <c>startAsDaemon</c> of the older design gave each process a manager of its own. It is refused, because it would
/// promise what no longer exists; the answer is the complete command to use instead, ready to paste.
/// </summary>
internal static class TspmHabits
{
    /// <summary>In any spelling: startAsDaemon, start-as-daemon, --startasdaemon …</summary>
    public static bool IsStartAsDaemon(string typed) =>
        typed.Length is > 12 and < 24
            && typed.Replace("-", "").Replace("_", "").Equals("startasdaemon", StringComparison.OrdinalIgnoreCase);

    public static string Replacement(string[] args, int verbAt)
    {
        var command = new List<string> { "tspm", "start" };
        var words = new List<string>();
        var dropped = new List<string>();
        var start = Verbs.Find("start")!;
        for (var i = 0; i < args.Length; i++)
        {
            if (i == verbAt) continue;
            if (args[i] == "--")
            {
                words.AddRange(args[(i + 1)..]);
                break;
            }
            if (args[i].Length > 1 && args[i][0] == '-') i += TakeFlag(args, i, start, command, dropped);
            else words.Add(args[i]);
        }
        if (words.Count > 0) command.Insert(2, ShellWords.Quote(words[0]));
        if (words.Count > 1) command.AddRange(["--", .. words.Skip(1).Select(ShellWords.Quote)]);
        if (words.Count == 0) command.Add("COMMAND");
        var left = dropped.Count == 0
            ? ""
            : $"\n({string.Join(", ", dropped)} {(dropped.Count == 1 ? "is" : "are")} left out: there is no such "
                + "flag, or it has no such value)";
        return $"'{args[verbAt]}' is gone: one daemon now manages all processes, and it starts by itself. Use "
            + "instead:\n"
            + $"  {string.Join(' ', command)}{left}\nThe guide is MIGRATION.md.";
    }

    /// <summary>
    /// Writes a flag as this version spells it, or names it as dropped: what is printed has to work. Returns how many
    /// arguments more than one it took.
    /// </summary>
    static int TakeFlag(string[] args, int i, Verb start, List<string> command, List<string> dropped)
    {
        var equals = args[i].IndexOf('=');
        var value = equals < 0 ? null : args[i][(equals + 1)..];
        var flag = Find((equals < 0 ? args[i] : args[i][..equals]).TrimStart('-'), start, out var on);
        if (flag is null || flag.Later || !start.Has(flag.Name)) return Drop(args[i], dropped);
        var next = equals < 0 && i + 1 < args.Length ? args[i + 1] : null;
        if (!flag.TakesValue)
        {
            // The older Tspm took these words as values of a switch.
            var said = value ?? (next is "true" or "false" ? next : null);
            if (said is "false" or "no" or "0" or "off") on = !on;
            if (on != flag.ShownAsNo) command.Add(on ? "--" + flag.Name : "--no-" + flag.Name);
            return value is null && said is not null ? 1 : 0;
        }
        if ((value ?? next) is not { } given || !on || !IsRight(flag, given))
            return Drop(args[i], dropped) + (value is null && next is not null ? 1 : 0);
        // Of two values one would be a guess.
        if (!flag.Repeats
            && command.Exists(word =>
                word == "--" + flag.Name || word.StartsWith($"--{flag.Name}=", StringComparison.Ordinal))) Drop(args[i],
                    dropped);
        else if (given.StartsWith('-')) command.Add(ShellWords.Quote($"--{flag.Name}={given}"));
        else command.AddRange(["--" + flag.Name, ShellWords.Quote(given)]);
        return value is null ? 1 : 0;
    }

    static int Drop(string arg, List<string> dropped)
    {
        dropped.Add(Tspm.Client.Terminal.ControlText.Escape(arg));
        return 0;
    }

    static bool IsRight(Flag flag, string value)
    {
        try
        {
            FlagValue.Check(flag, value);
            return true;
        }
        catch (UsageException)
        {
            return false;
        }
    }

    /// <summary>memoryLimit, memory-limit and memory are one flag.</summary>
    static Flag? Find(string typed, Verb start, out bool on)
    {
        on = true;
        if (typed.Length == 1)
            return FlagSpelling.OfLetter(typed[0], start) is { } lettered ? Flags.Find(lettered) : null;
        var name = new System.Text.StringBuilder(typed.Length + 4);
        foreach (var letter in typed)
            name.Append(char.IsAsciiLetterUpper(letter) && name.Length > 0 && name[^1] != '-' ? "-" : "")
                .Append(char.ToLowerInvariant(letter));
        var spelled = name.ToString();
        if (Flags.Find(FlagSpelling.Canonical(spelled, start)) is { } flag) return flag;
        on = !spelled.StartsWith("no-", StringComparison.Ordinal);
        return on
            ? null
            : Flags.Find(FlagSpelling.Canonical(spelled[3..], start)) is { TakesValue: false } negated ? negated : null;
    }
}
