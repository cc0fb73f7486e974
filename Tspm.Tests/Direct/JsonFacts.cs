using System.Globalization;
using System.Text.Json;

namespace Tspm.Tests.Direct;

/// <summary>
/// Facts about a JSON document as <c>PATH=VALUE</c>: names and numbers of elements with dots between them; a string as
/// it reads, everything else as JSON writes it. <c>PATH~TEXT</c>: the value contains the text.
/// </summary>
internal static class JsonFacts
{
    /// <summary>The document, or the first one when there is one a line.</summary>
    public static JsonElement Read(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return JsonDocument.Parse(text.Split('\n')[0]).RootElement;
        }
    }

    /// <summary>Null: the fact is true. Otherwise, what is there instead.</summary>
    public static string? Problem(JsonElement document, string fact)
    {
        var sign = fact.IndexOfAny(['=', '~']);
        var (path, wanted) = (fact[..sign], fact[(sign + 1)..]);
        var here = document;
        foreach (var step in path.Split('.'))
            if (Next(here, step) is { } next) here = next;
            else return $"{fact}: there is no '{step}'";
        var value = here.ValueKind == JsonValueKind.String ? here.GetString()! : here.GetRawText();
        var isTrue = fact[sign] == '=' ? value == wanted : value.Contains(wanted, StringComparison.Ordinal);
        return isTrue ? null : $"{fact}: it is {value}";
    }

    static JsonElement? Next(JsonElement here, string step)
    {
        if (here.ValueKind == JsonValueKind.Array)
        {
            var index = int.Parse(step, CultureInfo.InvariantCulture);
            return index < here.GetArrayLength() ? here[index] : null;
        }
        return here.ValueKind == JsonValueKind.Object && here.TryGetProperty(step, out var member) ? member : null;
    }
}
