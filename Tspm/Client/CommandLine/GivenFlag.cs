namespace Tspm.Client.CommandLine;

/// <summary>A flag on the command line. A switch has no value; it is <see cref="On"/> or off.</summary>
internal sealed record GivenFlag(Flag Flag, string? Value, bool On = true)
{
    public string Name => Flag.Name;

    /// <summary>A sentence about what the value means here, if that is not obvious; otherwise null.</summary>
    public string? Note { get; init; }

    /// <summary>The value, or "true" or "false" for a switch.</summary>
    public string Text => Value ?? (On ? "true" : "false");
}
