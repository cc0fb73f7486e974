using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Parses the command line: flags anywhere, aliases, <c>--name=web</c>, repeated flags, and PM2's spellings. Checks the
/// whole line against <see cref="Verbs"/> before anything happens. ConsoleAppFramework could bind options too, but it
/// keeps only the last of a repeated option, splits values at commas, prints help with exit 0 for an unknown verb, and
/// treats flags after arguments as arguments. So it only selects the command.
/// </summary>
internal static class Argv
{
    /// <exception cref="UsageException">
    /// The line is not valid. The message says why in one sentence and suggests the nearest valid spelling.
    /// </exception>
    public static ParsedLine Parse(string[] args)
    {
        var verbAt = FindVerb(args);
        if (verbAt < 0) return WithoutVerb(args);
        var typed = args[verbAt];
        if (LegacyCommands.IsStartAsDaemon(typed)) throw new UsageException(LegacyCommands.Replacement(args, verbAt));
        var verb = Verbs.Find(typed) ?? throw Unknown(typed, args[(verbAt + 1)..]);
        var words = new List<string>();
        var flags = new List<GivenFlag>();
        string[]? program = null;
        if (typed == Verbs.ListAsJson) flags.Add(new GivenFlag(Flags.Find("json")!, null));
        for (var i = 0; i < args.Length; i++)
        {
            if (i == verbAt) continue;
            var arg = args[i];
            if (arg == "--")
            {
                if (verb.TakesProgram) program = args[(i + 1)..];
                else words.AddRange(args[(i + 1)..]);
                break;
            }
            if (IsFlag(arg) && !IsArgumentWithDash(verb, words, arg)) ReadFlag(verb, args, ref i, words, flags);
            else words.Add(arg);
            if (!verb.TakesCommand || words.Count == 0) continue;
            words.AddRange(args[(i + 1)..]);
            break;
        }
        var line = new ParsedLine(verb, [.. words], program, flags);
        if (line.IsOn("help")) return line;
        Pm2Flags.Check(line, args);
        CheckWords(line);
        return line;
    }

    /// <summary>Whether the verb, known or not, is this one.</summary>
    public static bool HasVerb(string[] args, string verb) => FindVerb(args) is >= 0 and var at && args[at] == verb;

    /// <summary>Whether <c>--system</c> is among the flags, which selects the system-wide instance.</summary>
    public static bool IsForSystem(string[] args)
    {
        foreach (var arg in args)
        {
            if (arg == "--") return false;
            if (arg == "--system") return true;
        }
        return false;
    }

    /// <summary>A flag begins with a dash. A single dash is an argument, as in other tools.</summary>
    public static bool IsFlag(string arg) => arg.Length > 1 && arg[0] == '-';

    /// <summary>
    /// An argument that only looks like a flag: <c>signal -HUP web</c>, as for kill(1), or <c>scale web -1</c>.
    /// </summary>
    public static bool IsArgumentWithDash(Verb verb, List<string> words, string arg) => verb.Name switch
    {
        "signal" => words.Count == 0 && Signals.TryParse(arg[1..], out _),
        "scale" => char.IsAsciiDigit(arg[1]),
        _ => false,
    };

    /// <summary>Finds the first word that is neither a flag nor the value of a flag.</summary>
    /// <returns>Its index, or -1 if there is none.</returns>
    static int FindVerb(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--") return -1;
            if (LegacyCommands.IsStartAsDaemon(args[i]) || !IsFlag(args[i])) return i;
            if (Resolve(args[i], null, out _, out var value) is { TakesValue: true } && value is null) i++;
        }
        return -1;
    }

    static ParsedLine WithoutVerb(string[] args)
    {
        foreach (var arg in args)
        {
            var flag = IsFlag(arg) ? Resolve(arg, null, out _, out _) : null;
            if (flag?.Name == "version") return new ParsedLine(Verbs.Find("version")!, [], null, []);
            if (flag?.Name == "help") break;
            throw flag is { Later: true }
                ? NotInThisVersion($"--{flag.Name}")
                : new UsageException($"'{arg}' needs a verb: tspm VERB {arg} …; to see all verbs: tspm --help");
        }
        return new ParsedLine(Verbs.Find("help")!, [], null, []);
    }

    static void ReadFlag(Verb verb, string[] args, ref int i, List<string> words, List<GivenFlag> flags)
    {
        var known = flags.Count;
        if (Pm2Flags.Read(verb, args, ref i, words, flags))
        {
            for (var added = known; added < flags.Count; added++) RefuseConflict(flags, added);
            return;
        }
        var arg = args[i];
        var flag = Resolve(arg, verb, out var on, out var value);
        if (flag is { Later: true }) throw NotInThisVersion($"--{flag.Name}");
        if (flag is null || !verb.Has(flag.Name)) throw UnknownFlag(new TypedFlag(verb, args, i), words);
        if (!flag.TakesValue)
        {
            if (value is not null) on = on == ReadSwitch(flag, value);
            flags.Add(new GivenFlag(flag, null, on));
            return;
        }
        if (!on) throw UnknownFlag(new TypedFlag(verb, args, i), words);
        if (value is null)
        {
            if (i + 1 >= args.Length || args[i + 1] == "--" || IsKnownFlag(args[i + 1], verb))
                throw new UsageException($"--{flag.Name} needs a value: --{flag.Name} {flag.ValueName}");
            value = args[++i];
        }
        FlagValue.Check(flag, value);
        flags.Add(new GivenFlag(flag, value));
        RefuseConflict(flags, flags.Count - 1);
    }

    /// <summary>Refuses a second, different value: choosing one of them would be a guess.</summary>
    static void RefuseConflict(List<GivenFlag> flags, int at)
    {
        var (flag, value, _) = flags[at];
        if (flag.Repeats || !flag.TakesValue) return;
        for (var i = 0; i < at; i++)
        {
            if (flags[i].Flag.Name == flag.Name && flags[i].Value != value)
                throw new UsageException(
                    $"--{flag.Name} is given twice, as '{flags[i].Value}' and as '{value}'; give it once");
        }
    }

    /// <summary>
    /// Finds the flag with this spelling. <paramref name="on"/> is false for <c>--no-x</c>; <paramref name="value"/> is
    /// the text after '='.
    /// </summary>
    /// <returns>Null if there is no such flag.</returns>
    public static Flag? Resolve(string arg, Verb? verb, out bool on, out string? value)
    {
        on = true;
        value = null;
        var equals = arg.IndexOf('=');
        var spelled = equals < 0 ? arg : arg[..equals];
        if (equals >= 0) value = arg[(equals + 1)..];
        if (!spelled.StartsWith("--", StringComparison.Ordinal))
        {
            // A value may follow its letter, as in head -n5. Only digits, so that -name does not mean the name 'ame'.
            if (spelled.Length > 2 && value is null && spelled.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0)
                (spelled, value) = (spelled[..2], spelled[2..]);
            if (spelled.Length != 2 || FlagSpelling.OfLetter(spelled[1], verb) is not { } lettered) return null;
            return Flags.Find(lettered);
        }
        var name = FlagSpelling.Canonical(spelled[2..], verb);
        if (Flags.Find(name) is { } flag) return flag;
        if (!name.StartsWith("no-", StringComparison.Ordinal)) return null;
        on = false;
        return Flags.Find(FlagSpelling.Canonical(name[3..], verb)) is { TakesValue: false } negated ? negated : null;
    }

    static bool IsKnownFlag(string arg, Verb verb) =>
        IsFlag(arg) && Resolve(arg, verb, out _, out _) is { } flag && verb.Has(flag.Name);

    static bool ReadSwitch(Flag flag, string value) => value switch
    {
        "true" or "yes" or "1" or "on" => true,
        "false" or "no" or "0" or "off" => false,
        _ => throw new UsageException($"--{flag.Name} is a switch; it does not take the value '{value}'"),
    };

    static void CheckWords(ParsedLine line)
    {
        var verb = line.Verb;
        var starts = verb.TakesProgram && line.Words.Length == 0;
        if (starts && line.Program is not { Length: > 0 }) throw Usage(verb, "nothing to " + verb.Name);
        if (line.Words.Length < verb.MinWords) throw Usage(verb, TooFew(verb));
        if (ForeignVerbs.Misdirected(verb, line.Words) is { } misdirected) throw misdirected;
        if (line.Words.Length > verb.MaxWords)
        {
            var quote = verb.Name is "send" or "search" or "add" ? "; quote words that belong together" : "";
            throw Usage(verb, $"unexpected argument '{line.Words[verb.MaxWords]}'{quote}");
        }
        foreach (var word in line.Words)
            if (word.Length == 0 && verb.Name != "send") throw Usage(verb, "an argument is empty");
    }

    static string TooFew(Verb verb)
    {
        if (verb.Name == "completion") return $"'completion' needs a shell: {Completion.CompletionScripts.Shells}; "
            + "how to install it for each: tspm completion --help";
        if (verb.MinWords > 1) return $"'{verb.Name}' needs {verb.MinWords} arguments";
        // In PM2 and other managers, some of these verbs act on everything if there is no argument.
        var takesAll = verb.Name is "start" or "stop" or "restart" or "reload" or "delete" or "flush" or "reset"
            or "describe" or "env" or "pid" or "why";
        var everything = takesAll ? $"; for all processes: tspm {verb.Name} all" : "";
        return $"'{verb.Name}' needs an argument{everything}";
    }

    static UsageException Usage(Verb verb, string problem) => new($"{problem}; usage: tspm {verb.Usage}");

    static UsageException Unknown(string typed, string[] rest) =>
        Verbs.IsLater(typed) ? NotInThisVersion($"'{typed}'")
            : ForeignVerbs.Refusal(typed, rest) ?? new UsageException(
                $"unknown verb '{ControlText.Escape(typed)}'{NearestName.Question(typed, Verbs.Known)} "
                + "(to see all verbs: tspm --help)");

    static UsageException UnknownFlag(TypedFlag typed, List<string> words)
    {
        var (verb, arg, spelled) = (typed.Verb, typed.Args[typed.Position], typed.Spelled);
        if (ForeignVerbs.All(verb, spelled) is { } all) return all;
        var known = Array.ConvertAll(
            verb.AllFlags, static name => Flags.Find(name)!.ShownAsNo ? "--no-" + name : "--" + name);
        // PM2's restart takes the flags of start, and changes the settings as well.
        if (verb.Name is "restart" or "reload"
            && Resolve(arg, null, out _, out _) is { ChangesConfig: true } setting)
            return SettingRefusal.At(typed, setting, words);
        var program = verb.TakesProgram && words.Count > 0
            ? $"; to pass it to the program: {ControlText.Escape(typed.AsArgument)}" : "";
        return new UsageException(
            $"'{verb.Name}' has no flag '{ControlText.Escape(spelled)}'{program}{NearestName.Question(spelled, known)} "
            + $"(to see its flags: tspm {verb.Name} --help)");
    }

    static UsageException NotInThisVersion(string what) =>
        new($"{what} is not part of this version ({ProductVersion.Current})");
}
