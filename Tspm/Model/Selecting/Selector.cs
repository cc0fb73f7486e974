using System.Globalization;

namespace Tspm.Model.Selecting;

/// <summary>The meaning of a selector if no process has exactly that name.</summary>
internal enum SelectorKind
{
    /// <summary>The word <c>all</c>.</summary>
    All,

    /// <summary>A name, an id or a namespace, tried in that order.</summary>
    Word,

    /// <summary><c>NAME:INSTANCE</c> or <c>ID:INSTANCE</c>.</summary>
    Instance,

    /// <summary><c>web-*</c>, over names.</summary>
    Glob,

    /// <summary><c>/regex/</c>, over names.</summary>
    Regex,
}

/// <summary>
/// A parsed selector. <see cref="Text"/> is the text that the user wrote; <see cref="Body"/> is the name before the
/// instance, or the pattern between the slashes.
/// </summary>
internal sealed record Selector(SelectorKind Kind, string Text, string Body, int Instance = 0)
{
    /// <summary>The word that always means every process, even if a process has that name.</summary>
    public const string All = "all";

    /// <summary>Parses any text; whether something matches is for <see cref="SelectorMatcher"/> to find out.</summary>
    public static Selector Parse(string text)
    {
        if (text == All) return new Selector(SelectorKind.All, text, text);
        if (text.Length > 1 && text[0] == '/' && text[^1] == '/')
            return new Selector(SelectorKind.Regex, text, text[1..^1]);
        var colon = text.LastIndexOf(':');
        if (colon > 0 && TryNumber(text[(colon + 1)..], out var instance))
            return new Selector(SelectorKind.Instance, text, text[..colon], instance);
        return new Selector(Tspm.Text.Glob.IsPattern(text) ? SelectorKind.Glob : SelectorKind.Word, text, text);
    }

    /// <summary>
    /// Reads a number as Tspm prints it: digits only, without a leading zero, so that 007 remains a name.
    /// </summary>
    public static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && (text[0] != '0' || text.Length == 1);
}
