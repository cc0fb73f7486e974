namespace Tspm.Text;

/// <summary>
/// Reads the pieces of a written date and time, each a fixed number of digits. By hand, because the framework's own
/// parser of dates brings all of its formats along, 40 KB of them.
/// </summary>
internal struct TimeText(string text)
{
    /// <summary>RFC 3339 allows any number of digits behind the second; a tick has seven.</summary>
    const int MostFractionDigits = 7;

    int _at;

    public readonly bool IsAtEnd => _at == text.Length;

    /// <summary>Passes this character by, if it is the next one (letters in either case).</summary>
    public bool Skip(char expected)
    {
        if (IsAtEnd || char.ToUpperInvariant(text[_at]) != expected) return false;
        _at++;
        return true;
    }

    /// <summary><c>2026-11-23</c>; null: there is none here, and nothing was passed by.</summary>
    public DateTime? Date()
    {
        var start = _at;
        if (Number(4) is { } year and >= 1970 and < 9999 && Skip('-') && Number(2) is { } month and >= 1 and <= 12
            && Skip('-')
            && Number(2) is { } day and >= 1 && day <= DateTime.DaysInMonth(year, month)) return new DateTime(year,
                month, day);
        _at = start;
        return null;
    }

    /// <summary><c>03:10</c>, <c>3:10</c>, <c>03:10:05</c>, <c>03:10:05.25</c>.</summary>
    public TimeSpan? TimeOfDay()
    {
        var hour = Number(2) ?? Number(1);
        if (hour is not < 24 || !Skip(':') || Number(2) is not { } minute || minute > 59) return null;
        var time = new TimeSpan(hour.Value, minute, 0);
        if (!Skip(':')) return time;
        if (Number(2) is not { } second || second > 59) return null;
        time += TimeSpan.FromSeconds(second);
        return Skip('.') ? Fraction() is { } ticks ? time + ticks : null : time;
    }

    /// <summary><c>Z</c>, <c>+01:00</c>, <c>+0100</c>.</summary>
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
            if (digits < MostFractionDigits) ticks = ticks * 10 + (text[_at] - '0');
        for (var missing = digits; missing < MostFractionDigits; missing++) ticks *= 10;
        return digits > 0 ? TimeSpan.FromTicks(ticks) : null;
    }

    /// <summary>Exactly so many digits; null: there are fewer, and none was passed by.</summary>
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
