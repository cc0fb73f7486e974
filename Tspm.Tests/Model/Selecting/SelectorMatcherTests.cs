using Tspm.Model.Selecting;

namespace Tspm.Tests.Model.Selecting;

[Timeout(10_000)]
internal sealed class SelectorMatcherTests
{
    static readonly SelectorTarget[] Table =
    [
        new(0, "web", "shop", 0), new(0, "web", "shop", 1), new(1, "web-admin", "shop", 0),
        new(2, "worker", "default", 0),
        new(3, "1", "default", 0), new(4, "a*b", "default", 0), new(5, "default", "other", 0),
        new(6, "007", "spies", 0),
    ];

    [Test]
    [Arguments("my-app", "9.0")]
    [Arguments("my-app:0", "9.0")]
    [Arguments("a:7", "12.0")] // looks like an instance
    [Arguments("web", "8.0")] // a name wins
    [Arguments("8", "8.0")] // an id wins over a former one
    [Arguments("default", "9.1")] // and a former one over a namespace
    public async Task A_former_id_is_still_a_selector(string selector, string chosen, CancellationToken cancellation)
    {
        SelectorTarget[] table = [new(8, "web", "default", 0), new(9, "app", "default", 0, "my-app"),
            new(9, "app", "default", 1, "default"), new(10, "c", "x", 0, "8"), new(11, "d", "x", 0, "web"),
            new(12, "a-7", "x", 0, "a:7")];
        await Assert.That(Show(SelectorMatcher.Resolve([selector], table))).IsEqualTo(chosen);
    }

    [Test]
    [Arguments("web", "0.0 0.1")]
    [Arguments("0", "0.0 0.1")]
    [Arguments("1", "3.0")] // a name wins over an id
    [Arguments("2", "2.0")]
    [Arguments("007", "6.0")]
    [Arguments("shop", "0.0 0.1 1.0")]
    [Arguments("default", "5.0")] // a name wins over a namespace
    [Arguments("all", "0.0 0.1 1.0 2.0 3.0 4.0 5.0 6.0")]
    [Arguments("web*", "0.0 0.1 1.0")]
    [Arguments("w*r", "2.0")]
    [Arguments("a*b", "4.0")] // an exact name wins over a glob
    [Arguments("[0-9]", "3.0")]
    [Arguments("/^w/", "0.0 0.1 1.0 2.0")]
    [Arguments("/ADMIN/", null)]
    [Arguments("/(?i)ADMIN/", "1.0")]
    [Arguments("web:1", "0.1")]
    [Arguments("0:1", "0.1")]
    [Arguments("web:2", null)]
    [Arguments("web:x", null)]
    [Arguments("web:01", null)]
    [Arguments("shop:0", null)]
    [Arguments("nothing", null)]
    [Arguments("9", null)]
    [Arguments("-1", null)]
    [Arguments("00", null)]
    [Arguments("x*", null)]
    [Arguments("", null)]
    [Arguments("Web", null)]
    public async Task A_selector_chooses_instances(string selector, string? chosen, CancellationToken cancellation)
    {
        var result = SelectorMatcher.Resolve([selector], Table);
        await Assert.That(result.IsKnown).IsEqualTo(chosen is not null);
        await Assert.That(Show(result)).IsEqualTo(chosen ?? "");
        await Assert.That(result.Unknown).IsEqualTo(chosen is null ? selector : null);
        await Assert.That(string.IsNullOrEmpty(result.Sentence)).IsEqualTo(chosen is not null);
    }

    [Test]
    [Arguments("api", "0.0 0.1")]
    [Arguments("api:1", "0.1")] // an instance: no name is so
    [Arguments("api:prod", "1.0 1.1")]
    [Arguments("api:prod:1", "1.1")]
    [Arguments("api:7", "2.0")] // of an earlier version: the exact name wins
    [Arguments("api:prod:7", null)]
    [Arguments("api*", "0.0 0.1 1.0 1.1 2.0")]
    [Arguments("web-*", "3.0")] // the exact name wins
    [Arguments("all", "0.0 0.1 1.0 1.1 2.0 3.0 4.0")] // not the process of this name
    public async Task A_name_with_a_colon_is_a_name(string selector, string? chosen, CancellationToken cancellation)
    {
        SelectorTarget[] table =
        [
            new(0, "api", "default", 0), new(0, "api", "default", 1), new(1, "api:prod", "default", 0),
            new(1, "api:prod", "default", 1),
            new(2, "api:7", "default", 0), new(3, "web-*", "default", 0), new(4, "all", "default", 0),
        ];
        await Assert.That(Show(SelectorMatcher.Resolve([selector], table))).IsEqualTo(chosen ?? "");
    }

    [Test]
    [Arguments("all", "")]
    [Arguments("web*", "")]
    [Arguments("/^w/", "")]
    [Arguments("shop", "")] // a namespace
    [Arguments("web", "0.0 0.1")]
    [Arguments("web:1", "0.1")]
    [Arguments("2", "2.0")] // a number
    [Arguments("a*b", "4.0")] // a name that looks like a pattern
    [Arguments("all web:1", "0.1")]
    public async Task What_was_named_is_known(string selectors, string named, CancellationToken cancellation)
    {
        var result = SelectorMatcher.Resolve(selectors.Split(' '), Table);
        await Assert.That(string.Join(' ',
            Table.Where(result.Named.Contains).Select(target => $"{target.Id}.{target.Instance}"))).IsEqualTo(named);
    }

    [Test]
    public async Task Several_selectors_choose_each_instance_once_in_the_order_of_the_table(
        CancellationToken cancellation) =>
        await Assert.That(Show(SelectorMatcher.Resolve(["worker", "web:1", "shop", "web"], Table)))
            .IsEqualTo("0.0 0.1 1.0 2.0");

    [Test]
    public async Task One_unknown_selector_among_several_chooses_nothing(CancellationToken cancellation)
    {
        var result = SelectorMatcher.Resolve(["web", "wrker", "nonsense"], Table);
        await Assert.That(result.Matches).IsEmpty();
        await Assert.That(result.Unknown).IsEqualTo("wrker");
        await Assert.That(result.Sentence).Contains("did you mean 'worker'?");
    }

    [Test]
    public async Task All_of_an_empty_table_is_fine_and_anything_else_is_unknown(CancellationToken cancellation)
    {
        await Assert.That(SelectorMatcher.Resolve(["all"], []).IsKnown).IsTrue();
        await Assert.That(SelectorMatcher.Resolve([], Table).Matches).IsEmpty();
        await Assert.That(SelectorMatcher.Resolve(["*"], []).Sentence)
            .IsEqualTo("there is no process '*'; none is defined");
    }

    [Test]
    [Arguments("web:7", "process 'web' has no instance 7; it has instances 0, 1")]
    [Arguments("worker:1", "process 'worker' has no instance 1; it has only instance 0")]
    [Arguments("/(/", "the pattern /(/ is not a valid regular expression: a '(' is not closed at position 1")]
    [Arguments("/*/",
        "the pattern /*/ is not a valid regular expression: a quantifier has nothing to repeat (write .* for "
            + "\"anything\") at position 1")]
    [Arguments("//", "the pattern // is empty; use 'all' to select every process")]
    [Arguments("zz-*", "no process name matches zz-*")]
    [Arguments("al", "there is no process, id or namespace 'al'; did you mean 'all'?")]
    public async Task What_is_wrong_is_said_in_a_sentence(string selector, string sentence,
        CancellationToken cancellation) =>
        await Assert.That(SelectorMatcher.Resolve([selector], Table).Sentence).IsEqualTo(sentence);

    [Test]
    [Arguments("/(/", true), Arguments("//", true), Arguments("web", false), Arguments("wbe", false),
        Arguments("/zz/", false)]
    public async Task A_selector_that_can_match_nothing_is_invalid(
        string selector, bool isInvalid, CancellationToken cancellation) =>
        await Assert.That(SelectorMatcher.Resolve([selector], Table).IsInvalid).IsEqualTo(isInvalid);

    [Test]
    public async Task An_evil_pattern_is_given_up(CancellationToken cancellation)
    {
        var result = SelectorMatcher
            .Resolve(["/^(a+)+$/"], [new SelectorTarget(0, new string('a', 63) + "!", "default", 0)]);
        await Assert.That(result.Sentence).Contains("takes too long");
    }

    static string Show(SelectorResult result) =>
        string.Join(' ', result.Matches.Select(target => $"{target.Id}.{target.Instance}"));

    [Test]
    public async Task More_than_a_thousand_selectors_and_ones_that_are_too_long_are_refused(
        CancellationToken cancellation)
    {
        await Assert.That(SelectorMatcher.Resolve([.. Enumerable.Repeat("web", 1000)], Table).IsKnown).IsTrue();
        var many = SelectorMatcher.Resolve([.. Enumerable.Repeat("web", 1001)], Table);
        await Assert.That(many.Sentence).IsEqualTo("there are 1001 selectors; at most 1000 are allowed");
        foreach (var text in new[] { $"/{new string('a', 5000)}/", new string('*', 5000), new string('x', 5000) })
        {
            var refused = SelectorMatcher.Resolve([text], Table);
            await Assert.That(refused.Sentence).Contains("bytes long; at most 4 KB (4096 bytes) are allowed");
            await Assert.That(refused.Sentence!.Length).IsLessThan(400);
        }
    }

    [Test]
    public async Task The_patterns_of_one_request_have_a_time_together(CancellationToken cancellation)
    {
        // Each match takes long, and none so long that it is ended.
        SelectorTarget[] table = [.. Enumerable.Range(0,
            2000).Select(id => new SelectorTarget(id, new string('a', 17) + "b", "default", 0))];
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        var refused = SelectorMatcher.Resolve([.. Enumerable.Range(0, 200).Select(n => $"/^(a|a)+c{n}|b/")], table);
        await Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(begun)).IsLessThan(TimeSpan.FromSeconds(5));
        await Assert.That(refused.Sentence).Contains("take").And.Contains("too long to match");
    }
}
