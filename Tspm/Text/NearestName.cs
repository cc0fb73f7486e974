namespace Tspm.Text;

/// <summary>
/// Finds the known word that a user probably meant: the one with the fewest typing errors (a letter wrong, missing,
/// doubled or swapped).
/// </summary>
internal static class NearestName
{
    /// <summary>Longer words are not compared: the work grows with the square of the length.</summary>
    const int MaxLength = 100;

    /// <summary>Shorter prefixes match too many words.</summary>
    const int ShortestPrefix = 3;

    /// <summary>The nearest known word, or the first known word that starts with <paramref name="word"/>.</summary>
    /// <returns>
    /// Null if more than a third of the letters would have to change and no known word starts with it.
    /// </returns>
    public static string? Find(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > MaxLength) return null;
        string? best = null, startsWithWord = null;
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in known)
        {
            if (word.Length >= ShortestPrefix && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                startsWithWord ??= candidate;
            if (Math.Abs(candidate.Length - word.Length) >= bestDistance) continue;
            var distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance >= bestDistance || distance >= candidate.Length) continue;
            (best, bestDistance) = (candidate, distance);
        }
        return best ?? startsWithWord;
    }

    /// <summary>
    /// "; did you mean 'web'?" to end an error message with, or an empty text if no known word is near.
    /// </summary>
    public static string Question(string word, IEnumerable<string> known) =>
        Find(word, known) is { } near ? $"; did you mean '{near}'?" : "";

    /// <summary>
    /// The optimal string alignment distance: Levenshtein distance in which swapping two neighbours counts as one
    /// error.
    /// </summary>
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
