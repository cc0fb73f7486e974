namespace Tspm.Client.Monit.Model;

/// <summary>Which lines a user wants to see: those that match a <see cref="SearchText"/>, or all others.</summary>
internal sealed class LineFilter
{
    readonly SearchText _search;
    readonly bool _isInverted;

    LineFilter(string text, SearchText search, bool isInverted) =>
        (Text, _search, _isInverted) = (text, search, isInverted);

    /// <summary>The text as typed, with <c>!</c> in front if it selects the lines that do not match.</summary>
    public string Text { get; }

    /// <returns>Null if nothing was typed, so that all lines are shown.</returns>
    public static LineFilter? From(string text)
    {
        var isInverted = text.StartsWith('!');
        return SearchText.From(isInverted ? text[1..] : text) is { } search
            ? new LineFilter(text, search, isInverted) : null;
    }

    public bool Shows(string line) => _search.Matches(line) != _isInverted;
}
