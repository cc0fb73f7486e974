using System.Globalization;
using Tspm.Text;

namespace Tspm.Tests.Text;

[Timeout(30_000)]
internal sealed class TimePointTests
{
    /// <summary>Clocks go forward on 29 March at 02:00 and back on 25 October at 03:00 (2026).</summary>
    static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 30, 0, TimeSpan.FromHours(1));

    static string Parse(string text, DateTimeOffset? notBefore = null) =>
        TimePoint.TryParse(text, Now, Berlin, notBefore, out var point)
            ? point.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : "refused";

    [Test]
    [Arguments("10m", "2026-11-23 09:20:00.000")]
    [Arguments("1.5h", "2026-11-23 08:00:00.000")]
    [Arguments("90s", "2026-11-23 09:28:30.000")]
    [Arguments("100ms", "2026-11-23 09:29:59.900")]
    [Arguments("30d", "2026-10-24 09:30:00.000")]
    [Arguments("2w", "2026-11-09 09:30:00.000")]
    [Arguments("now", "2026-11-23 09:30:00.000")]
    [Arguments("03:10", "2026-11-23 02:10:00.000")]
    [Arguments("3:10", "2026-11-23 02:10:00.000")]
    [Arguments("03:10:05", "2026-11-23 02:10:05.000")]
    [Arguments("03:10:05.25", "2026-11-23 02:10:05.250")]
    [Arguments("10:31", "2026-11-22 09:31:00.000")]
    [Arguments("2026-11-23", "2026-11-22 23:00:00.000")]
    [Arguments("2026-11-23 03:10", "2026-11-23 02:10:00.000")]
    [Arguments("2026-11-23T03:10:05", "2026-11-23 02:10:05.000")]
    [Arguments("2026-07-01 12:00", "2026-07-01 10:00:00.000")]
    [Arguments("2026-11-23T03:10:05Z", "2026-11-23 03:10:05.000")]
    [Arguments("2026-11-23T03:10:05.123+05:30", "2026-11-22 21:40:05.123")]
    [Arguments("2026-11-23T03:10:05-05:00", "2026-11-23 08:10:05.000")]
    [Arguments("03:10:05.12345678", "2026-11-23 02:10:05.123")]
    [Arguments("10:30", "2026-11-23 09:30:00.000")]
    [Arguments("2026-10-25 02:30", "2026-10-25 00:30:00.000")]
    [Arguments("2026-03-29 02:30", "2026-03-29 01:30:00.000")]
    public async Task Each_form_is_understood(string text, string utc, CancellationToken cancellation) =>
        await Assert.That(Parse(text)).IsEqualTo(utc);

    [Test]
    [Arguments("")]
    [Arguments("10")]
    [Arguments("2026")]
    [Arguments("10x")]
    [Arguments("-10m")]
    [Arguments("24:00")]
    [Arguments("03:60")]
    [Arguments("3")]
    [Arguments("2026-13-01")]
    [Arguments("2026-02-30 03:10")]
    [Arguments("23.11.2026")]
    [Arguments("03:10 pm")]
    [Arguments("03:10:05.")]
    [Arguments("2026-11-23x03:10")]
    [Arguments("2026-11-23T03:10+15:00")]
    [Arguments("99999d")]
    [Arguments("99999999999999999999d")]
    [Arguments("tomorrow")]
    public async Task Nonsense_is_refused(string text, CancellationToken cancellation) =>
        await Assert.That(Parse(text)).IsEqualTo("refused");

    [Test]
    public async Task An_end_without_a_date_is_the_first_one_behind_the_beginning(CancellationToken cancellation)
    {
        var evening = new DateTimeOffset(2026, 11, 22, 23, 50, 0, TimeSpan.FromHours(1));
        await Assert.That(Parse("00:10", evening)).IsEqualTo("2026-11-22 23:10:00.000");
        await Assert.That(Parse("23:55", evening)).IsEqualTo("2026-11-22 22:55:00.000");
        await Assert.That(Parse("23:50", evening)).IsEqualTo("2026-11-22 22:50:00.000");
        // The hour that comes twice: an end is the later one.
        await Assert.That(Parse("2026-10-25 02:30", evening.AddDays(-40))).IsEqualTo("2026-10-25 01:30:00.000");
    }

    [Test]
    public async Task In_the_hour_that_comes_twice_a_range_is_the_wider_one(CancellationToken cancellation)
    {
        var noon = new DateTimeOffset(2026, 10, 25, 12, 0, 0, TimeSpan.FromHours(1));
        await Assert.That(Begin(noon)).IsEqualTo("00:30");
        await Assert.That(Begin(noon.AddHours(12))).IsEqualTo("00:30");
        await Assert.That(Parse("02:30", noon.AddHours(-12))).IsEqualTo("2026-10-25 01:30:00.000");
        await Assert.That(Parse("02:30", noon.AddHours(-20))).IsEqualTo("2026-10-25 01:30:00.000");

        static string Begin(DateTimeOffset now) => TimePoint.TryParse("02:30", now, Berlin, null, out var point)
            ? point.ToUniversalTime().ToString("HH:mm", CultureInfo.InvariantCulture) : "refused";
    }
}
