using Tspm.Client.Terminal;
using Tspm.Text;

namespace Tspm.Client.CommandLine;

/// <summary>
/// A flag as it was typed, at its position in the command line. Also builds corrected command lines for messages.
/// </summary>
internal sealed class TypedFlag
{
    readonly int _at;

    public TypedFlag(Verb verb, string[] args, int at)
    {
        (Verb, Args, _at) = (verb, args, at);
        var arg = args[at];
        var equals = arg.IndexOf('=');
        Spelled = equals < 0 ? arg : arg[..equals];
        Attached = equals < 0 ? null : arg[(equals + 1)..];
    }

    public Verb Verb { get; }

    /// <summary>The index of the flag in <see cref="Args"/>.</summary>
    public int Position => _at;

    public string[] Args { get; }

    /// <summary>The flag with its dashes, without a value.</summary>
    public string Spelled { get; }

    /// <summary>The text after '='; null without '='.</summary>
    public string? Attached { get; }

    /// <summary>The next argument; null at the end and before <c>--</c>.</summary>
    public string? Next => At(1);

    /// <summary>The value, if the flag takes one; null if no argument could be the value.</summary>
    public string? Value => Attached ?? (IsFlag(Next) ? null : Next);

    /// <summary>The number of arguments that the flag and its value occupy.</summary>
    public int Length => Attached is null && Value is not null ? 2 : 1;

    /// <summary>Whether every verb has this flag.</summary>
    public bool IsOurs => Spelled is "-h" or "--help" or "--system" or "-H" or "--host" or "-s" or "--silent";

    /// <summary>Whether a word is a flag; a negative number is not.</summary>
    static bool IsFlag(string? word) => word is { Length: > 1 } && word[0] == '-' && !char.IsAsciiDigit(word[1]);

    public bool Is(string spelled) => Spelled == spelled;

    /// <returns>
    /// The argument <paramref name="offset"/> places after the flag; null past the end or past <c>--</c>.
    /// </returns>
    public string? At(int offset)
    {
        if (_at + offset >= Args.Length) return null;
        for (var i = _at + 1; i <= _at + offset; i++)
            if (Args[i] == "--") return null;
        return Args[_at + offset];
    }

    /// <summary>The command line without the flag.</summary>
    public string Without => Replaced(1, []);

    /// <summary>The command line without the flag and its value.</summary>
    public string WithoutValue => Replaced(Length, []);

    /// <summary>The command line with other arguments in place of the flag alone.</summary>
    public string With(params string[] instead) => Replaced(1, instead);

    /// <summary>The command line with another flag and value in place of the flag and its value.</summary>
    public string WithValue(string flag, string? value) => Replaced(Length, value is null ? [flag] : [flag, value]);

    /// <summary>The command line without the flag, for another verb.</summary>
    public string As(string verb)
    {
        var rest = new List<string>(Args);
        rest.RemoveAt(_at);
        if (rest.IndexOf(Verb.Name) is >= 0 and var at) rest[at] = verb;
        return Line(rest);
    }

    /// <summary>Whether one of these flags is on the line too, with or without a value after '='.</summary>
    public bool IsBeside(params string[] spellings)
    {
        foreach (var arg in Args)
        {
            if (arg == "--") return false;
            var equals = arg.IndexOf('=');
            if (Array.IndexOf(spellings, equals < 0 ? arg : arg[..equals]) >= 0) return true;
        }
        return false;
    }

    /// <summary>
    /// The command line with the flag and its value moved behind <c>--</c>, as arguments of the program.
    /// </summary>
    public string AsArgument
    {
        get
        {
            var rest = new List<string>(Args);
            var moved = rest.GetRange(_at, Length);
            rest.RemoveRange(_at, Length);
            var end = rest.IndexOf("--");
            if (end < 0) rest.Add("--");
            rest.InsertRange(end < 0 ? rest.Count : end + 1, moved);
            return Line(rest);
        }
    }

    /// <summary>Refuses a flag: says what it does in PM2, how Tspm does that, and what to type.</summary>
    public UsageException Refuse(string meaning, string here, string type) =>
        new($"In PM2, {ControlText.Escape(Spelled)} {meaning}. Here, {here}; type: {ControlText.Escape(type)}");

    /// <summary>Refuses a flag that has no counterpart.</summary>
    public UsageException Refuse(string reason, string type) =>
        new($"{ControlText.Escape(Spelled)} {reason}; leave it out, and type: {ControlText.Escape(type)}");

    /// <summary>The command line without some of its arguments, ready to paste.</summary>
    public static string CommandLine(string[] args, params string[] without)
    {
        var rest = new List<string>(args);
        var end = rest.IndexOf("--");
        for (var i = (end < 0 ? rest.Count : end) - 1; i >= 0; i--)
            if (Array.IndexOf(without, rest[i]) >= 0) rest.RemoveAt(i);
        return Line(rest);
    }

    string Replaced(int length, string[] instead)
    {
        var rest = new List<string>(Args);
        rest.RemoveRange(_at, length);
        rest.InsertRange(_at, instead);
        return Line(rest);
    }

    static string Line(List<string> args) => "tspm " + string.Join(' ', args.Select(Shown));

    /// <summary>Quotes a word for the shell; of KEY=VALUE, only the value.</summary>
    public static string Shown(string word)
    {
        var equals = word.IndexOf('=');
        if (equals <= 0) return ShellWords.Quote(word);
        if (equals == word.Length - 1) return word;
        var key = word[..equals];
        var isPlain = ShellWords.Quote(key) == key;
        return isPlain ? $"{key}={ShellWords.Quote(word[(equals + 1)..])}" : ShellWords.Quote(word);
    }
}
