using System.Globalization;

namespace Tspm.Text;

/// <summary>
/// Durations as users write and read them. A number alone is milliseconds, as in the config fields that end in
/// <c>Ms</c>; the units are exact and lower case, because 5M means megabytes elsewhere.
/// </summary>
internal static class Duration
{
    /// <summary>For error sentences: what would have been right.</summary>
    public const string Expected = "a duration: a number of milliseconds, or 500ms, 10s, 5m, 2h, 1d (at most 24 days)";

    /// <summary>
    /// Accepts 0 … <see cref="int.MaxValue"/> milliseconds, whole milliseconds only (1.5s is fine, 0.5ms is not).
    /// </summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (!UnitText.TrySplit(text, out var number, out var unit) || MillisecondsOf(unit) is not { } factor)
            return false;
        if (number > int.MaxValue) return false;
        var milliseconds = number * factor;
        if (milliseconds > int.MaxValue || milliseconds != decimal.Truncate(milliseconds)) return false;
        value = TimeSpan.FromMilliseconds((int)milliseconds);
        return true;
    }

    /// <summary>
    /// Short and for people, two units at most: "850 ms", "1.5 s", "5m 10s", "3h 12m", "2d 4h". Rounds down; a negative
    /// one is "0 ms".
    /// </summary>
    public static string Format(TimeSpan value)
    {
        if (value < TimeSpan.Zero) value = TimeSpan.Zero;
        if (value < TimeSpan.FromSeconds(1))
            return string.Create(CultureInfo.InvariantCulture, $"{value.Milliseconds} ms");
        if (value < TimeSpan.FromMinutes(1))
        {
            var tenths = value.Ticks / (TimeSpan.TicksPerSecond / 10);
            return string.Create(CultureInfo.InvariantCulture, $"{tenths / 10m:0.#} s");
        }
        if (value < TimeSpan.FromHours(1)) return Two(value.Minutes, "m", value.Seconds, "s");
        return value < TimeSpan.FromDays(1)
            ? Two(value.Hours, "h", value.Minutes, "m")
            : Two(value.Days, "d", value.Hours, "h");
    }

    static string Two(int large, string largeUnit, int small, string smallUnit) =>
        small == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{large}{largeUnit}")
            : string.Create(CultureInfo.InvariantCulture, $"{large}{largeUnit} {small}{smallUnit}");

    static int? MillisecondsOf(string unit) => unit switch
    {
        "" or "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => null,
    };
}
