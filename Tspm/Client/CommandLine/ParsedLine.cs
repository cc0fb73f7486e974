using System.Globalization;

namespace Tspm.Client.CommandLine;

/// <summary>
/// A parsed and checked command line, as a command receives it. The values of its flags have the right kinds, and the
/// number of its words is one that the verb accepts.
/// </summary>
/// <param name="Verb">The verb.</param>
/// <param name="Words">The words that are neither the verb nor a flag.</param>
/// <param name="Program">The words after <c>--</c> if the verb takes a program; null without <c>--</c>.</param>
/// <param name="Flags">In the order in which they were given.</param>
internal sealed record ParsedLine(Verb Verb, string[] Words, string[]? Program, IReadOnlyList<GivenFlag> Flags)
{
    /// <summary>The words as selectors; null if there are none, which means all processes.</summary>
    public string[]? Selectors => Words.Length > 0 ? Words : null;

    /// <summary>The flags that change a config.</summary>
    public IReadOnlyList<GivenFlag> ConfigFlags => [.. Flags.Where(static given => given.Flag.ChangesConfig)];

    /// <returns>The last value that was given, or null if there was none.</returns>
    public string? ValueOf(string name) => Last(name)?.Value;

    /// <returns>The value of a flag that takes a number, or null if the flag was not given.</returns>
    public int? NumberOf(string name) =>
        ValueOf(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;

    /// <summary>Whether the switch was given, and not switched off later on the line.</summary>
    public bool IsOn(string name) => Last(name) is { On: true };

    /// <summary>Whether the switch was given as <c>--no-NAME</c>, or with the value false.</summary>
    public bool IsOff(string name) => Last(name) is { On: false };

    GivenFlag? Last(string name)
    {
        for (var i = Flags.Count - 1; i >= 0; i--)
            if (Flags[i].Name == name) return Flags[i];
        return null;
    }
}
