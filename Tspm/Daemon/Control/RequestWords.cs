using System.Text.Json;

namespace Tspm.Daemon.Control;

/// <summary>
/// What a request is about, in the words of who sent it: selectors, or the names of what is defined. For the record,
/// before anything of it is checked.
/// </summary>
internal static class RequestWords
{
    /// <summary>So many, and as long, are enough to know it by.</summary>
    const int Most = 20, MostLetters = 100;

    /// <summary>Null: it names nothing.</summary>
    public static IReadOnlyList<string>? Of(JsonElement parameters)
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
        if (words.Count >= Most || word.ValueKind != JsonValueKind.String
            || !Tspm.Json.JsonTypes.TryText(word, out var text)) return;
        words.Add(text.Length > MostLetters ? text[..MostLetters] : text);
    }
}
