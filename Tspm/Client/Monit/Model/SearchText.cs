using System.Text.RegularExpressions;
using Tspm.Text;

namespace Tspm.Client.Monit.Model;

/// <summary>
/// A regular expression that a user types to find or select lines. Case is ignored unless the text has capital letters.
/// A text that is not a valid expression is searched for as it is.
/// </summary>
internal sealed class SearchText
{
    readonly Regex _regex;

    SearchText(string text, Regex regex) => (Text, _regex) = (text, regex);

    /// <summary>The text as typed.</summary>
    public string Text { get; }

    /// <returns>Null if nothing was typed.</returns>
    public static SearchText? From(string text)
    {
        if (text.Length == 0) return null;
        var ignoring = text.Any(char.IsUpper) ? "" : "(?i)";
        var regex = TimedRegex.TryMake(ignoring + text, out _)
            ?? TimedRegex.TryMake(ignoring + Regex.Escape(text), out _);
        return regex is null ? null : new SearchText(text, regex);
    }

    /// <summary>Whether a line matches; an expression that takes too long matches nothing.</summary>
    public bool Matches(string line)
    {
        try
        {
            return _regex.IsMatch(line);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>The places in a line that match, as begin and length.</summary>
    public List<(int Begin, int Length)> FindAll(string line)
    {
        var places = new List<(int, int)>();
        try
        {
            for (var match = _regex.Match(line); match.Success; match = match.NextMatch())
                if (match.Length > 0) places.Add((match.Index, match.Length));
        }
        catch (RegexMatchTimeoutException)
        {
            // What was found so far is shown.
        }
        return places;
    }
}
