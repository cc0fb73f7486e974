using Cronos;

namespace Tspm.Config.Validation;

/// <summary>
/// The times of a cron expression in a time zone, as crontab(5) defines them: if both the day of the month and the
/// weekday are restricted, a day counts if either matches. Cronos requires both, so such an expression is split into
/// two, one for each kind of day. Cronos also handles daylight saving: a time that the clock skips comes right after
/// the gap, and a time that occurs twice counts once.
/// </summary>
internal sealed class CronTimes
{
    const string Expected =
        "expected a cron expression with 5 fields, such as '0 3 * * *' (every day at 3:00), "
            + "or 6 with seconds first";

    readonly CronExpression[] _expressions;
    readonly TimeZoneInfo _zone;

    CronTimes(CronExpression[] expressions, TimeZoneInfo zone) => (_expressions, _zone) = (expressions, zone);

    /// <summary>Reads an expression and a time zone.</summary>
    /// <returns>Null if one of the two is not valid on this machine.</returns>
    public static CronTimes? TryCreate(string cron, string? zone) =>
        Parse(cron, out _) is { } expressions && ZoneOrLocal(zone) is { } found
            ? new CronTimes(expressions, found)
            : null;

    static TimeZoneInfo? ZoneOrLocal(string? zone) => zone is null ? TimeZoneInfo.Local : ZoneOf(zone);

    /// <summary>The first time after a moment, with the offset of the zone.</summary>
    /// <returns>Null if there is none.</returns>
    public DateTimeOffset? After(DateTimeOffset moment) => First(_expressions, moment, _zone);

    /// <summary>What is wrong with an expression, as the end of a sentence.</summary>
    /// <returns>Null if it is valid.</returns>
    public static string? ProblemOf(string cron)
    {
        if (Parse(cron, out var problem) is not { } expressions) return problem;
        // Whether a time ever comes does not depend on the zone.
        return First(expressions, DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null
            ? "that time never comes in any year" : null;
    }

    /// <summary>
    /// Whether both the day of the month and the weekday are restricted; cron programs disagree about such expressions.
    /// As in crontab(5), a field that begins with '*' (or '?') restricts nothing.
    /// </summary>
    public static bool RestrictsBothDays(string cron) =>
        Fields(cron) is { Length: 5 or 6 } fields && IsRestricted(fields[^3]) && IsRestricted(fields[^1]);

    static DateTimeOffset? First(CronExpression[] expressions, DateTimeOffset moment, TimeZoneInfo zone)
    {
        DateTimeOffset? first = null;
        foreach (var expression in expressions)
            if (expression.GetNextOccurrence(moment, zone) is { } next && !(next >= first)) first = next;
        return first;
    }

    /// <summary>What is wrong with a time zone, as the end of a sentence.</summary>
    /// <returns>Null if it is valid.</returns>
    public static string? ProblemOfZone(string zone)
    {
        if (ZoneOf(zone) is not null) return null;
        return Directory.Exists(ZoneFolder)
            ? "this machine has no such time zone; use a name such as Europe/Berlin or UTC"
            : $"this machine has no time zone data, because {ZoneFolder} does not exist (install tzdata); UTC and the "
                + "local time zone work without it";
    }

    static string ZoneFolder =>
        Environment.GetEnvironmentVariable("TZDIR") is { Length: > 0 } chosen ? chosen : "/usr/share/zoneinfo";

    static TimeZoneInfo? ZoneOf(string zone)
    {
        // The runtime reads a file with that name, so a name that leads elsewhere is refused.
        if (zone.Contains("..", StringComparison.Ordinal) || zone.StartsWith('/')) return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : null;
    }

    static string[] Fields(string cron) => cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    static bool IsRestricted(string field) => field[0] is not ('*' or '?');

    /// <summary>Parses an expression into one, or into two if a day may match in either of two ways.</summary>
    static CronExpression[]? Parse(string cron, out string? problem)
    {
        problem = null;
        var fields = Fields(cron);
        if (fields.Length is not (5 or 6) && !cron.StartsWith('@'))
        {
            problem = Expected;
            return null;
        }
        var format = fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard;
        try
        {
            // The whole expression is parsed in any case: the halves do not show a mistake in the other day.
            var whole = CronExpression.Parse(cron, format);
            if (!RestrictsBothDays(cron)) return [whole];
            return [CronExpression.Parse(With("*", ^1), format), CronExpression.Parse(With("*", ^3), format)];
        }
        catch (CronFormatException)
        {
            problem = cron.StartsWith('@') ? CronFields.UnknownWord : CronFields.Problem(fields) ?? Expected;
            return null;
        }

        string With(string field, Index at)
        {
            string[] changed = [.. fields];
            changed[at] = field;
            return string.Join(' ', changed);
        }
    }
}
