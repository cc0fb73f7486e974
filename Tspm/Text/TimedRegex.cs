using System.Text;
using System.Text.RegularExpressions;

namespace Tspm.Text;

/// <summary>
/// Regular expressions that users wrote: with limits on their length and on the time of a match. Made by the
/// constructor without options on purpose: the one with options brings the
/// non-backtracking engine and the compiler along, 200 KB of an executable that is to have 8 MB. So the limit of time
/// goes by the way that constructor knows (AppContext, REGEX_DEFAULT_MATCH_TIMEOUT).
/// <para>
/// There is no limit on nesting. Measured with .NET 10, natively compiled: 4 KiB of the worst nesting (<c>[a-[a-[</c>,
/// <c>(a|(a|</c>, lookarounds, conditions) are built within 20 ms and on a
/// stack of 128 KiB; 500 KiB ended the process, which no handler can prevent. One thing takes exponential time even in
/// 200 bytes, see <see cref="Guard"/>.
/// </para>
/// </summary>
internal static class TimedRegex
{
    /// <summary>Longest pattern, as UTF-8.</summary>
    public const int MaxBytes = 4 << 10;

    /// <summary>
    /// Stands in front of patterns that repeat groups by number. .NET looks for a text that every match begins with and
    /// follows each such repetition up to four times:
    /// <c>(?:(?:x){4}){4}</c>, nested thirty times, would take years. An optional part whose inside never matches ends
    /// that search, and changes nothing of what is matched.
    /// </summary>
    const string Guard = @"(?:a\b\Ba)??";

    /// <summary>Repeated groups that are still followed: 4 to the power of it is harmless.</summary>
    const int MostFollowed = 3;

    /// <summary>
    /// Longest time for one match: enough for any honest pattern over 64 bytes, and an evil one cannot hold the daemon
    /// up.
    /// </summary>
    static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(100);

    // Before the first use of Regex, which reads it once.
    static TimedRegex() => AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", Timeout);

    /// <summary>
    /// Null: <paramref name="problem"/> continues a sentence that begins with the pattern. Matching may throw
    /// RegexMatchTimeoutException.
    /// </summary>
    public static Regex? TryMake(string pattern, out string? problem)
    {
        if ((problem = LengthProblem(pattern)) is not null) return null;
        var regex = TryBuild(pattern, out var mistake);
        if (regex is null) problem = $"is not a regular expression: {mistake}";
        return regex;
    }

    /// <summary>
    /// Null: <paramref name="mistake"/> says what is wrong and where. For patterns whose length was checked.
    /// </summary>
    public static Regex? TryBuild(string pattern, out string? mistake)
    {
        mistake = null;
        var guard = RepeatedGroups(pattern) > MostFollowed ? Guard : "";
        try
        {
            return new Regex(guard + pattern);
        }
        catch (RegexParseException failure)
        {
            mistake = $"{RegexProblem.Words(failure.Error)} at position {failure.Offset - guard.Length}";
            return null;
        }
    }

    /// <summary>
    /// Null: it is short enough; else a phrase as in <see cref="TryMake"/>. Also for what is no regular expression:
    /// globs and other selectors.
    /// </summary>
    public static string? LengthProblem(string pattern)
    {
        if (pattern.Length <= MaxBytes / 3) return null;
        var bytes = Encoding.UTF8.GetByteCount(pattern);
        return bytes <= MaxBytes
            ? null
            : $"is {bytes} bytes long; at most {ByteSize.Format(MaxBytes)} ({MaxBytes} bytes) are allowed";
    }

    /// <summary>A pattern, or the beginning of one that is too long to be shown in a sentence.</summary>
    public static string Shown(string pattern)
    {
        const int most = 200;
        return pattern.Length <= most ? pattern : pattern[..most] + "…";
    }

    /// <summary>
    /// At least as many as there are: whether a bracket is escaped, or within a set, does not matter here. Blanks and
    /// comments may stand before the brace, see (?x).
    /// </summary>
    static int RepeatedGroups(string pattern)
    {
        var mayComment = pattern.Contains('#');
        var count = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '{') continue;
            var before = pattern.AsSpan(0, i).TrimEnd();
            if (mayComment || before.EndsWith(')')) count++;
        }
        return count;
    }
}
