namespace Tspm.Text;

/// <summary>
/// Matches names against shell patterns (man 7 glob): <c>*</c> stands for any characters, <c>?</c> for one,
/// <c>[a-z]</c> for one of a set, <c>[!a]</c> for one outside a set. A bracket without a closing one is an ordinary
/// character. Time is at most proportional to pattern length × name length, because only the last star is ever retried.
/// </summary>
internal static class Glob
{
    /// <summary>Whether the text has any character with a special meaning in a pattern.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny("*?[") >= 0;

    /// <summary>Whether the whole name matches the pattern.</summary>
    public static bool IsMatch(string pattern, string name)
    {
        int p = 0, n = 0, star = -1, resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && MatchOne(pattern, p, name[n]) is var length and > 0)
            {
                p += length;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    /// <summary>Matches one character.</summary>
    /// <returns>
    /// The length of the pattern element at <paramref name="p"/>, or 0 if the character does not match it.
    /// </returns>
    static int MatchOne(string pattern, int p, char letter)
    {
        if (pattern[p] == '[' && CloseIndex(pattern, p) is var close and > 0)
            return InSet(pattern.AsSpan(p + 1, close - p - 1), letter) ? close - p + 1 : 0;
        return pattern[p] == '?' || pattern[p] == letter ? 1 : 0;
    }

    /// <summary>
    /// The index of the bracket that closes the set, or -1. A ']' that comes first in a set belongs to the set.
    /// </summary>
    static int CloseIndex(string pattern, int open)
    {
        var first = open + 1;
        if (first < pattern.Length && (pattern[first] is '!' or '^')) first++;
        return first + 1 < pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
    }

    static bool InSet(ReadOnlySpan<char> set, char letter)
    {
        var negated = set[0] is '!' or '^';
        var members = negated ? set[1..] : set;
        for (var i = 0; i < members.Length; i++)
        {
            var isRange = i + 2 < members.Length && members[i + 1] == '-';
            var last = isRange ? members[i + 2] : members[i];
            if (letter >= members[i] && letter <= last) return !negated;
            if (isRange) i += 2;
        }
        return negated;
    }
}
