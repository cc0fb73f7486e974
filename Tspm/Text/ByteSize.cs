using System.Globalization;

namespace Tspm.Text;

/// <summary>
/// Sizes as users write and read them: powers of 1024 under their everyday names (512MB), as PM2 and the old TSPM have
/// it.
/// </summary>
internal static class ByteSize
{
    /// <summary>For error sentences: what would have been right.</summary>
    public const string Expected = "a size: a number of bytes, or 512KB, 512MB, 2GB (also M, MiB; powers of 1024)";

    static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Bytes per step from one unit to the next.</summary>
    const int Step = 1024;

    /// <summary>Accepts 0 … <see cref="long.MaxValue"/>; a part of a byte that a decimal leaves is dropped.</summary>
    public static bool TryParse(string text, out long value)
    {
        value = 0;
        if (!UnitText.TrySplit(text, out var number, out var unit) || FactorOf(unit) is not { } factor) return false;
        // A fraction of a byte is a slip of the pen, a fraction of a gigabyte is not.
        if (factor == 1 && number != decimal.Truncate(number)) return false;
        if (number > long.MaxValue / (decimal)factor) return false;
        value = (long)(number * factor);
        return true;
    }

    /// <summary>Short and for people, one decimal at most, rounded down: "900 B", "1.5 KB", "512 MB".</summary>
    public static string Format(long value)
    {
        var amount = Math.Abs((decimal)value);
        var unit = 0;
        for (; amount >= Step && unit < Units.Length - 1; unit++) amount /= Step;
        return string
            .Create(CultureInfo.InvariantCulture,
                $"{(value < 0 ? "-" : "")}{decimal.Truncate(amount * 10) / 10:0.#} {Units[unit]}");
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
