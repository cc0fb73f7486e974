using System.Text.Json;

namespace Tspm.Daemon.Control;

/// <summary>
/// Summarises a request for the event log, with the client's own words: the selectors, or the names of the processes it
/// defines. Works on requests that have not been checked yet.
/// </summary>
internal static class RequestSummary
{
    /// <summary>Number and length limits that still identify a request in the event log.</summary>
    const int MaxNames = 20, MaxLength = 100;

    /// <returns>Null if the request names no process.</returns>
    public static IReadOnlyList<string>? Describe(JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object) return null;
        var words = new List<string>();
        if (parameters.TryGetProperty("selectors", out var selectors) && selectors.ValueKind == JsonValueKind.Array)
            foreach (var selector in selectors.EnumerateArray()) Add(words, selector);
        if (words.Count == 0 && parameters.TryGetProperty("define", out var define)
            && define.ValueKind == JsonValueKind.Array)
            foreach (var config in define.EnumerateArray())
                if (config.ValueKind == JsonValueKind.Object && config.TryGetProperty("name", out var name))
                    Add(words, name);
        if (words.Count == 0 && parameters.TryGetProperty("selector", out var one)) Add(words, one);
        return words.Count > 0 ? words : null;
    }

    static void Add(List<string> words, JsonElement word)
    {
        if (words.Count >= MaxNames || word.ValueKind != JsonValueKind.String
            || !Tspm.Json.JsonTypes.TryText(word, out var text)) return;
        words.Add(text.Length > MaxLength ? text[..MaxLength] : text);
    }
}
