using Tspm.Text;

namespace Tspm.Tests.Text;

[Timeout(10_000)]
internal sealed class NearestNameTests
{
    [Test]
    [Arguments("wbe", "web")]
    [Arguments("webb", "web")]
    [Arguments("WEB", "web")]
    [Arguments("autorestrat", "autorestart")]
    [Arguments("auto", "autorestart")]
    [Arguments("wo", null)]
    [Arguments("xyz", null)]
    [Arguments("", null)]
    [Arguments("a", null)]
    public async Task A_slip_finds_its_word(string word, string? near, CancellationToken cancellation) =>
        await Assert.That(NearestName.Find(word, ["web", "worker", "autorestart"])).IsEqualTo(near);

    [Test]
    [Arguments("", "abc", 3)]
    [Arguments("abc", "", 3)]
    [Arguments("kitten", "sitting", 3)]
    [Arguments("ab", "ba", 1)]
    [Arguments("same", "same", 0)]
    public async Task Distance_counts_slips(string a, string b, int distance, CancellationToken cancellation) =>
        await Assert.That(NearestName.Distance(a, b)).IsEqualTo(distance);
}
