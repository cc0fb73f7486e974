using System.Globalization;

namespace Tspm.Text;

/// <summary>
/// Sizes as users write and read them: powers of 1024 under their everyday names (512MB), as in PM2 and the old TSPM.
/// </summary>
internal static class ByteSize
{
    /// <summary>The accepted forms, for error messages.</summary>
    public const string Expected = "a size: a number of bytes, or 512KB, 512MB, 2GB (also M, MiB; powers of 1024)";

    static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Factor between one unit and the next.</summary>
    const int Step = 1024;

    /// <summary>
    /// Reads a size from 0 to <see cref="long.MaxValue"/> bytes. Drops the fraction of a byte that a decimal such as
    /// 1.3KB leaves.
    /// </summary>
    /// <returns>False if the text is not a size or is too large.</returns>
    public static bool TryParse(string text, out long value)
    {
        value = 0;
        if (!QuantityText.TrySplit(text, out var number, out var unit)) return false;
        if (FactorOf(unit) is not { } factor) return false;
        // "1.5" without a unit is a typing error; "1.5GB" is not.
        if (factor == 1 && number != decimal.Truncate(number)) return false;
        if (number > long.MaxValue / (decimal)factor) return false;
        value = (long)(number * factor);
        return true;
    }

    /// <summary>
    /// Formats a size for people, with at most one decimal, rounded down: "900 B", "1.5 KB", "512 MB".
    /// </summary>
    public static string Format(long value)
    {
        var amount = Math.Abs((decimal)value);
        var unit = 0;
        for (; amount >= Step && unit < Units.Length - 1; unit++) amount /= Step;
        var sign = value < 0 ? "-" : "";
        var rounded = decimal.Truncate(amount * 10) / 10;
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{rounded:0.#} {Units[unit]}");
    }

    static long? FactorOf(string unit) => unit.ToUpperInvariant() switch
    {
        "" or "B" => 1,
        "K" or "KB" or "KIB" => 1L << 10,
        "M" or "MB" or "MIB" => 1L << 20,
        "G" or "GB" or "GIB" => 1L << 30,
        "T" or "TB" or "TIB" => 1L << 40,
        _ => null,
    };
}
