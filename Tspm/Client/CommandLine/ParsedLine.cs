using System.Globalization;

namespace Tspm.Client.CommandLine;

/// <summary>
/// A command line that was understood and checked: what a command gets. The values of its flags have the right kinds,
/// and it has as many words as its verb takes.
/// </summary>
/// <param name="Verb">What is to be done.</param>
/// <param name="Words">What is neither the verb nor a flag.</param>
/// <param name="Program">What follows <c>--</c>, where the verb takes a program; null without it.</param>
/// <param name="Flags">In the order in which they were given.</param>
internal sealed record ParsedLine(Verb Verb, string[] Words, string[]? Program, IReadOnlyList<GivenFlag> Flags)
{
    /// <summary>The words as selectors; null: there are none, which means all.</summary>
    public string[]? Selectors => Words.Length > 0 ? Words : null;

    /// <summary>The flags that change a config.</summary>
    public IReadOnlyList<GivenFlag> ConfigFlags => [.. Flags.Where(static given => given.Flag.ChangesConfig)];

    /// <summary>The value that was given last; null: none was.</summary>
    public string? ValueOf(string name) => Last(name)?.Value;

    /// <summary>The value of a flag that takes a number; null: it was not given.</summary>
    public int? NumberOf(string name) =>
        ValueOf(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;

    /// <summary>The switch was given, and not switched off again.</summary>
    public bool IsOn(string name) => Last(name) is { On: true };

    /// <summary>The switch was given as <c>--no-NAME</c>, or with the value false.</summary>
    public bool IsOff(string name) => Last(name) is { On: false };

    GivenFlag? Last(string name)
    {
        for (var i = Flags.Count - 1; i >= 0; i--)
            if (Flags[i].Name == name) return Flags[i];
        return null;
    }
}
