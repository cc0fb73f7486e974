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

    [Test]
    public async Task A_question_ends_a_sentence_only_if_there_is_something_to_ask(CancellationToken cancellation)
    {
        await Assert.That(NearestName.Question("wbe", ["web"])).IsEqualTo("; did you mean 'web'?");
        await Assert.That(NearestName.Question("xyz", ["web"])).IsEqualTo("");
    }

    [Test]
    [Arguments("autorstat", "autorestart", null, "autorestart")]
    [Arguments("wor", "web", "worker", "worker")]
    [Arguments("auto", "autorestart", "autoreload", "autorestart")]
    [Arguments("web", "webserver", "webb", "webb")]
    [Arguments("a", "b", null, null)]
    public async Task The_nearest_comes_before_the_first_that_starts_so(
        string word, string first, string? second, string? near, CancellationToken cancellation) =>
        await Assert.That(NearestName.Find(word, second is null ? [first] : [first, second])).IsEqualTo(near);

    [Test]
    public async Task Words_of_more_than_100_letters_are_not_compared(CancellationToken cancellation)
    {
        var (longest, longer) = (new string('x', 100), new string('x', 101));
        await Assert.That(NearestName.Find(longest, [longest])).IsEqualTo(longest);
        await Assert.That(NearestName.Find(longer, [longer])).IsNull();
    }
}
