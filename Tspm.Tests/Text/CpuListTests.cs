using Tspm.Text;

namespace Tspm.Tests.Text;

[Timeout(10_000)]
internal sealed class CpuListTests
{
    [Test]
    [Arguments("0", "0")]
    [Arguments("0-3,8", "0-3,8")]
    [Arguments("8,0-3", "0-3,8")]
    [Arguments("5-5", "5")]
    [Arguments("1,2", "1-2")]
    [Arguments("0-1,1-2,2", "0-2")]
    [Arguments("62-65", "62-65")]
    [Arguments("63,64", "63-64")]
    [Arguments("0,64,128", "0,64,128")]
    [Arguments("0-4095", "0-4095")]
    [Arguments("4095", "4095")]
    public async Task A_list_is_read_and_written_in_its_shortest_form(
        string text, string shortest, CancellationToken cancellation) =>
        await Assert.That(CpuList.Format(CpuList.Parse(text)!)).IsEqualTo(shortest);

    [Test]
    [Arguments("")]
    [Arguments(",")]
    [Arguments("1,")]
    [Arguments("-")]
    [Arguments("-1")]
    [Arguments("1-")]
    [Arguments("3-2")]
    [Arguments("1-2-3")]
    [Arguments("a")]
    [Arguments(" 1")]
    [Arguments("+1")]
    [Arguments("4096")]
    [Arguments("0-4096")]
    public async Task Anything_else_is_refused(string text, CancellationToken cancellation) =>
        await Assert.That(CpuList.Parse(text)).IsNull();

    [Test]
    public async Task The_lowest_bit_of_the_first_word_is_the_first_processor(CancellationToken cancellation)
    {
        var mask = CpuList.Parse("0,3,65")!;
        await Assert.That(mask.Length).IsEqualTo(64);
        await Assert.That(mask.Take(2)).IsEquivalentTo([9UL, 2UL]);
        await Assert.That(mask.Skip(2).All(static word => word == 0)).IsTrue();
        await Assert.That(CpuList.Format(new ulong[2])).IsEqualTo("");
    }

    [Test]
    [Arguments("0-3", "1,2", true)]
    [Arguments("0-3", "0-3", true)]
    [Arguments("0-3", "3-4", false)]
    [Arguments("0,64", "64", true)]
    [Arguments("0", "0,64", false)]
    public async Task One_set_covers_another_that_has_no_more(
        string outer, string inner, bool covers, CancellationToken cancellation) =>
        await Assert.That(CpuList.Covers(CpuList.Parse(outer), CpuList.Parse(inner))).IsEqualTo(covers);
}
