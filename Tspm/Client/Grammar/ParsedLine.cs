namespace Tspm.Client.Grammar;

/// <summary>A flag as it was given; the value is null for a switch, which is then <see cref="On"/> or off.</summary>
internal readonly record struct GivenFlag(Flag Flag, string? Value, bool On = true);

/// <summary>A command line that was understood and checked.</summary>
internal sealed record ParsedLine(Verb Verb, IReadOnlyList<string> Words, IReadOnlyList<string>? Program, IReadOnlyList<GivenFlag> Flags)
{
    /// <summary>Null: not given.</summary>
    public string? ValueOf(string name)
    {
        foreach (var given in Flags)
            if (given.Flag.Name == name) return given.Value;
        return null;
    }

    public bool IsOn(string name)
    {
        var on = false;
        foreach (var given in Flags)
            if (given.Flag.Name == name) on = given.On;
        return on;
    }
}

/// <summary>The user's mistake, in one sentence: exit 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
