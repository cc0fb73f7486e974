using Tspm.Client.Completion;

namespace Tspm.Tests.Client.Completion;

/// <summary>Words and pieces of words, as bash cuts and replaces them.</summary>
[Timeout(10_000)]
internal sealed class BashWordTests
{
    /// <summary>As in a new bash.</summary>
    const string Breaks = " \t\n\"'@><=;|&(:";

    [Test]
    [Arguments("tspm stop ", "my app", "my\\ app")]
    [Arguments("tspm stop my\\ a", "my app", "my\\ app")]
    [Arguments("tspm stop \"my a", "my app", "my app")]
    [Arguments("tspm stop 'my a", "my app", "my app")]
    [Arguments("tspm stop 'it", "it's", "it'\\''s")]
    [Arguments("tspm stop \"c", "c$1", "c\\$1")]
    [Arguments("tspm stop api", "api:prod", "api:prod")]
    [Arguments("tspm stop api:p", "api:prod", "prod")]
    [Arguments("tspm stop api\\:p", "api:prod", "api:prod")]
    [Arguments("tspm stop \"api:p", "api:prod", "api:prod")]
    [Arguments("tspm stop api:\"p", "api:prod", "prod")]
    [Arguments("tspm list --sort=u", "--sort=uptime", "uptime")]
    [Arguments("tspm stop g", "grün", "grün")]
    [Arguments("tspm stop x", "web", null)]
    [Arguments("tspm stop \"web\" ", "db", "db")]
    [Arguments("tspm stop web*", "web*1", "web\\*1")]
    public async Task A_candidate_is_cut_and_quoted_to_fit(
        string line, string candidate, string? inserted, CancellationToken cancellation) =>
        await Assert.That(new BashWord(line, Breaks).Insert(candidate)).IsEqualTo(inserted);

    [Test]
    public async Task Words_come_without_their_quotes(CancellationToken cancellation)
    {
        var word = new BashWord("tspm stop \"my app\" a\\ b 'c'd --x=\"1 2\" \"\" \"en", Breaks);
        await Assert.That(word.Before).IsEquivalentTo(["tspm", "stop", "my app", "a b", "cd", "--x=1 2", ""]);
        await Assert.That(word.Text).IsEqualTo("en");
    }
}
