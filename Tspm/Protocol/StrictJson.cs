using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Model;

namespace Tspm.Protocol;

/// <summary>One thing wrong with a piece of JSON: where, what would have been right, what is there, and what to do.</summary>
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
/// Reads JSON into a type and says precisely what does not fit. System.Text.Json stops at the first trouble with a text that is not in the trimmed
/// executable; so the JSON is first walked beside the type's own metadata (source-generated, no reflection): unknown, doubled and missing
/// members, wrong kinds. What passes is then deserialised. Used for requests, config files and <c>set</c> alike, so all three say the same.
/// </summary>
internal static class StrictJson
{
    /// <summary>
    /// Reads or throws <see cref="StrictJsonException"/> about the first problem. <paramref name="path"/> stands in front of every path, such as
    /// <c>params</c>. The element must come from strict JSON (no comments): it remembers its text, and that is read again.
    /// </summary>
    public static T Read<T>(JsonElement element, JsonTypeInfo<T> type, string path)
    {
        var problems = Problems(element, type, path);
        if (problems.Count > 0) throw new StrictJsonException(problems[0]);
        try
        {
            return element.Deserialize(type) ?? throw new StrictJsonException(JsonProblems.WrongKind(path, JsonTypes.Describe(type), element));
        }
        catch (JsonException failure)
        {
            // What the walk does not know (a converter's own rule, such as an enum's words): the path is still exact.
            var inner = failure.Path is null or "$" ? path : JsonProblems.Join(path, failure.Path.TrimStart('$').TrimStart('.'));
            throw new StrictJsonException(JsonProblems.Unfit(inner));
        }
    }

    /// <summary>All problems, in the order of the text; empty: <see cref="Read"/> will do.</summary>
    public static IReadOnlyList<JsonProblem> Problems(JsonElement element, JsonTypeInfo type, string path)
    {
        var problems = new List<JsonProblem>();
        Check(element, type, path, problems);
        return problems;
    }

    /// <summary>More are of no use to anybody, and a megabyte of mistakes would take minutes to describe.</summary>
    const int MostProblems = 100;

    static void Check(JsonElement element, JsonTypeInfo type, string path, List<JsonProblem> problems)
    {
        if (problems.Count >= MostProblems) return;
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CheckObject(element, type, path, problems);
                break;
            case JsonTypeInfoKind.Dictionary when element.ValueKind == JsonValueKind.Object:
                CheckDictionary(element, type, path, problems);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                CheckList(element, type, path, problems);
                break;
            case JsonTypeInfoKind.None when JsonTypes.Fits(element, type.Type):
                break;
            default:
                problems.Add(JsonProblems.WrongKind(path, JsonTypes.Describe(type), element));
                break;
        }
    }

    static void CheckObject(JsonElement element, JsonTypeInfo type, string path, List<JsonProblem> problems)
    {
        var known = JsonTypes.Members(type);
        var members = Members(element, path, problems);
        foreach (var (name, value) in members)
        {
            if (problems.Count >= MostProblems) return;
            var inner = JsonProblems.Join(path, name);
            if (!known.TryGetValue(name, out var property)) problems.Add(JsonProblems.Unknown(path, name, type.Type, known.Keys));
            else if (property.CustomConverter is InstanceCount && value.ValueKind == JsonValueKind.String && value.ValueEquals(InstanceCount.Max)) { }
            else if (value.ValueKind != JsonValueKind.Null) Check(value, JsonTypes.Of(property), inner, problems);
            else if (!property.IsSetNullable) problems.Add(JsonProblems.WrongKind(inner, JsonTypes.Describe(JsonTypes.Of(property)), value));
        }
        foreach (var property in known.Values)
        {
            if (!property.IsRequired || members.Exists(member => member.Name == property.Name)) continue;
            problems.Add(JsonProblems.Missing(JsonProblems.Join(path, property.Name), JsonTypes.Describe(JsonTypes.Of(property))));
        }
    }

    static void CheckDictionary(JsonElement element, JsonTypeInfo type, string path, List<JsonProblem> problems)
    {
        var valueType = type.Options.GetTypeInfo(type.ElementType!);
        foreach (var (name, value) in Members(element, path, problems)) Check(value, valueType, JsonProblems.Join(path, name), problems);
    }

    static void CheckList(JsonElement element, JsonTypeInfo type, string path, List<JsonProblem> problems)
    {
        var itemType = type.Options.GetTypeInfo(type.ElementType!);
        var index = 0;
        foreach (var item in element.EnumerateArray()) Check(item, itemType, $"{path}[{index++}]", problems);
    }

    /// <summary>The members of an object, each name once: of two with one name it cannot be known which was meant.</summary>
    static List<(string Name, JsonElement Value)> Members(JsonElement element, string path, List<JsonProblem> problems)
    {
        var members = new List<(string, JsonElement)>();
        var seen = new HashSet<string>();
        foreach (var member in element.EnumerateObject())
        {
            if (problems.Count >= MostProblems) break;
            if (JsonTypes.TryName(member, out var name) && seen.Add(name)) members.Add((name, member.Value));
            else problems.Add(name is null ? JsonProblems.BrokenName(path) : JsonProblems.Doubled(JsonProblems.Join(path, name)));
        }
        return members;
    }
}
