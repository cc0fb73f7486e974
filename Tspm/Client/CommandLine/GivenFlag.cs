namespace Tspm.Client.CommandLine;

/// <summary>A flag as it was given; the value is null for a switch, which is then <see cref="On"/> or off.</summary>
internal readonly record struct GivenFlag(Flag Flag, string? Value, bool On = true)
{
    public string Name => Flag.Name;

    /// <summary>The value, or "true" or "false" for a switch.</summary>
    public string Text => Value ?? (On ? "true" : "false");
}
