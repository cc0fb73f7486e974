using System.Text.RegularExpressions;

namespace Tspm.Model;

/// <summary>
/// Regular expressions of users: interpreted, with a time limit. Made by the constructor without options on purpose: the one with options brings the non-backtracking engine and the compiler
/// along, 200 KB of an executable that is to have 8 MB. So the limit goes by the way that constructor knows (AppContext, REGEX_DEFAULT_MATCH_TIMEOUT).
/// </summary>
internal static class TimedRegex
{
    /// <summary>Longest time for one match: enough for any honest pattern over 64 bytes, and an evil one cannot hold the daemon up.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(100);

    // Before the first use of Regex, which reads it once.
    static TimedRegex() => AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", Timeout);

    /// <summary>Throws RegexParseException; matching may throw RegexMatchTimeoutException.</summary>
    public static Regex Make(string pattern) => new(pattern);
}
