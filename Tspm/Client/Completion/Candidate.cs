namespace Tspm.Client.Completion;

/// <summary>A word that may stand at the cursor.</summary>
internal sealed class Candidate(string text, string description)
{
    /// <summary>The whole word, as the program gets it: without quotes.</summary>
    public string Text => text;

    /// <summary>For shells that show one; may be empty.</summary>
    public string Description => description;

    /// <summary>More follows in the same word, so the shell adds no space.</summary>
    public bool GoesOn => text[^1] is '/' or '=' or ':' or '.';
}
