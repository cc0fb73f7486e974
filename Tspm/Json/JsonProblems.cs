using System.Text.Json;
using Tspm.Text;

namespace Tspm.Json;

/// <summary>The messages of <see cref="StrictJson"/>, one method per kind of problem.</summary>
internal static class JsonProblems
{
    /// <summary>Longer values are cut in messages; the path shows where to find the whole value.</summary>
    const int MaxShown = 60;

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
        new(path, expected, "nothing", $"add {path}", $"{path} is missing; it must be {expected}");

    public static JsonProblem Duplicate(string path) =>
        new(path, "one value", "two", "remove one of the two", $"{path} is given twice; remove one of the two");

    public static JsonProblem InvalidName(string path) =>
        new(path, "names in valid Unicode", "a name with half a surrogate pair", null,
            $"{Subject(path)} has a member whose name is not valid Unicode");

    public static JsonProblem Invalid(string path) =>
        new(path, "a valid value", "another", null, $"{Subject(path)} has a value that is not allowed here");

    public static JsonProblem Unknown(
        string path, string name, Type type, IEnumerable<string> known, IFieldHints? hints)
    {
        var inner = Join(path, name);
        var names = known.ToList();
        if (hints?.SynonymOf(type, name) is { } field && !names.Contains(name))
            return new JsonProblem(inner, field, name, $"use {field}", $"{inner} is not a known field; use {field}");
        var near = NearestName.Find(name, names);
        var hint = near is not null ? $"did you mean '{near}'?" : hints?.WhereToLook(type) ?? List(names);
        return new JsonProblem(inner, near ?? "a known field", name, hint, $"{inner} is not a known field; {hint}");
    }

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
