using System.Text.RegularExpressions;

namespace Tspm.Config;

/// <summary>
/// Says in the words of somebody who edits a file what the TOML parser reports in the words of a parser. Its messages
/// have no codes, so their texts are recognised; a text that is not known is passed on without its token names.
/// </summary>
internal static partial class TomlProblem
{
    /// <param name="message">The message of the parser.</param>
    public static string Words(string message)
    {
        if (Match(message, NoValue(), out var found))
            return found[1].ToLowerInvariant() is "'true'" or "'false'" or "'yes'" or "'no'" or "'on'" or "'off'"
                ? $"{found[1]} is not a value; write true or false, in small letters and without quotes"
                : $"{found[1]} is not a value; text needs quotes, such as name = \"web\"";
        if (Match(message, Missing(), out found)) return $"found {found[1]} where {found[2]} is expected";
        if (Match(message, Twice(), out found)) return $"{found[1]} is already set in line {found[2]}";
        if (message.StartsWith("Invalid newline in a string", StringComparison.Ordinal))
            return "a text is not closed: the quote at its end is missing in the line before";
        return Token().Replace(message, "").Replace('`', '\'');
    }

    static bool Match(string message, Regex pattern, out string[] found)
    {
        var match = pattern.Match(message);
        found = [.. match.Groups.Values.Select(static group => $"'{group.Value}'")];
        if (match.Success && found.Length > 2) found[2] = found[2].Trim('\'') is { } last && last.All(char.IsDigit)
            ? last : found[2];
        return match.Success;
    }

    [GeneratedRegex("^Unexpected token `(.*)` for a value", RegexOptions.Singleline)]
    private static partial Regex NoValue();

    [GeneratedRegex("^Unexpected token found `(.*?)` \\(token: .*? while expecting `(.*?)`", RegexOptions.Singleline)]
    private static partial Regex Missing();

    [GeneratedRegex("^The key `(.*)` is already defined at \\((\\d+),", RegexOptions.Singleline)]
    private static partial Regex Twice();

    [GeneratedRegex(" ?\\(token: `[^`]*`\\)")]
    private static partial Regex Token();
}
