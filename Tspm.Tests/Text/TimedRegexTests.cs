using System.Diagnostics;
using System.Text.RegularExpressions;
using Tspm.Text;

namespace Tspm.Tests.Text;

/// <summary>
/// No pattern that is short enough to be taken ends the process or takes long to build, on the smallest stack that a
/// thread of ours has.
/// </summary>
[Timeout(120_000)]
internal sealed class TimedRegexTests
{
    const int SmallestStack = 256 << 10;

    /// <summary>For one pattern, on a busy machine and not compiled for it.</summary>
    static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    [Test]
    [Arguments("[a-", "]", "[b]"), Arguments("[a-[b]-", "]", "[c]"), Arguments("[a-", "", ""), Arguments("(", ")", "x"),
        Arguments("(", "", ""), Arguments("(a|", ")", "x"), Arguments("(?:a|", ")", "x"), Arguments("(?i:a|", ")", "x"),
     Arguments("(a*|", ")*", "x"), Arguments("(?:a?", ")?", "x"), Arguments("(?>a", ")", "x"),
         Arguments("(?=", ")", "x"), Arguments("(?<=a", ")", "x"), Arguments("(?!", ")", "x"),
             Arguments("(?(a)", ")", "x"),
     Arguments("(?:", "){2}", "x"), Arguments("(", "){4}", "x"), Arguments("(?:", "){9}", "abcdefgh"),
         Arguments("(?:", "){2,}", "x"), Arguments("(?:", "){2}?", "x"), Arguments("(?:a", "){3}", "x"),
     Arguments("(?x)(?:", ") {2}", "x"), Arguments("(?x)(?:", ") # {\n {2}", "x"), Arguments("(?:", ")(?#c){2}", "x"),
         Arguments("(?:(?:", "){3}){3}", "x"), Arguments("(?<n>", ")", "x"), Arguments("(?:ab|ac|ad", "){2}", "x")]
    public async Task The_worst_nesting_of_the_greatest_length_is_built_in_time_on_the_smallest_stack(string open,
        string close, string middle, CancellationToken cancellation)
    {
        foreach (var bytes in new[] { 200, 1_000, TimedRegex.MaxBytes })
        {
            var levels = (bytes - middle.Length) / (open.Length + close.Length);
            // An option stands once, in front.
            var option = open.StartsWith("(?x)") ? "(?x)" : "";
            var pattern = option + string.Concat(Enumerable.Repeat(open[option.Length..], levels - 1)) + middle
                + string.Concat(Enumerable.Repeat(close, levels - 1));
            var took = await OnSmallStack(() =>
            {
                if (TimedRegex.TryMake(pattern, out var problem) is { } regex) _ = IsMatch(regex);
                else if (!problem!.Contains("is not a valid regular expression"))
                    throw new InvalidOperationException(problem);
            });
            await Assert.That(took).IsLessThan(Long).Because($"{levels} levels of {open}{close}");
        }
    }

    [Test]
    public async Task The_length_is_counted_in_bytes_and_checked_before_anything_is_built(
        CancellationToken cancellation)
    {
        await Assert.That(TimedRegex.TryMake(new string('a', TimedRegex.MaxBytes), out _)).IsNotNull();
        await Assert.That(TimedRegex.TryMake(new string('ä', TimedRegex.MaxBytes / 2), out _)).IsNotNull();
        foreach (var pattern in new[] { new string('a', TimedRegex.MaxBytes + 1),
            new string('ä', TimedRegex.MaxBytes / 2 + 1), string.Concat(Enumerable.Repeat("[a-", 1_000_000)) })
        {
            await Assert.That(TimedRegex.TryMake(pattern, out var problem)).IsNull();
            await Assert.That(problem).EndsWith("bytes long; at most 4 KB (4096 bytes) are allowed");
        }
    }

    /// <summary>What is put in front of some patterns must not be noticed.</summary>
    [Test]
    [Arguments("(a){2}(b){2}(c){2}(d){2}", "xaabbccddx"), Arguments("^(?:a){2}(?:b){1}(?:c){1}(?:d){1}$", "aabcd"),
        Arguments("(?x) (a) {2} (b) {1} (c) {1} (d) {1} # e", "aabcd"),
            Arguments("(a)\\1(b){1}(c){1}(d){1}(e){1}|z", "aabcdez"),
     Arguments("(?i)(A){1}(b){1}(c){1}(d){1}", "xABCD"), Arguments("(a){1,2}(b){0}(c){0}(d){0}(e){0}", "b"),
         Arguments("((((a){2}){2}){2}){2}", "aaaaaaaaaaaaaaaaaa"), Arguments("\\G(a){1}(b){1}(c){1}(d){1}", "abcd")]
    public async Task A_guarded_pattern_matches_what_it_matches_by_itself(string pattern, string text,
        CancellationToken cancellation)
    {
        var plain = new Regex(pattern);
        var made = TimedRegex.TryMake(pattern, out _)!;
        await Assert.That(made.ToString()).IsNotEqualTo(pattern).Because("this test is about guarded ones");
        await Assert.That(string.Join('|',
            made.Matches(text).Select(match =>
                $"{match.Index} {match.Value} {string.Join(',', match.Groups.Values.Select(group => group.Value))}")))
            .IsEqualTo(string.Join('|',
                plain.Matches(text).Select(match =>
                    $"{match.Index} {match.Value} "
                        + $"{string.Join(',', match.Groups.Values.Select(group => group.Value))}")));
    }

    [Test]
    [Arguments("a(", "is not a valid regular expression: a '(' is not closed at position 2"),
        Arguments("(a){1}(b){1}(c){1}(d){1}(", "is not a valid regular expression: a '(' is not closed at position 25")]
    public async Task The_place_of_a_mistake_is_that_in_what_the_user_wrote(string pattern, string problem,
        CancellationToken cancellation)
    {
        await Assert.That(TimedRegex.TryMake(pattern, out var found)).IsNull();
        await Assert.That(found).IsEqualTo(problem);
    }

    static bool IsMatch(Regex regex)
    {
        try
        {
            return regex.IsMatch(new string('a', 64));
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    static async Task<TimeSpan> OnSmallStack(Action work)
    {
        var done = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                var begun = Stopwatch.GetTimestamp();
                work();
                done.SetResult(Stopwatch.GetElapsedTime(begun));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }, SmallestStack)
        { IsBackground = true }.Start();
        return await done.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Test]
    [Arguments("(a", "a '(' is not closed")]
    [Arguments("a)", "a ')' has no '('")]
    [Arguments("[a", "a '[' is not closed")]
    [Arguments("*a", "a quantifier has nothing to repeat (write .* for \"anything\")")]
    [Arguments("a**", "a quantifier follows another quantifier")]
    [Arguments("a\\", "a trailing backslash")]
    [Arguments("\\q", "an unknown escape")]
    [Arguments("[b-a]", "a range in reverse order")]
    [Arguments("a{2,1}", "a quantifier range in reverse order")]
    [Arguments("a{99999999999}", "a number is too large")]
    [Arguments("(?@a)", "an unknown kind of group")]
    [Arguments("\\1", "a reference to a group that does not exist")]
    [Arguments("\\k<x>", "a reference to a group that does not exist")]
    [Arguments("\\p{Xx}", "a syntax error")]
    public async Task Each_mistake_has_plain_words(string pattern, string words, CancellationToken cancellation)
    {
        await Assert.That(TimedRegex.TryBuild(pattern, out var mistake)).IsNull();
        await Assert.That(mistake).StartsWith($"{words} at position ");
    }

    [Test]
    public async Task A_long_pattern_is_cut_to_be_shown(CancellationToken cancellation)
    {
        var longest = new string('x', 200);
        await Assert.That(TimedRegex.Shown(longest)).IsEqualTo(longest);
        await Assert.That(TimedRegex.Shown(longest + "y")).IsEqualTo(longest + "…");
    }
}
