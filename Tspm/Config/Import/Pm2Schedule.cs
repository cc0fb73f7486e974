using System.Globalization;
using Tspm.Config.Validation;
using Tspm.Model.Config;

namespace Tspm.Config.Import;

/// <summary>
/// Translates the times of <c>cron_restart</c>: in PM2, both the day of the month and the weekday must match, in
/// crontab(5) and Tspm one of them.
/// </summary>
internal static class Pm2Schedule
{
    /// <summary>Days of a week, and the number of whole weeks that every month has.</summary>
    const int WeekDays = 7, WholeWeeks = 4;

    /// <summary>The config with the times as Tspm writes them. If that is not possible, a note says so.</summary>
    public static ProcessConfig Translate(ProcessConfig config, string name, Imported imported)
    {
        if (config.Schedule is not { Cron: { } cron } schedule) return config;
        if (!CronTimes.RestrictsBothDays(cron)) return config;
        if (NthWeekday(cron) is { } same) return config with { Schedule = schedule with { Cron = same } };
        imported.Notes.Add($"{name}: cron_restart = {cron}: PM2 requires both the day of the month and the weekday "
            + "to match, Tspm either of them, as in crontab(5); so it runs more often now");
        return config;
    }

    /// <summary>
    /// Translates a weekday in a week of the month (<c>1-7 * 1</c>, the first Monday) into a field of its own: <c>* *
    /// 1#1</c>.
    /// </summary>
    /// <returns>Null if the expression is something else.</returns>
    static string? NthWeekday(string cron)
    {
        var fields = cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var (days, weekday) = (fields[^3].Split('-'), fields[^1]);
        if (days.Length != 2 || !TryRead(days[0], out var first) || !TryRead(days[1], out var last)) return null;
        if (last - first != WeekDays - 1 || last % WeekDays != 0 || last > WeekDays * WholeWeeks) return null;
        if (!weekday.All(char.IsAsciiLetterOrDigit)) return null;
        (fields[^3], fields[^1]) = ("*", string.Create(CultureInfo.InvariantCulture, $"{weekday}#{last / WeekDays}"));
        var changed = string.Join(' ', fields);
        return CronTimes.ProblemOf(changed) is null ? changed : null;
    }

    static bool TryRead(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
