using System.Text;
using System.Text.RegularExpressions;

namespace Tspm.Text;

/// <summary>
/// Regular expressions that users wrote, with limits on their length and on the time of a match. They are built with
/// the constructor that takes no options: the one with options adds the non-backtracking engine and the compiler, 200
/// KB of an executable with a budget of 8 MB. So the time limit is passed as an AppContext value,
/// REGEX_DEFAULT_MATCH_TIMEOUT. <para> Nesting is not limited. Measured with .NET 10, natively compiled: 4 KiB of the
/// worst nesting (<c>[a-[a-[</c>, <c>(a|(a|</c>, lookarounds, conditions) are built within 20 ms and on a stack of 128
/// KiB; 500 KiB ended the process, which no handler can prevent. One construct takes exponential time even in 200
/// bytes; see <see cref="Guard"/>. </para>
/// </summary>
internal static class TimedRegex
{
    /// <summary>Maximum length of a pattern, in bytes of UTF-8.</summary>
    public const int MaxBytes = 4 << 10;

    /// <summary>
    /// Prefix for patterns that repeat groups a fixed number of times. .NET looks for a text that every match starts
    /// with and follows each such repetition up to four times: <c>(?:(?:x){4}){4}</c>, nested thirty times, would take
    /// years. An optional group that can never match ends that search and does not change what the pattern matches.
    /// </summary>
    const string Guard = @"(?:a\b\Ba)??";

    /// <summary>Number of repeated groups that need no guard: 4 to the power of this number is harmless.</summary>
    const int MaxUnguarded = 3;

    /// <summary>
    /// Time limit of one match: enough for any reasonable pattern over 64 bytes, while a malicious one cannot hold up
    /// the daemon.
    /// </summary>
    static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(100);

    // Set before the first use of Regex, which reads the value once.
    static TimedRegex() => AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", Timeout);

    /// <summary>Builds a regular expression. Matching with it may throw RegexMatchTimeoutException.</summary>
    /// <param name="problem">Null on success; else a phrase to be put after the pattern.</param>
    /// <returns>Null if the pattern is too long or not valid.</returns>
    public static Regex? TryMake(string pattern, out string? problem)
    {
        if ((problem = LengthProblem(pattern)) is not null) return null;
        var regex = TryBuild(pattern, out var mistake);
        if (regex is null) problem = $"is not a valid regular expression: {mistake}";
        return regex;
    }

    /// <summary>Builds a regular expression from a pattern whose length has been checked.</summary>
    /// <param name="mistake">Null on success; else what is wrong and where.</param>
    /// <returns>Null if the pattern is not valid.</returns>
    public static Regex? TryBuild(string pattern, out string? mistake)
    {
        mistake = null;
        var guard = RepeatedGroups(pattern) > MaxUnguarded ? Guard : "";
        try
        {
            return new Regex(guard + pattern);
        }
        catch (RegexParseException failure)
        {
            mistake = $"{RegexProblem.Describe(failure.Error)} at position {failure.Offset - guard.Length}";
            return null;
        }
    }

    /// <summary>Checks the length of a pattern: a regular expression, a glob or another selector.</summary>
    /// <returns>Null if it is short enough; else a phrase to be put after the pattern.</returns>
    public static string? LengthProblem(string pattern)
    {
        if (pattern.Length <= MaxBytes / 3) return null;
        var bytes = Encoding.UTF8.GetByteCount(pattern);
        return bytes <= MaxBytes
            ? null
            : $"is {bytes} bytes long; at most {ByteSize.Format(MaxBytes)} ({MaxBytes} bytes) are allowed";
    }

    /// <summary>The pattern, cut if it is too long to be shown in a message.</summary>
    public static string Shown(string pattern)
    {
        const int maxShown = 200;
        return pattern.Length <= maxShown ? pattern : pattern[..maxShown] + "…";
    }

    /// <summary>
    /// An upper bound for the number of repeated groups: it also counts brackets that are escaped or within a set,
    /// which does no harm. Blanks and comments may come before the brace; see (?x).
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
