namespace Tspm.Config.Validation;

/// <summary>
/// A problem in a config: the path of the field, what was found, what was expected, and all of it as a sentence.
/// </summary>
internal sealed record ConfigProblem(string Path, string Found, string Expected, string Sentence);
