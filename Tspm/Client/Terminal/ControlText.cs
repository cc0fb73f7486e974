using System.Globalization;
using System.Text;

namespace Tspm.Client.Terminal;

/// <summary>
/// Makes text from other sources (names, commands, reasons) safe for a terminal: control characters are shown escaped,
/// never sent.
/// </summary>
internal static class ControlText
{
    /// <summary>
    /// Replaces control characters with \n, \t, \r, \e, \xHH or \uHHHH, so that the result is one line.
    /// </summary>
    public static string Escape(string text)
    {
        var first = 0;
        while (first < text.Length && !MustHide(text[first])) first++;
        if (first == text.Length) return text;
        var escaped = new StringBuilder(text.Length + 16).Append(text, 0, first);
        foreach (var letter in text.AsSpan(first))
        {
            if (!MustHide(letter)) escaped.Append(letter);
            else escaped.Append(letter switch
            {
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                '\e' => "\\e",
                < '\u0100' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
                _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
            });
        }
        return escaped.ToString();
    }

    /// <summary>
    /// Control characters (C0, DEL, C1), line and paragraph separators, and bidirectional overrides.
    /// </summary>
    static bool MustHide(char letter) =>
        letter < ' '
            || letter is >= '\u007f' and < '\u00a0' or '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e')
                or (>= '\u2066' and <= '\u2069');
}
