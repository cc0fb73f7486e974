using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Tspm.Config.Validation;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Config;

/// <summary>
/// Reads the VALUE of an assignment as JSON of the type of the field: text is taken as it is, numbers may have a unit,
/// lists are JSON or words.
/// </summary>
internal static class AssignedValue
{
    /// <summary>Throws <see cref="StrictJsonException"/> if the text cannot be read as this type.</summary>
    public static JsonNode Read(string text, JsonTypeInfo type, string path) => type.Kind switch
    {
        JsonTypeInfoKind.Enumerable => List(text, type, path),
        JsonTypeInfoKind.None => Simple(text, type.Type, path),
        _ =>
            text.StartsWith('{')
                ? Json(text, type, path)
                : throw NotAnObject(text, type, path),
    };

    /// <summary>Names a member that exists: the one that the value is for, if its words are known.</summary>
    static StrictJsonException NotAnObject(string text, JsonTypeInfo type, string path)
    {
        const string expected = "a JSON object";
        if (type.Kind == JsonTypeInfoKind.Dictionary)
            return Misfit(path, $"{expected}, or one member such as {path}.NAME=VALUE", text);
        var members = JsonTypes.Members(type).Keys.ToList();
        // A readiness probe shares its type with a health check, which is repeated.
        if (path == "ready") members.RemoveAll(static member => member is "intervalMs" or "timeoutMs" or "failures");
        var meant = members.Find(member =>
            ConfigValidation.BoundsOf($"{path}.{member}")?.Words is { } words && words.Contains(text));
        var example = path is "ready" or "health" ? "tcp=127.0.0.1:8080"
            : meant is null ? $"{members[0]}=VALUE" : $"{meant}={text}";
        return new StrictJsonException(new JsonProblem(path, expected, JsonProblems.Quote(text), null,
            $"{path} has the members {string.Join(", ", members)}; set one of them, such as {path}.{example}"));
    }

    static JsonValue Simple(string text, Type type, string path)
    {
        if (JsonTypes.IsWhole(type)) return Number(text, path);
        if ((Nullable.GetUnderlyingType(type) ?? type) != typeof(bool)) return JsonValue.Create(text);
        return text switch
        {
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ => throw Misfit(path, "true or false", text)
        };
    }

    /// <summary>
    /// Reads a number. Fields that end in Ms also take durations, fields that end in Bytes also sizes. A plain number
    /// means the same everywhere.
    /// </summary>
    static JsonValue Number(string text, string path)
    {
        if (path == "instances" && text == InstanceCount.Max) return JsonValue.Create(text);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return JsonValue.Create(number);
        if (path.EndsWith("Ms", StringComparison.Ordinal))
            return Duration.TryParse(text, out var duration)
                ? JsonValue.Create((long)duration.TotalMilliseconds)
                : throw Misfit(path, Duration.Expected, text);
        if (path.EndsWith("Bytes", StringComparison.Ordinal))
            return ByteSize.TryParse(text, out var size)
                ? JsonValue.Create(size)
                : throw Misfit(path, ByteSize.Expected, text);
        throw Misfit(path, "a whole number", text);
    }

    static JsonNode List(string text, JsonTypeInfo type, string path)
    {
        if (text.TrimStart().StartsWith('[')) return Json(text, type, path);
        if (JsonTypes.IsWhole(type.ElementType!))
            return new JsonArray([.. text.Split(',').Select(part => Number(part.Trim(), path))]);
        if (type.Options.GetTypeInfo(type.ElementType!).Kind == JsonTypeInfoKind.Object)
            throw Misfit(path, ListForm(text, path), text);
        var words = ShellWords.Split(text)
            ?? throw Misfit(path, "words as in a shell (quote special characters), or a JSON list: [\"a\", \"b\"]",
                text);
        return new JsonArray([.. words.Select(word => (JsonNode)JsonValue.Create(word))]);
    }

    static string ListForm(string text, string path) => path == "dependsOn"
        ? $"a list in JSON, such as [{{\"name\": {JsonProblems.Quote(text)}}}] (or use --depends-on {text})"
        : "a list in JSON: [ { … } ]";

    static JsonNode Json(string text, JsonTypeInfo type, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (StrictJson.Problems(document.RootElement, type, path, ConfigFieldHints.Instance) is [var problem, ..])
                throw new StrictJsonException(problem);
            return JsonNode.Parse(text)!;
        }
        catch (JsonException)
        {
            throw Misfit(path, $"{JsonTypes.Describe(type)} in JSON", text);
        }
    }

    static StrictJsonException Misfit(string path, string expected, string text)
    {
        var found = JsonProblems.Quote(text);
        return new StrictJsonException(new JsonProblem(path, expected, found, null,
            $"{path} must be {expected}, but is {found}"));
    }
}
