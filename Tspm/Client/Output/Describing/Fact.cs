using Tspm.Client.Terminal;

namespace Tspm.Client.Output.Describing;

/// <summary>A line of a description.</summary>
/// <param name="Label">What it is about. Several facts in a row may have the same label.</param>
/// <param name="Text">Without control characters.</param>
internal sealed record Fact(string Label, string Text)
{
    /// <summary>How the text looks on a terminal.</summary>
    public Style Style { get; init; }

    /// <summary>Whether the text is a sentence, of which no part should be cut off.</summary>
    public bool IsSentence { get; init; }
}
