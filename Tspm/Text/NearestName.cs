namespace Tspm.Text;

/// <summary>
/// Finds what a user probably meant: the known word with the fewest slips (a letter wrong, missing, doubled or
/// swapped).
/// </summary>
internal static class NearestName
{
    /// <summary>Longer words are not compared: nobody mistypes them, and the work grows with the square.</summary>
    const int MaxLength = 100;

    /// <summary>Shorter beginnings fit too many words.</summary>
    const int ShortestBeginning = 3;

    /// <summary>
    /// Null when nothing is near: more than a third of the letters would have to change, and no word begins so.
    /// </summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > MaxLength) return null;
        string? best = null, longer = null;
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in known)
        {
            if (word.Length >= ShortestBeginning && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                longer ??= candidate;
            if (Math.Abs(candidate.Length - word.Length) >= bestDistance) continue;
            var distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance >= bestDistance || distance >= candidate.Length) continue;
            (best, bestDistance) = (candidate, distance);
        }
        return best ?? longer;
    }

    /// <summary>"; did you mean 'web'?" or nothing: the tail of a sentence.</summary>
    public static string Question(string word, IEnumerable<string> known) =>
        Of(word, known) is { } near ? $"; did you mean '{near}'?" : "";

    /// <summary>Optimal string alignment: Levenshtein's distance with a swap of neighbours as one slip.</summary>
    public static int Distance(string a, string b)
    {
        var twoUp = new int[b.Length + 1];
        var up = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) up[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = up[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(changed, Math.Min(up[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], twoUp[j - 2] + 1);
            }
            (twoUp, up, row) = (up, row, twoUp);
        }
        return up[b.Length];
    }
}
