using Tspm.Text;

namespace Tspm.Tests.Text;

[Timeout(10_000)]
internal sealed class ByteSizeTests
{
    [Test]
    [Arguments("0", 0L)]
    [Arguments("1000", 1000L)]
    [Arguments("7B", 7L)]
    [Arguments("1K", 1024L)]
    [Arguments("512KB", 524_288L)]
    [Arguments("1kib", 1024L)]
    [Arguments("512MB", 536_870_912L)]
    [Arguments("512m", 536_870_912L)]
    [Arguments("1.5GiB", 1_610_612_736L)]
    [Arguments("2GB", 2_147_483_648L)]
    [Arguments("1MiB", 1_048_576L)]
    [Arguments("1G", 1_073_741_824L)]
    [Arguments("1TB", 1_099_511_627_776L)]
    [Arguments("1TiB", 1_099_511_627_776L)]
    [Arguments("1T", 1_099_511_627_776L)]
    [Arguments("9223372036854775807", long.MaxValue)]
    public async Task Units_are_powers_of_1024(string text, long bytes, CancellationToken cancellation)
    {
        await Assert.That(ByteSize.TryParse(text, out var value)).IsTrue();
        await Assert.That(value).IsEqualTo(bytes);
    }

    [Test]
    [Arguments("")]
    [Arguments("MB")]
    [Arguments("-1")]
    [Arguments("1 MB")]
    [Arguments("1.5")]
    [Arguments("1.MB")]
    [Arguments("1Mb/s")]
    [Arguments("1P")]
    [Arguments("0x10")]
    [Arguments("9223372036854775808")]
    [Arguments("8388608T")]
    public async Task Anything_else_is_refused(string text, CancellationToken cancellation) =>
        await Assert.That(ByteSize.TryParse(text, out _)).IsFalse();

    [Test]
    [Arguments(0L, "0 B")]
    [Arguments(1023L, "1023 B")]
    [Arguments(1536L, "1.5 KB")]
    [Arguments(536_870_912L, "512 MB")]
    [Arguments(1_099_511_627_775L, "1023.9 GB")]
    [Arguments(long.MaxValue, "8388607.9 TB")]
    [Arguments(-1536L, "-1.5 KB")]
    public async Task People_read_one_decimal_at_most(long bytes, string text, CancellationToken cancellation) =>
        await Assert.That(ByteSize.Format(bytes)).IsEqualTo(text);
}
