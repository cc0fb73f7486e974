using System.Text.Json;
using System.Text.RegularExpressions;
using Tspm.Client.CommandLine;
using Tspm.Guardian;
using Tspm.Guardian.Contract;

namespace Tspm.Tests.Guards;

/// <summary>What the pages tell people to type is understood: the verb, its flags and their values.</summary>
[Timeout(60_000)]
internal sealed partial class DocCommandTests
{
    [Test]
    public async Task Every_command_in_a_block_of_code_is_understood(CancellationToken cancellation)
    {
        var commands = (
            from page in DocPage.All
            from block in page.Blocks
            where block.Language is "" or "sh" or "dockerfile"
            from command in CommandsIn(block.Text)
            select (page.Name, Command: command)).ToList();
        await Assert.That(commands.Count).IsGreaterThan(60);
        await Assert.That(
            from one in commands
            let problem = Problem(one.Command)
            where problem is not null
            select $"{one.Name}: tspm {string.Join(' ', one.Command)}: {problem}").IsEmpty();
    }

    /// <summary>In running text, <c>tspm VERB …</c> may stop anywhere; what is there is right.</summary>
    [Test]
    public async Task Every_command_in_running_text_has_a_verb_and_flags_that_exist(CancellationToken cancellation)
    {
        await Assert.That(
            from page in DocPage.All
                // The changelog also names what is gone.
            where page.Name != "CHANGELOG.md"
            from span in page.CodeSpans
            from command in CommandsIn(span.Replace("\\|", "|", StringComparison.Ordinal))
            let unknown = UnknownWord(command)
            where unknown is not null
            select $"{page.Name}: {span}: {unknown}").IsEmpty();
    }

    [Test]
    public async Task A_wrong_command_is_found(CancellationToken cancellation)
    {
        var found = CommandsIn("FOO=1 sudo tspm lst; echo $(tspm pid --jsno web) | cat > f # tspm x\n"
            + "CMD [\"tspm\", \"daemon\", \"--aply\"]\ntspm list > all.txt && tspm stop web\n");
        await Assert.That(found.Select(static command => string.Join(' ', command))).IsEquivalentTo(
            ["lst", "pid --jsno web", "daemon --aply", "list", "stop web"]);
        var wrong = found.Where(static command => Problem(command) is not null);
        await Assert.That(wrong.Select(static command => command[0])).IsEquivalentTo(["lst", "pid", "daemon"]);
        await Assert.That(CommandsIn("$ tspm ls\ntspm is printed\n").Single()).IsEquivalentTo(["ls"]);
        await Assert.That(UnknownWord(["start", "--nmae", "x"])).IsEqualTo("--nmae");
        await Assert.That(UnknownWord(["start", "…"])).IsNull();
    }

    static List<string[]> CommandsIn(string text)
    {
        var found = new List<string[]>();
        var lines = text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n');
        // Where prompts are shown, the other lines are what was printed.
        if (lines.Any(IsPrompt)) lines = [.. lines.Where(IsPrompt)];
        foreach (var line in lines)
        {
            var inner = Substitution().Matches(line).Select(static match => match.Groups[1].Value);
            foreach (var part in inner.Prepend(Substitution().Replace(line, "X")))
                foreach (var words in ShellLine.Commands(part))
                    if (Arguments(words) is { } arguments) found.Add(arguments);
            if (JsonCommand().Match(line) is { Success: true } json)
                found.Add([.. JsonDocument.Parse(json.Value).RootElement.EnumerateArray().Skip(1)
                    .Select(static word => word.GetString()!)]);
        }
        return found;
    }

    static bool IsPrompt(string line) => line.TrimStart().StartsWith("$ ", StringComparison.Ordinal);

    /// <summary>Null: the command is another program's.</summary>
    static string[]? Arguments(string[] words)
    {
        var at = 0;
        while (at < words.Length && (words[at] is "$" or "sudo" || words[at].Contains('='))) at++;
        return at < words.Length && words[at] == "tspm" ? words[(at + 1)..] : null;
    }

    static string? Problem(string[] words)
    {
        // Shown because it is refused.
        if (words is [var first, ..] && LegacyCommands.IsStartAsDaemon(first)) return null;
        if (words is ["daemon", var second, ..] && GuardianMain.IsForeground(second))
            return GuardianOptions.Parse(words.AsSpan(1)) is null ? "the daemon does not know these options" : null;
        try
        {
            _ = Argv.Parse(words);
            return null;
        }
        catch (UsageException refusal)
        {
            return refusal.Message;
        }
    }

    static string? UnknownWord(string[] words)
    {
        if (words is not [var typed, ..] || typed[0] is '-' or '…' or '[' || typed.All(char.IsUpper)) return null;
        if (LegacyCommands.IsStartAsDaemon(typed)) return null;
        if (Verbs.Find(typed) is not { } verb) return typed;
        foreach (var word in words.Skip(1).TakeWhile(static word => word != "--"))
        {
            if (!word.StartsWith("--", StringComparison.Ordinal)) continue;
            if (typed == "daemon" && GuardianMain.IsForeground(word)) continue;
            var name = FlagSpelling.Canonical(word[2..].Split('=')[0], verb);
            var bare = name.StartsWith("no-", StringComparison.Ordinal) ? name[3..] : name;
            if (Flags.Find(name) is null && Flags.Find(bare) is null || !verb.Has(name) && !verb.Has(bare)) return word;
        }
        return null;
    }

    [GeneratedRegex(@"\$\(([^()]*)\)")]
    private static partial Regex Substitution();

    [GeneratedRegex("""\["tspm"(, *"[^"]*")*\]""")]
    private static partial Regex JsonCommand();
}
