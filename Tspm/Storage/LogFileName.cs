using System.Globalization;
using System.Text;

namespace Tspm.Storage;

/// <summary>
/// Turns a process name into a file name. Letters, digits, spaces and <c>-_.@+=,</c> are kept; all other characters are
/// percent-encoded byte by byte. So are '~', which separates the instance number, and a leading dot, which would hide
/// the file. Different names never share a file.
/// </summary>
internal static class LogFileName
{
    public static string Encode(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (IsSafe(rune, atStart: result.Length == 0)) result.Append(rune.ToString());
            else
                foreach (var value in Encoding.UTF8.GetBytes(rune.ToString()))
                    result.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }
        return result.ToString();
    }

    static bool IsSafe(Rune rune, bool atStart)
    {
        if (rune.Value == '.') return !atStart;
        return Rune.IsLetterOrDigit(rune) || (rune.IsAscii && "-_@+=, ".Contains((char)rune.Value));
    }
}
