using Cronos;
using Tspm.Protocol;

namespace Tspm.Config;

/// <summary>The times of a cron expression in a time zone. Daylight saving is Cronos' matter: a time that the clock passes over comes right after the gap, one that comes twice counts once.</summary>
internal sealed class CronTimes
{
    const string Expected = "expected a cron expression of 5 fields, such as '0 3 * * *' (every day at 3:00), or of 6 with seconds in front";

    readonly CronExpression _expression;
    readonly TimeZoneInfo _zone;

    CronTimes(CronExpression expression, TimeZoneInfo zone) => (_expression, _zone) = (expression, zone);

    /// <summary>Null: one of the two is not understood on this machine.</summary>
    public static CronTimes? Of(string cron, string? zone) =>
        Parse(cron, out _) is { } expression && (zone is null ? TimeZoneInfo.Local : ZoneOf(zone)) is { } where ? new CronTimes(expression, where) : null;

    /// <summary>The first time after a moment; null: there is none.</summary>
    public DateTimeOffset? After(DateTimeOffset moment) => _expression.GetNextOccurrence(moment, _zone);

    /// <summary>What is wrong with an expression, for a sentence; null: nothing.</summary>
    public static string? ProblemOf(string cron)
    {
        if (Parse(cron, out var problem) is not { } expression) return problem;
        // A time that never comes does not depend on the zone.
        return expression.GetNextOccurrence(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null ? "that time never comes, in no year" : null;
    }

    /// <summary>The same of a zone.</summary>
    public static string? ProblemOfZone(string zone)
    {
        if (ZoneOf(zone) is not null) return null;
        return Directory.Exists(ZoneFolder)
            ? "this machine knows no such time zone; write it as Europe/Berlin or UTC"
            : $"this machine has no time zones: {ZoneFolder} is not there (install tzdata); UTC and the machine's own work without";
    }

    static string ZoneFolder => Environment.GetEnvironmentVariable("TZDIR") is { Length: > 0 } chosen ? chosen : "/usr/share/zoneinfo";

    static TimeZoneInfo? ZoneOf(string zone)
    {
        // The runtime reads a file of that name: one that leads elsewhere is none.
        if (zone.Contains("..", StringComparison.Ordinal) || zone.StartsWith('/')) return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : null;
    }

    static CronExpression? Parse(string cron, out string? problem)
    {
        problem = null;
        var fields = cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Length;
        try
        {
            if (fields is 5 or 6 || cron.StartsWith('@')) return CronExpression.Parse(cron, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
            problem = Expected;
        }
        catch (CronFormatException mistake)
        {
            problem = $"{Expected} ({mistake.Message.TrimEnd('.')})";
        }
        return null;
    }
}
