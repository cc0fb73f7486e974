using System.Globalization;
using Tspm.Config.Validation;
using Tspm.Model.Config;

namespace Tspm.Config.Import;

/// <summary>
/// The times of <c>cron_restart</c>: in PM2, the day of the month and the weekday must both fit, where crontab(5) and
/// Tspm ask for one of the two.
/// </summary>
internal static class Pm2Schedule
{
    /// <summary>Weekdays by number, and how often a week of days fits into a month.</summary>
    const int Days = 7, MostWeeks = 4;

    /// <summary>The config with the times as Tspm writes them.</summary>
    public static ProcessConfig Translate(ProcessConfig config, string name, Imported imported)
    {
        if (config.Schedule is not { Cron: { } cron } schedule) return config;
        if (!CronTimes.RestrictsBothDays(cron)) return config;
        if (NthWeekday(cron) is { } same) return config with { Schedule = schedule with { Cron = same } };
        imported.Notes.Add($"{name}: cron_restart = {cron}: PM2 asks for both the day of the month and the weekday, "
            + "Tspm for either of them, as crontab(5) does: it comes more often now");
        return config;
    }

    /// <summary>
    /// A weekday in a week of the month (<c>1-7 * 1</c>, the first Monday) has a field of its own: <c>* * 1#1</c>.
    /// Null:
    /// it is something else.
    /// </summary>
    static string? NthWeekday(string cron)
    {
        var fields = cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var (days, weekday) = (fields[^3].Split('-'), fields[^1]);
        if (days.Length != 2 || !TryRead(days[0], out var first) || !TryRead(days[1], out var last)) return null;
        if (last - first != Days - 1 || last % Days != 0 || last > Days * MostWeeks) return null;
        if (!weekday.All(char.IsAsciiLetterOrDigit)) return null;
        (fields[^3], fields[^1]) = ("*", string.Create(CultureInfo.InvariantCulture, $"{weekday}#{last / Days}"));
        var changed = string.Join(' ', fields);
        return CronTimes.ProblemOf(changed) is null ? changed : null;
    }

    static bool TryRead(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
