using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Refuses <c>startAsDaemon</c>. In the older Tspm it gave each process a manager of its own, which no longer exists.
/// The answer is the complete command to use instead, ready to paste.
/// </summary>
internal static class LegacyCommands
{
    /// <summary>Recognises every spelling: startAsDaemon, start-as-daemon, --startasdaemon …</summary>
    public static bool IsStartAsDaemon(string typed) =>
        typed.Length is > 12 and < 24
            && typed.Replace("-", "").Replace("_", "").Equals("startasdaemon", StringComparison.OrdinalIgnoreCase);

    /// <returns>The sentence that names the command to use instead.</returns>
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
            if (args[i].Length > 1 && args[i][0] == '-') i += TranslateFlag(args, i, start, command, dropped);
            else words.Add(args[i]);
        }
        if (words.Count > 0) command.Insert(2, ShellWords.Quote(words[0]));
        if (words.Count > 1) command.AddRange(["--", .. words.Skip(1).Select(ShellWords.Quote)]);
        if (words.Count == 0) command.Add("COMMAND");
        var left = dropped.Count == 0
            ? ""
            : $"\n(left out: {string.Join(", ", dropped)}; this version does not have the flag or the value)";
        return $"'{args[verbAt]}' no longer exists: one daemon now manages all processes, and starts automatically. "
            + "Use instead:\n"
            + $"  {string.Join(' ', command)}{left}\nSee MIGRATION.md for a guide.";
    }

    /// <summary>
    /// Adds a flag in this version's spelling to the command, or to the dropped flags, so that the printed command
    /// works.
    /// </summary>
    /// <returns>The number of arguments consumed after the flag itself: 0 or 1.</returns>
    static int TranslateFlag(string[] args, int i, Verb start, List<string> command, List<string> dropped)
    {
        var equals = args[i].IndexOf('=');
        var value = equals < 0 ? null : args[i][(equals + 1)..];
        var flag = Find((equals < 0 ? args[i] : args[i][..equals]).TrimStart('-'), start, out var on);
        if (flag is null || flag.Later || !start.Has(flag.Name)) return Drop(args[i], dropped);
        var next = equals < 0 && i + 1 < args.Length ? args[i + 1] : null;
        if (!flag.TakesValue)
        {
            // The older Tspm accepted these words as the value of a switch.
            var setting = value ?? (next is "true" or "false" ? next : null);
            if (setting is "false" or "no" or "0" or "off") on = !on;
            if (on != flag.ShownAsNo) command.Add(on ? "--" + flag.Name : "--no-" + flag.Name);
            return value is null && setting is not null ? 1 : 0;
        }
        if ((value ?? next) is not { } given || !on || !IsValid(flag, given))
            return Drop(args[i], dropped) + (value is null && next is not null ? 1 : 0);
        var isRepeated = command.Exists(word =>
            word == "--" + flag.Name || word.StartsWith($"--{flag.Name}=", StringComparison.Ordinal));
        // Choosing one of two values would be a guess.
        if (isRepeated && !flag.Repeats) Drop(args[i], dropped);
        else if (given.StartsWith('-')) command.Add(ShellWords.Quote($"--{flag.Name}={given}"));
        else command.AddRange(["--" + flag.Name, ShellWords.Quote(given)]);
        return value is null ? 1 : 0;
    }

    static int Drop(string arg, List<string> dropped)
    {
        dropped.Add(Tspm.Client.Terminal.ControlText.Escape(arg));
        return 0;
    }

    static bool IsValid(Flag flag, string value)
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

    /// <summary>Finds a flag in any spelling: memoryLimit, memory-limit and memory are the same flag.</summary>
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
