namespace Tspm.Client.CommandLine;

/// <summary>
/// Reads which words a verb takes from the usage line that help prints: <c>NAME</c> or <c>SELECTOR…</c> for a kind of
/// word, <c>start</c> for itself, <c>(A | B)</c> for one of several, <c>[A]</c> for a word that may be missing.
/// </summary>
internal static class UsageWords
{
    /// <summary>The words that may come next.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="before">The words that come before, without flags.</param>
    /// <returns>Kinds of words in capitals, and words to be typed as they are.</returns>
    public static List<string> After(Verb verb, IReadOnlyList<string> before)
    {
        var next = new List<string>();
        var at = 0;
        foreach (var part in Split(verb.Usage[verb.Name.Length..], ' '))
        {
            var inner = part[0] is '[' or '(' ? part[1..^1] : part;
            if (inner is "flags" || inner.StartsWith("--", StringComparison.Ordinal)) continue;
            var repeats = inner.Contains('…');
            foreach (var choice in Split(inner, '|')) Add(next, choice, before, at);
            if (at == before.Count && !repeats) break;
            if (at < before.Count) at++;
            else if (part[0] != '[') break;
        }
        return next;
    }

    /// <summary>A choice of several words counts only after its first one has been typed.</summary>
    static void Add(List<string> next, string choice, IReadOnlyList<string> before, int at)
    {
        // What comes after dashes belongs to a program.
        if (choice.StartsWith("--", StringComparison.Ordinal)) return;
        var words = Split(choice, ' ');
        var first = words[0].TrimEnd('…');
        if (at == before.Count || words[0] != first) next.Add(first);
        else if (words.Count > 1 && at + 1 == before.Count && before[at] == first) next.Add(words[1].Trim('[', ']'));
    }

    /// <summary>Splits outside brackets.</summary>
    static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (begin, depth) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is '[' or '(') depth++;
            if (i < text.Length && text[i] is ']' or ')') depth--;
            if (i < text.Length && (depth > 0 || text[i] != separator)) continue;
            if (text[begin..i].Trim() is { Length: > 0 } part) parts.Add(part);
            begin = i + 1;
        }
        return parts;
    }
}
