using Tspm.Client.Terminal;
using Tspm.Model.Config;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Reads the command line as people type it: flags anywhere, aliases, <c>--name=web</c>, repeated flags, PM2's
/// spellings. Checks all of it against <see cref="Verbs"/> before anything happens. ConsoleAppFramework binds options
/// too, but keeps only the last of those that are repeated, splits values at commas, prints help with exit 0 for an
/// unknown verb and takes flags after arguments for arguments; so it only chooses the command.
/// </summary>
internal static class Argv
{
    /// <exception cref="UsageException">What is wrong, in one sentence with the nearest right thing.</exception>
    public static ParsedLine Parse(string[] args)
    {
        var verbAt = FindVerb(args);
        if (verbAt < 0) return WithoutVerb(args);
        var typed = args[verbAt];
        if (TspmHabits.IsStartAsDaemon(typed)) throw new UsageException(TspmHabits.Replacement(args, verbAt));
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
            if (IsFlag(arg) && !IsNegativeSignal(verb, words, arg)
                && !(verb.Name == "scale" && char.IsAsciiDigit(arg[1]))) ReadFlag(verb, args, ref i, words, flags);
            else words.Add(arg);
        }
        var line = new ParsedLine(verb, [.. words], program, flags);
        if (line.IsOn("help")) return line;
        Pm2Flags.Check(line, args);
        CheckWords(line);
        return line;
    }

    /// <summary>Is <c>--system</c> among the flags: the instance of the machine?</summary>
    public static bool IsForSystem(string[] args)
    {
        foreach (var arg in args)
        {
            if (arg == "--") return false;
            if (arg == "--system") return true;
        }
        return false;
    }

    /// <summary>A flag begins with a dash; a dash alone is a word, as everywhere.</summary>
    static bool IsFlag(string arg) => arg.Length > 1 && arg[0] == '-';

    /// <summary>The habit of kill(1): <c>signal -HUP web</c>.</summary>
    static bool IsNegativeSignal(Verb verb, List<string> words, string arg)
    {
        if (verb.Name != "signal" || words.Count > 0 || !Signals.TryParse(arg[1..], out _)) return false;
        return true;
    }

    /// <summary>The first word that is neither a flag nor a flag's value; -1 when there is none.</summary>
    static int FindVerb(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--") return -1;
            if (TspmHabits.IsStartAsDaemon(args[i]) || !IsFlag(args[i])) return i;
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
                : new UsageException($"'{arg}' needs a verb: tspm VERB {arg} …; the verbs are shown by: tspm --help");
        }
        return new ParsedLine(Verbs.Find("help")!, [], null, []);
    }

    static void ReadFlag(Verb verb, string[] args, ref int i, List<string> words, List<GivenFlag> flags)
    {
        var known = flags.Count;
        if (Pm2Flags.Read(verb, args, ref i, words, flags))
        {
            for (var added = known; added < flags.Count; added++) RefuseSecond(flags, added);
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
        RefuseSecond(flags, flags.Count - 1);
    }

    /// <summary>Of two values, one would be a guess.</summary>
    static void RefuseSecond(List<GivenFlag> flags, int at)
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
    /// The flag behind a spelling. <paramref name="on"/> is false for <c>--no-x</c>; <paramref name="value"/> is what
    /// follows '='.
    /// </summary>
    static Flag? Resolve(string arg, Verb? verb, out bool on, out string? value)
    {
        on = true;
        value = null;
        var equals = arg.IndexOf('=');
        var spelled = equals < 0 ? arg : arg[..equals];
        if (equals >= 0) value = arg[(equals + 1)..];
        if (!spelled.StartsWith("--", StringComparison.Ordinal))
        {
            // As head and tail have it: -n5. Only digits, so that -name is not the name 'ame'.
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
        _ => throw new UsageException($"--{flag.Name} takes no value; '{value}' is not understood"),
    };

    static void CheckWords(ParsedLine line)
    {
        var verb = line.Verb;
        var starts = verb.TakesProgram && line.Words.Length == 0;
        if (starts && line.Program is not { Length: > 0 }) throw Usage(verb, "nothing to " + verb.Name);
        if (line.Words.Length < verb.MinWords) throw Usage(verb, TooFew(verb));
        if (line.Words.Length > verb.MaxWords)
            throw Usage(verb,
                $"'{line.Words[verb.MaxWords]}' is one argument too "
                    + $"many{(verb.Name is "send" or "search" or "add" ? "; quote what belongs together" : "")}");
        foreach (var word in line.Words)
            if (word.Length == 0 && verb.Name != "send") throw Usage(verb, "an argument is empty");
    }

    static string TooFew(Verb verb)
    {
        if (verb.MinWords > 1) return $"'{verb.Name}' needs {verb.MinWords} arguments";
        // Without an argument, PM2 and others mean everything by some of these.
        var takesAll = verb.Name is "start" or "stop" or "restart" or "reload" or "delete" or "flush" or "reset"
            or "describe" or "env" or "pid" or "why";
        var everything = takesAll ? $"; everything: tspm {verb.Name} all" : "";
        return $"'{verb.Name}' needs an argument{everything}";
    }

    static UsageException Usage(Verb verb, string problem) => new($"{problem}; usage: tspm {verb.Usage}");

    static UsageException Unknown(string typed, string[] rest) =>
        Verbs.IsLater(typed) ? NotInThisVersion($"'{typed}'")
            : Pm2Verbs.Refusal(typed, rest) ?? new UsageException(
                $"unknown verb '{ControlText.Escape(typed)}'{NearestName.Question(typed, Verbs.Known)} "
                + "(all verbs: tspm --help)");

    static UsageException UnknownFlag(TypedFlag typed, List<string> words)
    {
        var (verb, arg, spelled) = (typed.Verb, typed.Args[typed.Position], typed.Spelled);
        var known = Array.ConvertAll(
            verb.AllFlags, static name => Flags.Find(name)!.ShownAsNo ? "--no-" + name : "--" + name);
        // PM2's restart takes the flags of start and changes the settings on the way.
        if (verb.Name is "restart" or "reload"
            && Resolve(arg, null, out _, out _) is { ChangesConfig: true, Name: var setting })
        {
            return new UsageException(
                $"'{verb.Name}' changes no settings; PM2's does with {ControlText.Escape(spelled)}. Type: "
                + (setting == "name" ? "tspm rename OLD NEW"
                    : $"tspm set NAME {ControlText.Escape(spelled)} …, then: tspm {verb.Name} NAME"));
        }
        var program = verb.TakesProgram && words.Count > 0
            ? $"; if it is the program's: {ControlText.Escape(typed.AsArgument)}" : "";
        return new UsageException(
            $"'{verb.Name}' has no flag '{ControlText.Escape(spelled)}'{NearestName.Question(spelled, known)}{program} "
            + $"(all its flags: tspm {verb.Name} --help)");
    }

    static UsageException NotInThisVersion(string what) =>
        new($"{what} is not part of this version ({ProductVersion.Current})");
}
