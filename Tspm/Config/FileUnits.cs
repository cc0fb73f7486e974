using System.Globalization;
using System.Text.Json;
using Tspm.Config.Validation;
using Tspm.Json;
using Tspm.Text;

namespace Tspm.Config;

/// <summary>
/// In a config file, a field that ends in <c>Ms</c> also takes a duration such as "5s", and one that ends in
/// <c>Bytes</c> a size such as "512MB", like flags and <c>set</c>. They are converted to numbers.
/// </summary>
internal static class FileUnits
{
    /// <summary>Whether the names of the members are chosen by the user, so that their endings mean nothing.</summary>
    static bool IsMap(string name) => name is "env" or "headers";

    /// <summary>
    /// The config with numbers in place of durations and sizes. Other values stay as they are, and are refused later.
    /// </summary>
    public static JsonElement AsNumbers(JsonElement config)
    {
        if (!HasUnit(config)) return config;
        try
        {
            return JsonText.ToElement(writer => Write(writer, config));
        }
        catch (InvalidOperationException)
        {
            // Text with half a surrogate pair cannot be copied. It is refused later, with a sentence.
            return config;
        }
    }

    /// <summary>The problem, with the forms that the field accepts.</summary>
    public static JsonProblem Explain(JsonProblem problem)
    {
        if (ExpectedAt(problem.Path) is not { } expected || problem.Found is ['"', ..] is false) return problem;
        var sentence = $"{problem.Path} must be {expected}, but is {problem.Found}";
        return problem with { Expected = expected, Sentence = sentence };
    }

    /// <summary>Quotes the value that was typed ("50ms") in place of the number that it stands for (50).</summary>
    /// <param name="problem">The problem with the number.</param>
    /// <param name="process">The process as it is in the file.</param>
    /// <param name="at">The path of the process.</param>
    public static ConfigProblem AsTyped(ConfigProblem problem, JsonElement process, string at)
    {
        var element = process;
        foreach (var name in problem.Path[at.Length..].Split('.', StringSplitOptions.RemoveEmptyEntries))
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return problem;
        var isText = element.ValueKind == JsonValueKind.String && JsonTypes.TryText(element, out _);
        return isText ? AsTyped(problem, element.GetString()) : problem;
    }

    /// <summary>Quotes the value that was typed in place of the number that it stands for.</summary>
    /// <param name="problem">The problem with the number.</param>
    /// <param name="typed">The value; null if the field was not typed.</param>
    public static ConfigProblem AsTyped(ConfigProblem problem, string? typed)
    {
        var isNumber = long.TryParse(
            problem.Found, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        if (!isNumber || typed is null || typed == problem.Found) return problem;
        var quoted = JsonProblems.Quote(typed);
        return problem with
        {
            Found = quoted,
            Sentence = problem.Sentence
                .Replace($"but is {problem.Found}", $"but is {quoted}", StringComparison.Ordinal),
        };
    }

    static string? ExpectedAt(string path) =>
        path.Contains(".env.", StringComparison.Ordinal) ? null
        : path.EndsWith("Ms", StringComparison.Ordinal) ? Duration.Expected
        : path.EndsWith("Bytes", StringComparison.Ordinal) ? ByteSize.Expected
        : null;

    static bool HasUnit(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(HasUnit),
        JsonValueKind.Array => element.EnumerateArray().Any(HasUnit),
        _ => false,
    };

    static bool HasUnit(JsonProperty member) =>
        JsonTypes.TryName(member, out var name) && !IsMap(name)
        && (NumberOf(name, member.Value) is not null || HasUnit(member.Value));

    /// <summary>Copies member by member, so that duplicates stay duplicates and are refused later.</summary>
    static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var item in element.EnumerateArray()) Write(writer, item);
            writer.WriteEndArray();
            return;
        }
        if (element.ValueKind != JsonValueKind.Object)
        {
            element.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        foreach (var member in element.EnumerateObject())
        {
            if (!JsonTypes.TryName(member, out var name) || IsMap(name)) member.WriteTo(writer);
            else if (NumberOf(name, member.Value) is { } number) writer.WriteNumber(name, number);
            else
            {
                writer.WritePropertyName(name);
                Write(writer, member.Value);
            }
        }
        writer.WriteEndObject();
    }

    /// <summary>The number that a text with a unit stands for.</summary>
    /// <returns>Null if it is not such a text, or the field takes no unit.</returns>
    static long? NumberOf(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String || !JsonTypes.TryText(value, out var text)) return null;
        if (name.EndsWith("Ms", StringComparison.Ordinal))
            return Duration.TryParse(text, out var time) ? (long)time.TotalMilliseconds : null;
        return name.EndsWith("Bytes", StringComparison.Ordinal) && ByteSize.TryParse(text, out var size) ? size : null;
    }
}
