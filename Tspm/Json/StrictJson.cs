using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tspm.Json;

/// <summary>One problem in a piece of JSON: where it is, what was expected, what was found, and what to do.</summary>
internal sealed record JsonProblem(string Path, string Expected, string Found, string? Hint, string Sentence);

/// <summary>Thrown for JSON that does not fit its type. The message is a full sentence.</summary>
internal sealed class StrictJsonException(JsonProblem problem) : Exception(problem.Sentence)
{
    public JsonProblem Problem { get; } = problem;
    public string Path => Problem.Path;
    public string Expected => Problem.Expected;
    public string Found => Problem.Found;
    public string? Hint => Problem.Hint;
}

/// <summary>
/// Reads JSON into a type and says precisely what does not fit. System.Text.Json stops at the first problem, with a
/// message that the trimmed executable does not contain. So the JSON is first checked against the metadata of the type
/// (source-generated, no reflection) for unknown, duplicate and missing members and for values of the wrong kind; only
/// then is it deserialised. Requests, config files and <c>set</c> all use this class, so they report problems in the
/// same words.
/// </summary>
internal static class StrictJson
{
    /// <summary>
    /// Reads a value or throws <see cref="StrictJsonException"/> about the first problem. The element must come from
    /// strict JSON (no comments), because deserialising parses its text again.
    /// </summary>
    /// <param name="path">Prefix of every path in messages, such as <c>params</c>.</param>
    /// <param name="hints">Hints for messages about unknown members; null to use only the metadata.</param>
    public static T Read<T>(JsonElement element, JsonTypeInfo<T> type, string path, IFieldHints? hints = null)
    {
        var problems = Problems(element, type, path, hints);
        if (problems.Count > 0) throw new StrictJsonException(problems[0]);
        try
        {
            return element.Deserialize(type)
                ?? throw new StrictJsonException(JsonProblems.WrongKind(path, JsonTypes.Describe(type), element));
        }
        catch (JsonException failure)
        {
            // The check does not know the rules of converters, such as the words of an enum. The path is still exact.
            var inner = failure.Path is null or "$"
                ? path
                : JsonProblems.Join(path, failure.Path.TrimStart('$').TrimStart('.'));
            throw new StrictJsonException(JsonProblems.Invalid(inner));
        }
    }

    /// <summary>
    /// All problems, in document order. If the list is empty, <see cref="Read"/> succeeds, unless a converter refuses a
    /// value.
    /// </summary>
    public static IReadOnlyList<JsonProblem> Problems(
        JsonElement element, JsonTypeInfo type, string path, IFieldHints? hints = null)
    {
        var walk = new JsonWalk(hints);
        walk.Check(element, type, path);
        return walk.Problems;
    }
}
