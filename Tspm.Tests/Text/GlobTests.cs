using System.Text.RegularExpressions;
using CsCheck;
using Tspm.Text;

namespace Tspm.Tests.Text;

[Timeout(60_000)]
internal sealed class GlobTests
{
    [Test]
    [Arguments("web-*", "web-1", true)]
    [Arguments("web-*", "web-", true)]
    [Arguments("web-*", "web", false)]
    [Arguments("*", "", true)]
    [Arguments("w?b", "web", true)]
    [Arguments("w?b", "wb", false)]
    [Arguments("*a*b*", "xxaxxbxx", true)]
    [Arguments("*a*b*", "xxbxxaxx", false)]
    [Arguments("w[a-f]b", "web", true)]
    [Arguments("w[!a-f]b", "web", false)]
    [Arguments("w[^a-d]b", "web", true)]
    [Arguments("a[]]b", "a]b", true)]
    [Arguments("a[!]]b", "a]b", false)]
    [Arguments("a[-z]b", "a-b", true)]
    [Arguments("a[z-]b", "a-b", true)]
    [Arguments("a[b", "a[b", true)]
    [Arguments("a[]", "a[]", true)]
    [Arguments("Web*", "web", false)]
    public async Task Patterns_are_those_of_a_shell(string pattern, string name, bool fits,
        CancellationToken cancellation) =>
        await Assert.That(Glob.IsMatch(pattern, name)).IsEqualTo(fits);

    [Test]
    public void A_glob_says_the_same_as_the_regular_expression_it_stands_for(CancellationToken cancellation) =>
        Gen.Select(Gen.Char["ab*?"].Array[0, 8], Gen.Char["ab"].Array[0, 8]).Sample((pattern, name) =>
        {
            var glob = new string(pattern);
            var regex = $"^{glob.Replace("*", ".*").Replace("?", ".")}\\z";
            return Glob.IsMatch(glob, new string(name)) == Regex
                .IsMatch(new string(name), regex, RegexOptions.NonBacktracking);
        });

    [Test]
    public async Task Many_stars_do_not_take_for_ever(CancellationToken cancellation) =>
        await Assert.That(Glob.IsMatch(string.Concat(Enumerable.Repeat("*a", 30)) + "b", new string('a', 64)))
            .IsFalse();

    [Test]
    [Arguments("[", "[", true)]
    [Arguments("[a", "[a", true)]
    [Arguments("[!a]", "!", true)]
    [Arguments("[!]a]", "b", true)]
    [Arguments("[!]a]", "]", false)]
    [Arguments("[!]a]", "a", false)]
    [Arguments("[]a]", "]", true)]
    [Arguments("[]a]", "a", true)]
    [Arguments("[]a]", "b", false)]
    public async Task A_bracket_that_comes_first_belongs_to_the_set(
        string pattern, string name, bool matches, CancellationToken cancellation) =>
        await Assert.That(Glob.IsMatch(pattern, name)).IsEqualTo(matches);

    [Test]
    [Arguments("*", true)]
    [Arguments("a?", true)]
    [Arguments("a[", true)]
    [Arguments("a]", false)]
    [Arguments("", false)]
    public async Task A_pattern_is_what_has_a_special_character(
        string text, bool isPattern, CancellationToken cancellation) =>
        await Assert.That(Glob.IsPattern(text)).IsEqualTo(isPattern);
}
