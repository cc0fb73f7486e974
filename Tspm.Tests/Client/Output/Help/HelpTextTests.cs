using Tspm.Client.CommandLine;
using Tspm.Client.Output.Help;
using Tspm.Client.Terminal;

namespace Tspm.Tests.Client.Output.Help;

/// <summary>
/// The help of every verb: complete, and no wider than the terminal. That the commands are right is checked on the
/// pages that have the same examples (<see cref="Guards.DocCommandTests"/>).
/// </summary>
[Timeout(60_000)]
internal sealed class HelpTextTests
{
    public static IEnumerable<string> VerbNames => Verbs.Listed.Select(static verb => verb.Name);

    [Test]
    [MethodDataSource(nameof(VerbNames))]
    public async Task A_verb_has_three_examples(string name, CancellationToken cancellation)
    {
        var guide = VerbGuide.Of(name);
        await Assert.That(guide.Examples.Count).IsGreaterThanOrEqualTo(3);
        await Assert.That(guide.Examples.Any(example => example.Command.Contains("tspm", StringComparison.Ordinal)))
            .IsTrue();
        foreach (var example in guide.Examples)
            await Assert.That(example.Meaning).DoesNotEndWith(".").And.IsNotEmpty();
    }

    [Test]
    [MethodDataSource(nameof(VerbNames))]
    public async Task A_verb_names_related_verbs_that_exist(string name, CancellationToken cancellation)
    {
        var guide = VerbGuide.Of(name);
        await Assert.That(guide.Verbs).IsNotEmpty();
        foreach (var related in guide.Verbs)
            await Assert.That(Verbs.Find(related)?.Audience).IsEqualTo(VerbAudience.Everyone).Because(related);
        foreach (var code in guide.ExitCodes)
            await Assert.That(code.Key == "other" || int.TryParse(code.Key, out _)).IsTrue();
    }

    [Test]
    public async Task No_line_is_wider_than_the_terminal(CancellationToken cancellation)
    {
        foreach (var width in (int[])[40, 60, 80, 100])
            foreach (var text in Verbs.Listed.Select(verb => HelpText.For(verb, width)).Append(HelpText.All(width)))
                foreach (var line in text.Split('\n').Where(static line => !IsCommand(line)))
                    await Assert.That(CellText.WidthOf(line)).IsLessThanOrEqualTo(width).Because(line);
    }

    [Test]
    public async Task Eighty_columns_have_room_for_every_command(CancellationToken cancellation)
    {
        foreach (var text in Verbs.Listed.Select(static verb => HelpText.For(verb)))
            foreach (var line in text.Split('\n').Where(static line =>
                IsCommand(line) && !line.Contains(" && ", StringComparison.Ordinal)))
                await Assert.That(CellText.WidthOf(line)).IsLessThanOrEqualTo(96).Because(line);
    }

    [Test]
    public async Task Exit_codes_are_those_that_the_verb_can_have(CancellationToken cancellation)
    {
        await Assert.That(Codes("validate")).IsEqualTo("0 1 2 6");
        await Assert.That(Codes("status")).IsEqualTo("0 1 2 4 5 6");
        await Assert.That(Codes("stop")).IsEqualTo("0 1 2 3 4 5 6");
        await Assert.That(Codes("start")).IsEqualTo("0 1 2 3 4 5 6 130 other");
        await Assert.That(Codes("run")).IsEqualTo("125 other");
    }

    [Test]
    public async Task Every_flag_is_in_exactly_one_group(CancellationToken cancellation)
    {
        foreach (var verb in Verbs.All)
            await Assert.That(FlagGroups.Of(verb).SelectMany(static group => group.Flags)
                .Select(static flag => flag.Name).Order().SequenceEqual(verb.AllFlags.Order())).IsTrue()
                .Because(verb.Name);
    }

    [Test]
    public async Task A_guide_is_found_by_its_whole_heading(CancellationToken cancellation)
    {
        await Assert.That(VerbGuide.Of("start").Examples[0].Command).StartsWith("tspm start ");
        await Assert.That(VerbGuide.Of("start-all").Examples[0].Command).StartsWith("tspm start-all");
        await Assert.That(VerbGuide.Of("all").Paragraphs).IsEmpty();
    }

    static string Codes(string verb) => string.Join(' ',
        ExitCodeHelp.Of(Verbs.Find(verb)!, VerbGuide.Of(verb)).Select(static code => code.Key));

    /// <summary>A command that can be pasted is never broken, and neither is the term of a row.</summary>
    static bool IsCommand(string line) => line.StartsWith("  ", StringComparison.Ordinal)
        && !line.StartsWith("    ", StringComparison.Ordinal);
}
