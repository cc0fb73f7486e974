namespace Tspm.Config.Validation;

/// <summary>
/// One thing wrong with a config: the field's path, what is there, what would have been right, and all of it as a
/// sentence.
/// </summary>
internal sealed record ConfigProblem(string Path, string Found, string Expected, string Sentence);
