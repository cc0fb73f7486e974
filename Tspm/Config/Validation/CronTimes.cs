using Cronos;

namespace Tspm.Config.Validation;

/// <summary>
/// The times of a cron expression in a time zone, with the meaning of crontab(5): when both the day of the month and
/// the weekday are restricted, a day on which either fits counts. Cronos asks for both, so such an expression becomes
/// two, one for each kind of day. Daylight saving is Cronos' matter: a time that the clock passes over comes right
/// after the gap, one that comes twice counts once.
/// </summary>
internal sealed class CronTimes
{
    const string Expected =
        "expected a cron expression of 5 fields, such as '0 3 * * *' (every day at 3:00), "
            + "or of 6 with seconds in front";

    readonly CronExpression[] _expressions;
    readonly TimeZoneInfo _zone;

    CronTimes(CronExpression[] expressions, TimeZoneInfo zone) => (_expressions, _zone) = (expressions, zone);

    /// <summary>Null: one of the two is not understood on this machine.</summary>
    public static CronTimes? Of(string cron, string? zone) =>
        Parse(cron, out _) is { } expressions && (zone is null ? TimeZoneInfo.Local : ZoneOf(zone)) is { } where
            ? new CronTimes(expressions, where) : null;

    /// <summary>The first time after a moment, with the zone's own offset; null: there is none.</summary>
    public DateTimeOffset? After(DateTimeOffset moment) => First(_expressions, moment, _zone);

    /// <summary>What is wrong with an expression, for a sentence; null: nothing.</summary>
    public static string? ProblemOf(string cron)
    {
        if (Parse(cron, out var problem) is not { } expressions) return problem;
        // A time that never comes does not depend on the zone.
        return First(expressions, DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null
            ? "that time never comes, in no year" : null;
    }

    /// <summary>
    /// Whether both the day of the month and the weekday are restricted: the expressions for which cron programs
    /// differ.
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

    /// <summary>The same of a zone.</summary>
    public static string? ProblemOfZone(string zone)
    {
        if (ZoneOf(zone) is not null) return null;
        return Directory.Exists(ZoneFolder)
            ? "this machine knows no such time zone; write it as Europe/Berlin or UTC"
            : $"this machine has no time zones: {ZoneFolder} is not there (install tzdata); UTC and the machine's own "
                + "work without";
    }

    static string ZoneFolder =>
        Environment.GetEnvironmentVariable("TZDIR") is { Length: > 0 } chosen ? chosen : "/usr/share/zoneinfo";

    static TimeZoneInfo? ZoneOf(string zone)
    {
        // The runtime reads a file of that name: one that leads elsewhere is none.
        if (zone.Contains("..", StringComparison.Ordinal) || zone.StartsWith('/')) return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : null;
    }

    static string[] Fields(string cron) => cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    static bool IsRestricted(string field) => field[0] is not ('*' or '?');

    /// <summary>One expression; two when a day may fit in either of two ways.</summary>
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
            // Parsed whole in any case: the message about a mistake names the field.
            var whole = CronExpression.Parse(cron, format);
            if (!RestrictsBothDays(cron)) return [whole];
            return [CronExpression.Parse(With("*", ^1), format), CronExpression.Parse(With("*", ^3), format)];
        }
        catch (CronFormatException mistake)
        {
            problem = $"{Expected} ({mistake.Message.TrimEnd('.')})";
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
