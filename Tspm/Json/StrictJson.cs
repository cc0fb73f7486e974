using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tspm.Json;

/// <summary>
/// One thing wrong with a piece of JSON: where, what would have been right, what is there, and what to do.
/// </summary>
internal sealed record JsonProblem(string Path, string Expected, string Found, string? Hint, string Sentence);

/// <summary>JSON that does not fit its type. The message is a whole sentence.</summary>
internal sealed class StrictJsonException(JsonProblem problem) : Exception(problem.Sentence)
{
    public JsonProblem Problem { get; } = problem;
    public string Path => Problem.Path;
    public string Expected => Problem.Expected;
    public string Found => Problem.Found;
    public string? Hint => Problem.Hint;
}

/// <summary>
/// Reads JSON into a type and says precisely what does not fit. System.Text.Json stops at the first trouble with a text
/// that is not in the trimmed executable; so the JSON is first walked beside the type's own metadata (source-generated,
/// no reflection): unknown, doubled and missing members, wrong kinds. What passes is then deserialised. Used for
/// requests, config files and <c>set</c> alike, so all three say the same.
/// </summary>
internal static class StrictJson
{
    /// <summary>
    /// Reads or throws <see cref="StrictJsonException"/> about the first problem. <paramref name="path"/> stands in
    /// front of every path, such as <c>params</c>. The element must come from strict JSON (no comments): it remembers
    /// its text, and that is read again.
    /// </summary>
    /// <param name="hints">What to say about unknown members; null: only what the type knows.</param>
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
            // What the walk does not know (a converter's own rule, such as an enum's words): the path is still exact.
            var inner = failure.Path is null or "$"
                ? path
                : JsonProblems.Join(path, failure.Path.TrimStart('$').TrimStart('.'));
            throw new StrictJsonException(JsonProblems.Unfit(inner));
        }
    }

    /// <summary>All problems, in the order of the text; empty: <see cref="Read"/> will do.</summary>
    public static IReadOnlyList<JsonProblem> Problems(
        JsonElement element, JsonTypeInfo type, string path, IFieldHints? hints = null)
    {
        var walk = new JsonWalk(hints);
        walk.Check(element, type, path);
        return walk.Problems;
    }
}
