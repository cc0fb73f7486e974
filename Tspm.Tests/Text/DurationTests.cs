using Tspm.Text;

namespace Tspm.Tests.Text;

[Timeout(10_000)]
internal sealed class DurationTests
{
    [Test]
    [Arguments("0", 0)]
    [Arguments("250", 250)]
    [Arguments("500ms", 500)]
    [Arguments("10s", 10_000)]
    [Arguments("1.5s", 1_500)]
    [Arguments("0.001s", 1)]
    [Arguments("1.000000000000000000000000000s", 1_000)]
    [Arguments("5m", 300_000)]
    [Arguments("2h", 7_200_000)]
    [Arguments("1d", 86_400_000)]
    [Arguments("24d", 2_073_600_000)]
    [Arguments("2147483647", int.MaxValue)]
    public async Task A_number_with_or_without_a_unit_is_a_duration(string text, int milliseconds,
        CancellationToken cancellation)
    {
        await Assert.That(Duration.TryParse(text, out var value)).IsTrue();
        await Assert.That(value).IsEqualTo(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Test]
    [Arguments("")]
    [Arguments("s")]
    [Arguments("-1")]
    [Arguments("+1")]
    [Arguments("10 s")]
    [Arguments(" 10s")]
    [Arguments("10s ")]
    [Arguments("10S")]
    [Arguments("10sec")]
    [Arguments("1h30m")]
    [Arguments("1.s")]
    [Arguments(".5s")]
    [Arguments("1,5s")]
    [Arguments("0.5ms")]
    [Arguments("0.0001s")]
    [Arguments("1.0000000000000000000000000000s")]
    [Arguments("1e3")]
    [Arguments("2147483648")]
    [Arguments("25d")]
    [Arguments("99999999999999999999999999999999999d")]
    [Arguments("٣s")]
    public async Task Anything_else_is_refused(string text, CancellationToken cancellation) =>
        await Assert.That(Duration.TryParse(text, out _)).IsFalse();

    [Test]
    [Arguments(0, "0 ms")]
    [Arguments(-5, "0 ms")]
    [Arguments(999, "999 ms")]
    [Arguments(1_000, "1 s")]
    [Arguments(1_590, "1.5 s")]
    [Arguments(59_999, "59.9 s")]
    [Arguments(60_000, "1m")]
    [Arguments(310_000, "5m 10s")]
    [Arguments(3_600_000, "1h")]
    [Arguments(86_400_000, "1d")]
    [Arguments(11_520_000, "3h 12m")]
    [Arguments(187_200_000, "2d 4h")]
    public async Task People_read_two_units_at_most(long milliseconds, string text, CancellationToken cancellation) =>
        await Assert.That(Duration.Format(TimeSpan.FromMilliseconds(milliseconds))).IsEqualTo(text);
}
