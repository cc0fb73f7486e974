using System.Globalization;

namespace Tspm.Text;

/// <summary>
/// The grammar of durations and sizes: digits, optionally a dot and more digits, then a unit; no sign, blank or
/// exponent.
/// </summary>
internal static class QuantityText
{
    /// <summary>Number of digits that decimal holds without rounding.</summary>
    const int MaxDigits = 28;

    /// <summary>Splits "1.5s" into 1.5 and "s".</summary>
    /// <returns>False if the text does not start with a plain number.</returns>
    public static bool TrySplit(string text, out decimal number, out string unit)
    {
        var end = CountDigits(text, 0);
        var digits = end;
        if (end > 0 && end < text.Length && text[end] == '.')
        {
            var fraction = CountDigits(text, end + 1);
            digits = fraction == 0 ? 0 : digits + fraction;
            end += 1 + fraction;
        }
        number = 0;
        unit = text[end..];
        return digits is > 0 and <= MaxDigits
            && decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out number);
    }

    static int CountDigits(string text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end - start;
    }
}
