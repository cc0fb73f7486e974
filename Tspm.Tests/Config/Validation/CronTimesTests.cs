using System.Globalization;
using CsCheck;
using Tspm.Config.Validation;

namespace Tspm.Tests.Config.Validation;

/// <summary>When a cron expression comes, with the meaning of crontab(5), against days counted one by one.</summary>
[Timeout(60_000)]
internal sealed class CronTimesTests
{
    static DateTimeOffset At(string time) =>
        DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    static DateTimeOffset? After(string cron, string moment, string zone = "UTC") =>
        CronTimes.TryCreate(cron, zone)!.After(At(moment));

    [Test]
    [Arguments("0 0 1,15 * 1", "2026-11-29", "2026-11-30")] // either: the next Monday
    [Arguments("0 0 13 * 5", "2026-11-29", "2026-12-04")]
    [Arguments("0 0 13 * 5", "2026-12-11", "2026-12-13")]
    [Arguments("0 0 1 * 0", "2026-11-29", "2026-12-01")]
    [Arguments("0 0 1 * SUN", "2026-12-01", "2026-12-06")]
    [Arguments("30 0 0 1 * 1", "2026-11-29", "2026-11-30T00:00:30")] // with seconds
    [Arguments("0 0 15 * *", "2026-11-29", "2026-12-15")] // one restricted
    [Arguments("0 0 * * 1", "2026-11-30", "2026-12-07")]
    [Arguments("0 0 ? * 1", "2026-11-30", "2026-12-07")]
    [Arguments("0 0 */2 * 1", "2026-11-29", "2026-12-07")] // begins with '*': restricts nothing by itself
    [Arguments("0 0 1-31 * 1", "2026-11-29", "2026-11-30")] // every day, written out
    [Arguments("0 0 L * 5", "2026-11-28", "2026-11-30")] // the last day, or a Friday
    [Arguments("0 0 L * 5", "2026-11-30", "2026-12-04")]
    [Arguments("0 0 15W * 1#1", "2026-11-29", "2026-12-07")] // the weekday nearest the 15th, or the first Monday
    [Arguments("0 0 15W * 1#1", "2026-12-07", "2026-12-15")]
    [Arguments("0 0 10 * 5L", "2026-12-10", "2026-12-25")]
    [Arguments("@daily", "2026-11-29", "2026-11-30")]
    [Arguments("0 0 31 2 1", "2026-11-29", "2027-02-01")] // the 31st never comes, the Mondays of February do
    public async Task A_day_counts_on_which_either_field_fits(string cron, string after, string next,
        CancellationToken cancellation)
    {
        await Assert.That(After(cron, after)).IsEqualTo(At(next));
        await Assert.That(CronTimes.ProblemOf(cron)).IsNull();
    }

    [Test]
    [Arguments("0 0 31 2 *")]
    [Arguments("0 0 31 2,4 ?")]
    public async Task What_never_comes_is_refused(string cron, CancellationToken cancellation) =>
        await Assert.That(CronTimes.ProblemOf(cron)).IsEqualTo("that time never comes in any year");

    [Test]
    [Arguments("0 0 1 * 8", "'8' is not a valid weekday (0 to 7, where 0 and 7 are Sunday, or SUN to SAT; or *,")]
    [Arguments("0 0 32 * 1", "'32' is not a valid day of the month (1 to 31; or *, or a range, list or step")]
    [Arguments("0 0 1 13 1", "'13' is not a valid month (1 to 12, or JAN to DEC; or *")]
    [Arguments("0 24 * * *", "'24' is not a valid hour (0 to 23; or *")]
    [Arguments("61 0 1 * 1", "'61' is not a valid minute (0 to 59; or *")]
    [Arguments("61 0 1 * 1 *", "'61' is not a valid second (0 to 59; or *")]
    [Arguments("@often", "expected @yearly, @monthly")]
    public async Task A_mistake_is_found_in_its_field(string cron, string problem, CancellationToken cancellation) =>
        await Assert.That(CronTimes.ProblemOf(cron)).StartsWith(problem);

    [Test]
    [Arguments("30 2 28 3 1", "2027-03-27T12:00", "2027-03-28T03:00+02:00")] // passed over: right after the gap
    [Arguments("30 2 31 10 1", "2027-10-30T12:00", "2027-10-31T02:30+02:00")] // twice: the first one
    [Arguments("30 2 31 * 1", "2027-10-31T00:30", "2027-11-01T02:30+01:00")] // and only that one; a Monday
    public async Task Daylight_saving_is_kept_by_both_kinds_of_days(string cron, string after, string next,
        CancellationToken cancellation)
    {
        var time = After(cron, after, "Europe/Berlin");
        await Assert.That(time).IsEqualTo(At(next));
        await Assert.That(time!.Value.Offset).IsEqualTo(At(next).Offset);
    }

    [Test]
    public void Days_are_those_that_crontab_5_means(CancellationToken cancellation)
    {
        var some = Gen.Int[1, 31].List[1, 3].Select(days => string.Join(',', days));
        var weekdays = Gen.Int[0, 7].List[1, 2].Select(days => string.Join(',', days));
        var dayField = Gen.OneOf(Gen.Const("*"), Gen.Const("*/3"), Gen.Const("8-14"), some);
        var weekdayField = Gen.OneOf(Gen.Const("*"), Gen.Const("1-5"), weekdays);
        Gen.Select(dayField, weekdayField, Gen.Int[0, 1000]).Sample((day, weekday, start) =>
        {
            var from = At("2026-01-01").AddDays(start);
            var expected = Enumerable.Range(1, 400).Select(count => from.AddDays(count))
                .Where(date => FitsDay(day, weekday, date)).Select(date => (DateTimeOffset?)date).FirstOrDefault();
            return CronTimes.TryCreate($"0 0 {day} * {weekday}", "UTC")!.After(from) == expected || expected is null;
        });
    }

    /// <summary>As cron(8) decides: both when one of the fields begins with '*', else either.</summary>
    static bool FitsDay(string day, string weekday, DateTimeOffset date)
    {
        var (fitsDay, fitsWeekday) = (Fits(day, date.Day, 1), Fits(weekday, (int)date.DayOfWeek, 0));
        if ((int)date.DayOfWeek == 0) fitsWeekday |= Fits(weekday, 7, 0);
        return day[0] == '*' || weekday[0] == '*' ? fitsDay && fitsWeekday : fitsDay || fitsWeekday;
    }

    static bool Fits(string field, int value, int first)
    {
        if (field == "*") return true;
        if (field.StartsWith("*/", StringComparison.Ordinal)) return (value - first) % int.Parse(field[2..],
            CultureInfo.InvariantCulture) == 0;
        var ends = field.Split('-');
        if (ends.Length == 2)
            return value >= int.Parse(ends[0], CultureInfo.InvariantCulture)
                && value <= int.Parse(ends[1], CultureInfo.InvariantCulture);
        return field.Split(',').Contains(value.ToString(CultureInfo.InvariantCulture));
    }
}
