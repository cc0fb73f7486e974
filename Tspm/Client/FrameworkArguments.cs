using Tspm.Client.Commands;
using Tspm.Client.Grammar;

namespace Tspm.Client;

/// <summary>
/// A checked command line in the form that ConsoleAppFramework binds without loss: the verb, then <c>--option value</c> pairs only. Lists travel
/// as one value, each item behind a unit separator; so no value can be taken for a flag, an escape or a comma-separated list.
/// </summary>
internal static class FrameworkArguments
{
    /// <summary>ASCII unit separator. Within an item it is doubled by <see cref="Escape"/>, so any text survives.</summary>
    public const char Separator = '\u001f';

    /// <summary>Stands for a separator within an item (ASCII record separator, and '1'), and for itself (and '0').</summary>
    const char EscapeMark = '\u001e';

    public static string[] Of(ParsedLine line)
    {
        if (FileVerbs.Has(line.Verb.Name)) return OfFiles(line);
        var args = new List<string> { line.Verb.Name };
        if (line.Words.Count > 0) Add(args, "--words", line.Words);
        if (line.Program is { } program) Add(args, "--program", program);
        var config = new List<string>();
        var switches = new List<string>();
        foreach (var given in line.Flags)
        {
            // Taken before there is a verb: which daemon is meant.
            if (given.Flag.Name is "system" or "host" or "silent") continue;
            if (given.Flag.ChangesConfig) config.AddRange([given.Flag.Name, given.Value ?? (given.On ? "true" : "false")]);
            else if (given.Value is { } value) args.AddRange(["--" + given.Flag.Name, value]);
            else Switch(switches, given);
        }
        if (config.Count > 0) Add(args, "--config", config);
        args.AddRange(switches);
        return [.. args];
    }

    /// <summary>Verbs that share one command: the verb is the first word, and every flag a pair.</summary>
    static string[] OfFiles(ParsedLine line)
    {
        var pairs = new List<string>();
        foreach (var given in line.Flags) pairs.AddRange([given.Flag.Name, given.Value ?? (given.On ? "true" : "false")]);
        var args = new List<string> { FileVerbs.Command };
        Add(args, "--words", [line.Verb.Name, .. line.Words]);
        Add(args, "--config", pairs);
        return [.. args];
    }

    /// <summary>The items of a list that travelled as one value.</summary>
    public static string[] Items(ReadOnlySpan<char> encoded)
    {
        if (encoded.Length == 0) return [];
        var items = encoded[1..].ToString().Split(Separator);
        for (var i = 0; i < items.Length; i++) items[i] = items[i].Replace($"{EscapeMark}1", $"{Separator}").Replace($"{EscapeMark}0", $"{EscapeMark}");
        return items;
    }

    static void Add(List<string> args, string option, IReadOnlyList<string> items)
    {
        if (items.Count == 0) args.AddRange([option, ""]);
        else args.AddRange([option, Separator + string.Join(Separator, items.Select(Escape))]);
    }

    static string Escape(string item) => item.Replace($"{EscapeMark}", $"{EscapeMark}0").Replace($"{Separator}", $"{EscapeMark}1");

    /// <summary>The last word on a switch counts. What is shown as <c>--no-x</c> travels as <c>--no-x</c>, because that is what the commands take.</summary>
    static void Switch(List<string> switches, GivenFlag given)
    {
        var option = given.Flag.ShownAsNo ? "--no-" + given.Flag.Name : "--" + given.Flag.Name;
        switches.Remove(option);
        if (given.On != given.Flag.ShownAsNo) switches.Add(option);
    }
}
