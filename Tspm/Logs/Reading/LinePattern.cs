using System.Text.RegularExpressions;
using Tspm.Text;

namespace Tspm.Logs.Reading;

/// <summary>A regular expression that somebody asks for, of logs or of events; see <see cref="TimedRegex"/>.</summary>
internal sealed class LinePattern
{
    /// <summary>
    /// The limit of a match is one of the clock on the wall: on a busy machine an honest pattern may run into it, but
    /// not again and again.
    /// </summary>
    const int MostTries = 5;

    readonly string _text;
    readonly Regex _regex;

    LinePattern(string text, Regex regex) => (_text, _regex) = (text, regex);

    /// <param name="text">Null: none is wanted.</param>
    /// <exception cref="LogQueryException">It is not a pattern.</exception>
    public static LinePattern? Of(string? text)
    {
        if (text is null) return null;
        var regex = TimedRegex.TryMake(text, out var problem)
            ?? throw new LogQueryException("grep", $"the pattern {TimedRegex.Shown(text)} {problem}",
                "a regular expression", TimedRegex.Shown(text));
        return new LinePattern(text, regex);
    }

    /// <exception cref="LogQueryException">It takes too long.</exception>
    public bool IsMatch(ReadOnlySpan<char> line)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return _regex.IsMatch(line);
            }
            catch (RegexMatchTimeoutException) when (tries < MostTries)
            {
                // Once more.
            }
            catch (RegexMatchTimeoutException)
            {
                throw TooSlow();
            }
        }
    }

    LogQueryException TooSlow() => new(
        "grep", $"the pattern {_text} takes too long to match; write it without nested repetitions", null, _text);
}
