using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Text;

namespace Tspm.Json;

/// <summary>The messages of <see cref="StrictJson"/>, one method per kind of problem.</summary>
internal static class JsonProblems
{
    /// <summary>Longer values are cut in messages; the path shows where to find the whole value.</summary>
    const int MaxShown = 60;

    /// <summary>What is found where a value is missing.</summary>
    public const string Nothing = "nothing";

    /// <summary>Appends a member name or a list index such as <c>[0]</c> to a path.</summary>
    public static string Join(string path, string name) =>
        path.Length == 0 ? name : name.StartsWith('[') ? path + name : $"{path}.{name}";

    public static JsonProblem WrongKind(string path, string expected, JsonElement found)
    {
        // A value in an environment may be a secret, even in the wrong place, so only its kind is shown.
        var shown = IsInEnvironment(path) && found.ValueKind is not JsonValueKind.Null ? Kind(found) : Show(found);
        return new JsonProblem(path, expected, shown, null, $"{Subject(path)} must be {expected}, but is {shown}");
    }

    public static JsonProblem Missing(string path, string expected) =>
        new(path, expected, Nothing, $"add {path}", $"{path} is missing; it must be {expected}");

    public static JsonProblem Duplicate(string path) =>
        new(path, "one value", "two", "remove one of the two", $"{path} is given twice; remove one of the two");

    public static JsonProblem InvalidName(string path) =>
        new(path, "names in valid Unicode", "a name with half a surrogate pair", null,
            $"{Subject(path)} has a member whose name is not valid Unicode");

    public static JsonProblem Invalid(string path) =>
        new(path, "a valid value", "another", null, $"{Subject(path)} has a value that is not allowed here");

    /// <summary>An unknown field of an object.</summary>
    /// <param name="path">The path of the object.</param>
    /// <param name="name">The name of the field.</param>
    /// <param name="type">The type of the object.</param>
    /// <param name="hints">See <see cref="IFieldHints"/>.</param>
    /// <param name="asPath">
    /// True if the user writes fields with their path, as in <c>restart.delayMs=500</c>; false if the field is written
    /// inside its object.
    /// </param>
    public static JsonProblem Unknown(
        string path, string name, JsonTypeInfo type, IFieldHints? hints, bool asPath = false)
    {
        var (inner, members) = (Join(path, name), JsonTypes.Members(type));
        if (hints?.SynonymOf(type.Type, name) is { } field && !members.ContainsKey(name))
            return new JsonProblem(inner, field, name, $"use {field}", $"{inner} is not a known field; use {field}");
        var below = members.Where(member => HasMember(member.Value, name)).Select(member => $"{member.Key}.{name}");
        List<string> meant = [.. below];
        if (meant.Count == 0 && NearestName.Find(name, members.Keys) is { } near) meant.Add(near);
        if (asPath) meant = meant.ConvertAll(known => Join(path, known));
        if (meant.Count == 0) return Unknown(path, name, [.. members.Keys], hints?.WhereToLook(type.Type));
        var hint = $"did you mean '{string.Join("' or '", meant)}'?";
        return new JsonProblem(inner, meant[0], name, hint, $"{inner} is not a known field; {hint}");
    }

    /// <summary>An unknown field of an object that has no type.</summary>
    /// <param name="path">The path of the object.</param>
    /// <param name="name">The name of the field.</param>
    /// <param name="known">The known names.</param>
    /// <param name="whereToLook">Where to find all fields; null to list them.</param>
    public static JsonProblem Unknown(string path, string name, List<string> known, string? whereToLook = null)
    {
        var (inner, near) = (Join(path, name), NearestName.Find(name, known));
        var hint = near is not null ? $"did you mean '{near}'?" : whereToLook ?? List(known);
        return new JsonProblem(inner, near ?? "a known field", name, hint, $"{inner} is not a known field; {hint}");
    }

    /// <summary>Whether a field is an object that has a member with this name.</summary>
    static bool HasMember(JsonPropertyInfo property, string name) =>
        JsonTypes.For(property) is { Kind: JsonTypeInfoKind.Object } type && JsonTypes.Members(type).ContainsKey(name);

    static string List(List<string> names) =>
        names.Count == 0
            ? "no fields are known here"
            : $"known fields are {string.Join(", ", names.Order(StringComparer.Ordinal))}";

    static bool IsInEnvironment(string path) =>
        path.Contains(".env.", StringComparison.Ordinal) || path.Contains(".environment.", StringComparison.Ordinal)
            || path.StartsWith("env.", StringComparison.Ordinal);

    static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => Show(element),
    };

    /// <summary>A short form of a value, for messages: <c>"text"</c>, <c>1.5</c>, <c>a list</c>.</summary>
    public static string Show(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        JsonValueKind.Undefined => "missing",
        JsonValueKind.String =>
            JsonTypes.TryText(element, out var text) ? Quote(text) : "text that is not valid Unicode",
        _ => Cut(element.GetRawText()),
    };

    /// <summary>
    /// A text in double quotes, cut if it is long, with control characters replaced so that they cannot affect a
    /// terminal.
    /// </summary>
    public static string Quote(string text) =>
        $"\"{Cut(new string([.. text.Select(WithoutControl)]))}\"";

    static char WithoutControl(char letter) => char.IsControl(letter) ? '\uFFFD' : letter;

    static string Cut(string text) => text.Length <= MaxShown ? text : text[..MaxShown] + "…";

    static string Subject(string path) => path.Length == 0 ? "the value" : path;
}
