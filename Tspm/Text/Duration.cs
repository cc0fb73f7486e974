using System.Globalization;

namespace Tspm.Text;

/// <summary>
/// Durations as users write and read them. A plain number means milliseconds, as in the config fields that end in
/// <c>Ms</c>. Units are lower case, because 5M means megabytes elsewhere.
/// </summary>
internal static class Duration
{
    /// <summary>The accepted forms, for error messages.</summary>
    public const string Expected = "a duration: a number of milliseconds, or 500ms, 10s, 5m, 2h, 1d (at most 24 days)";

    /// <summary>
    /// Reads a duration from 0 to <see cref="int.MaxValue"/> milliseconds. Only whole milliseconds are accepted (1.5s,
    /// but not 0.5ms).
    /// </summary>
    /// <returns>False if the text is not a duration or is too long.</returns>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (!QuantityText.TrySplit(text, out var number, out var unit) || MillisecondsOf(unit) is not { } factor)
            return false;
        if (number > int.MaxValue) return false;
        var milliseconds = number * factor;
        if (milliseconds > int.MaxValue || milliseconds != decimal.Truncate(milliseconds)) return false;
        value = TimeSpan.FromMilliseconds((int)milliseconds);
        return true;
    }

    /// <summary>
    /// Formats a duration for people, with at most two units, rounded down: "850 ms", "1.5 s", "5m 10s", "3h 12m", "2d
    /// 4h". A negative duration is shown as "0 ms".
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
        if (value < TimeSpan.FromHours(1)) return TwoUnits(value.Minutes, "m", value.Seconds, "s");
        return value < TimeSpan.FromDays(1)
            ? TwoUnits(value.Hours, "h", value.Minutes, "m")
            : TwoUnits(value.Days, "d", value.Hours, "h");
    }

    static string TwoUnits(int large, string largeUnit, int small, string smallUnit) =>
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
