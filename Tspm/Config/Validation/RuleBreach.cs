namespace Tspm.Config.Validation;

/// <summary>What breaks a rule.</summary>
/// <param name="Found">The value.</param>
/// <param name="Sentence">The whole sentence, if it differs from the standard one.</param>
/// <param name="At">The part of the field, to be appended to its path.</param>
internal sealed record RuleBreach(string Found, string? Sentence = null, string? At = null)
{
    /// <summary>What the part must be, if it differs from what the field must be.</summary>
    public string? Expected { get; init; }
}
