using System.Text;

namespace Tspm.Client.Terminal;

/// <summary>
/// Replaces characters by ASCII ones of the same width, for terminals that do not show UTF-8: the signs of a screen by
/// similar ones, all others by question marks.
/// </summary>
internal static class AsciiSigns
{
    const string Signs = "●◐◑◌✖○◷◉◦·▌▏│─╭╮╰╯▸▾▲▼↻↑↓…×▁▂▃▄▅▆▇█",
        Similar = "*+-~Xot@,.>||-++++>v^vr^v.x_.-=+*%#";

    /// <summary>
    /// Whether the terminal shows only ASCII, according to the locale (man 7 locale): its character set is another one
    /// than UTF-8, or LC_ALL is <c>C</c> or <c>POSIX</c>. Without a locale, as in many containers, it shows UTF-8.
    /// </summary>
    /// <param name="variable">Returns the value of an environment variable, or null.</param>
    public static bool AreNeeded(Func<string, string?> variable)
    {
        if (variable("LC_ALL") is "C" or "POSIX") return true;
        foreach (var name in new[] { "LC_ALL", "LC_CTYPE", "LANG" })
        {
            if (variable(name) is not { Length: > 0 } locale) continue;
            var dot = locale.IndexOf('.');
            return dot >= 0 && !locale[(dot + 1)..].Replace("-", "", StringComparison.Ordinal)
                .StartsWith("utf8", StringComparison.OrdinalIgnoreCase);
        }
        return false;
    }

    /// <summary>The text of a cell in ASCII.</summary>
    /// <param name="text">One visible character with its combining marks.</param>
    /// <param name="width">The number of cells that it takes.</param>
    public static string Of(string text, int width)
    {
        if (Ascii.IsValid(text)) return text;
        var at = text.Length == 1 ? Signs.IndexOf(text[0]) : -1;
        return at >= 0 ? Similar[at].ToString() : new string('?', width);
    }
}
