namespace Tspm.Text;

/// <summary>
/// Patterns over names as a shell has them (man 7 glob): <c>*</c> any letters, <c>?</c> one, <c>[a-z]</c> one of a set,
/// <c>[!a]</c> one not of it. A bracket that is never closed stands for itself. Time grows with pattern × name at most:
/// only the last star is ever tried again.
/// </summary>
internal static class Glob
{
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny("*?[") >= 0;

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

    /// <summary>How much of the pattern at <paramref name="p"/> stands for this letter; 0: it does not fit.</summary>
    static int MatchOne(string pattern, int p, char letter)
    {
        if (pattern[p] == '[' && CloseOf(pattern, p) is var close and > 0)
            return InSet(pattern.AsSpan(p + 1, close - p - 1), letter) ? close - p + 1 : 0;
        return pattern[p] == '?' || pattern[p] == letter ? 1 : 0;
    }

    /// <summary>A ']' that comes first in a set belongs to it.</summary>
    static int CloseOf(string pattern, int open)
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
