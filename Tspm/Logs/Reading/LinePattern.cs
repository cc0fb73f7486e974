using System.Text.RegularExpressions;
using Tspm.Text;

namespace Tspm.Logs.Reading;

/// <summary>A regular expression from a request for logs or events, see <see cref="TimedRegex"/>.</summary>
internal sealed class LinePattern
{
    /// <summary>
    /// The time limit of a match is wall-clock time: on a busy machine, a harmless pattern may exceed it, but not this
    /// often in a row.
    /// </summary>
    const int MaxTries = 5;

    readonly string _text;
    readonly Regex _regex;

    LinePattern(string text, Regex regex) => (_text, _regex) = (text, regex);

    /// <summary>Parses a pattern.</summary>
    /// <returns>Null if <paramref name="text"/> is null.</returns>
    /// <exception cref="LogQueryException">The text is not a valid pattern.</exception>
    public static LinePattern? TryParse(string? text)
    {
        if (text is null) return null;
        var regex = TimedRegex.TryMake(text, out var problem)
            ?? throw new LogQueryException("grep", $"the pattern {TimedRegex.Shown(text)} {problem}",
                "a regular expression", TimedRegex.Shown(text));
        return new LinePattern(text, regex);
    }

    /// <summary>Whether the pattern matches somewhere in the line.</summary>
    /// <exception cref="LogQueryException">Matching takes too long.</exception>
    public bool IsMatch(ReadOnlySpan<char> line)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return _regex.IsMatch(line);
            }
            catch (RegexMatchTimeoutException) when (tries < MaxTries)
            {
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
