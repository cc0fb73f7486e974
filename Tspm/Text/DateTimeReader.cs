namespace Tspm.Text;

/// <summary>
/// Reads the parts of a written date and time, each with a fixed number of digits. Hand-written, because the date
/// parser of the framework adds 40 KB for all its formats.
/// </summary>
internal struct DateTimeReader(string text)
{
    /// <summary>RFC 3339 allows any number of digits in the fraction of a second; a tick has seven.</summary>
    const int MaxFractionDigits = 7;

    int _at;

    public readonly bool IsAtEnd => _at == text.Length;

    /// <summary>Skips the next character if it is the expected one. Letters match in either case.</summary>
    /// <returns>False if the next character is another one.</returns>
    public bool Skip(char expected)
    {
        if (IsAtEnd || char.ToUpperInvariant(text[_at]) != expected) return false;
        _at++;
        return true;
    }

    /// <summary>Reads a date such as <c>2026-11-23</c>.</summary>
    /// <returns>Null if there is no date here; then nothing was consumed.</returns>
    public DateTime? Date()
    {
        var start = _at;
        if (Number(4) is { } year and >= 1970 and < 9999
            && Skip('-') && Number(2) is { } month and >= 1 and <= 12
            && Skip('-') && Number(2) is { } day and >= 1 && day <= DateTime.DaysInMonth(year, month))
            return new DateTime(year, month, day);
        _at = start;
        return null;
    }

    /// <summary>Reads a time of day: <c>03:10</c>, <c>3:10</c>, <c>03:10:05</c> or <c>03:10:05.25</c>.</summary>
    /// <returns>Null if there is none here.</returns>
    public TimeSpan? TimeOfDay()
    {
        var hour = Number(2) ?? Number(1);
        if (hour is not < 24 || !Skip(':') || Number(2) is not { } minute || minute > 59) return null;
        var time = new TimeSpan(hour.Value, minute, 0);
        if (!Skip(':')) return time;
        if (Number(2) is not { } second || second > 59) return null;
        time += TimeSpan.FromSeconds(second);
        if (!Skip('.')) return time;
        return Fraction() is { } fraction ? time + fraction : null;
    }

    /// <summary>Reads an offset from UTC: <c>Z</c>, <c>+01:00</c> or <c>+0100</c>.</summary>
    /// <returns>Null if there is none here.</returns>
    public TimeSpan? Offset()
    {
        if (Skip('Z')) return TimeSpan.Zero;
        var isNegative = Skip('-');
        if ((!isNegative && !Skip('+')) || Number(2) is not { } hours || hours > 14) return null;
        Skip(':');
        if (Number(2) is not { } minutes || minutes > 59) return null;
        var offset = new TimeSpan(hours, minutes, 0);
        return isNegative ? -offset : offset;
    }

    TimeSpan? Fraction()
    {
        long ticks = 0;
        var digits = 0;
        for (; !IsAtEnd && char.IsAsciiDigit(text[_at]); _at++, digits++)
            if (digits < MaxFractionDigits) ticks = ticks * 10 + (text[_at] - '0');
        for (var missing = digits; missing < MaxFractionDigits; missing++) ticks *= 10;
        return digits > 0 ? TimeSpan.FromTicks(ticks) : null;
    }

    /// <summary>Reads exactly this many digits.</summary>
    /// <returns>Null if there are fewer; then nothing was consumed.</returns>
    int? Number(int digits)
    {
        if (_at + digits > text.Length) return null;
        var value = 0;
        for (var i = _at; i < _at + digits; i++)
        {
            if (!char.IsAsciiDigit(text[i])) return null;
            value = value * 10 + (text[i] - '0');
        }
        _at += digits;
        return value;
    }
}
