namespace Tspm.Text;

/// <summary>
/// Points in time as users write them: <c>10m</c> (ago), <c>03:10</c>, <c>03:10:05.5</c>, <c>2026-11-23</c>,
/// <c>2026-11-23 03:10</c>, or ISO 8601 with an offset. Times without an offset are local. A time of day is the most
/// recent one, or the first one after <c>notBefore</c>: <c>--since 23:50 --until 00:10</c> means a single night.
/// </summary>
internal static class TimePoint
{
    /// <summary>The accepted forms, for error messages.</summary>
    public const string Expected = "a time: 10m or 2h (ago), 03:10, 03:10:05, 2026-11-23, '2026-11-23 03:10', or ISO "
        + "8601 such as 2026-11-23T03:10:05+01:00";

    /// <summary>Reads a point in time.</summary>
    /// <param name="text">The time as the user wrote it.</param>
    /// <param name="now">The time that "ago" counts from.</param>
    /// <param name="zone">The time zone of times without an offset.</param>
    /// <param name="notBefore">The start of the range if this is its end, else null.</param>
    /// <param name="point">The point in time.</param>
    /// <returns>False if the text is not a time.</returns>
    public static bool TryParse(string text, DateTimeOffset now, TimeZoneInfo zone, DateTimeOffset? notBefore,
        out DateTimeOffset point)
    {
        text = text.Trim();
        if (TryAgo(text, now, out point)) return true;
        var reader = new DateTimeReader(text);
        var date = reader.Date();
        if (date is not null && reader.IsAtEnd)
            return Result(AtZone(date.Value, zone, later: notBefore is not null), out point);
        if (date is not null && !reader.Skip('T') && !reader.Skip(' ')) return false;
        if (reader.TimeOfDay() is not { } time) return false;
        if (date is null) return reader.IsAtEnd && Result(OfDay(time, now, zone, notBefore), out point);
        if (reader.IsAtEnd) return Result(AtZone(date.Value + time, zone, later: notBefore is not null), out point);
        if (reader.Offset() is not { } offset || !reader.IsAtEnd) return false;
        var utc = date.Value + time - offset;
        return utc.Year is > 1 and < 9999 && Result(new DateTimeOffset(utc, TimeSpan.Zero), out point);
    }

    static bool Result(DateTimeOffset value, out DateTimeOffset point)
    {
        point = value;
        return true;
    }

    /// <summary>
    /// Reads a duration before now. Unlike other durations it needs a unit: <c>--since 2026</c> could mean a year or
    /// two seconds.
    /// </summary>
    static bool TryAgo(string text, DateTimeOffset now, out DateTimeOffset point)
    {
        point = now;
        if (text == "now") return true;
        if (!QuantityText.TrySplit(text, out var number, out var unit)) return false;
        var milliseconds = unit switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" or "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => 0
        };
        var longest = (decimal)(now - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        if (milliseconds == 0 || number > longest || number * milliseconds > longest) return false;
        point = now.AddMilliseconds(-(double)(number * milliseconds));
        return true;
    }

    static DateTimeOffset OfDay(TimeSpan time, DateTimeOffset now, TimeZoneInfo zone, DateTimeOffset? notBefore)
    {
        if (notBefore is { } begin)
        {
            var first = AtZone(TimeZoneInfo.ConvertTime(begin, zone).Date + time, zone, later: true);
            return first >= begin
                ? first
                : AtZone(TimeZoneInfo.ConvertTime(begin, zone).Date.AddDays(1) + time, zone, later: true);
        }
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        var last = AtZone(today + time, zone, later: false);
        return last <= now ? last : AtZone(today.AddDays(-1) + time, zone, later: false);
    }

    /// <summary>
    /// Converts a local time. If the time occurs twice because the clock is set back, takes the occurrence that makes
    /// the range wider. If the clock skips the time, takes the offset before the change.
    /// </summary>
    static DateTimeOffset AtZone(DateTime local, TimeZoneInfo zone, bool later)
    {
        var offset = zone.GetUtcOffset(local);
        if (zone.IsAmbiguousTime(local))
        {
            foreach (var possible in zone.GetAmbiguousTimeOffsets(local))
                if (later ? possible < offset : possible > offset) offset = possible;
        }
        return new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), offset);
    }
}
