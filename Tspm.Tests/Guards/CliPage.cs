using System.Text;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;

namespace Tspm.Tests.Guards;

/// <summary>
/// The pages of docs/cli, made from the same table as <c>--help</c>. They live in the tests, because the executable
/// needs no Markdown.
/// </summary>
internal static class CliPage
{
    /// <summary>The index and a page for each listed verb: the name of the file and its text.</summary>
    public static IEnumerable<(string File, string Text)> All() =>
        Verbs.Listed.Select(static verb => ($"{verb.Name}.md", Of(verb))).Prepend(("README.md", Index()));

    static string Index()
    {
        var text = new StringBuilder("# The command line\n\n    tspm VERB [arguments] [flags]\n\n");
        text.Append("These pages are generated from the table behind `tspm help`. ");
        text.Append("`tspm help VERB` prints the same.\n\n");
        text.Append("| verb | |\n|---|---|\n");
        foreach (var verb in Verbs.Listed)
            text.Append($"| [`{verb.Name}`]({verb.Name}.md) | {Cell(verb.Summary)} |\n");
        text.Append("\n## For every verb\n\n").Append(Prose(Common()));
        text.Append("\n\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
        foreach (var (code, meaning) in ExitCodes()) text.Append($"| {code} | {meaning} |\n");
        return text.ToString();
    }

    static string Of(Verb verb)
    {
        var text = new StringBuilder($"# tspm {verb.Name}\n\n{Prose(Sentence(verb.Summary))}\n\n");
        text.Append($"## Synopsis\n\n    tspm {verb.Usage}\n");
        if (verb.Aliases.Length > 0)
            text.Append($"\nAlso: {string.Join(", ", verb.Aliases.Select(static alias => $"`tspm {alias}`"))}\n");
        if (verb.AllFlags.Length > 0) text.Append("\n## Flags\n\n| flag | meaning |\n|---|---|\n");
        foreach (var name in verb.AllFlags) text.Append(Row(Flags.Find(name)!, verb));
        if (verb.Note is { } note) text.Append("\n## Notes\n\n").Append(Prose(note)).Append('\n');
        var codes = ExitCodes().Select(static code => $"{code.Code} {code.Meaning}");
        text.Append($"\n## Exit codes\n\n{string.Join(", ", codes)}.\n");
        return text.Append("\nSee also: [all verbs, and what every verb takes](README.md)\n").ToString();
    }

    static string Row(Flag flag, Verb verb)
    {
        var letter = FlagSpelling.LetterOf(flag.Name, verb) is { } known ? $"`-{known}`, " : "";
        var spelled = $"--{(flag.ShownAsNo ? "no-" : "")}{flag.Name} {flag.ValueName}".TrimEnd();
        return $"| {letter}`{Cell(spelled, isCode: true)}` | {Cell(Flags.HelpOf(flag, verb))} |\n";
    }

    /// <summary>What the general help says below its table of verbs, without the exit codes.</summary>
    static string Common()
    {
        var help = HelpText.All();
        var start = help.IndexOf("\n\n", help.IndexOf("\nVerbs:\n", StringComparison.Ordinal) + 2,
            StringComparison.Ordinal) + 2;
        return help[start..help.IndexOf("\nExit codes:", StringComparison.Ordinal)].Trim();
    }

    static IEnumerable<(string Code, string Meaning)> ExitCodes()
    {
        var line = HelpText.All().Split('\n').Single(static line =>
            line.StartsWith("Exit codes: ", StringComparison.Ordinal));
        return line["Exit codes: ".Length..].Split(", ").Select(static part => part.Split(' ', 2))
            .Select(static parts => (parts[0], parts[1]));
    }

    static string Sentence(string phrase) =>
        char.ToUpperInvariant(phrase[0]) + phrase[1..] + (phrase[^1] is '?' or '.' ? "" : ".");

    /// <summary>Text of the help as a paragraph: its own line breaks stay, and nothing in it is markup.</summary>
    static string Prose(string text) =>
        Escape(text).Replace("\n", "  \n", StringComparison.Ordinal);

    static string Cell(string text, bool isCode = false) =>
        (isCode ? text : Escape(text)).Replace("|", "\\|", StringComparison.Ordinal);

    static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in text)
        {
            if (letter is '*' or '_' or '<' or '`' or '[' or ']' or '\\') escaped.Append('\\');
            escaped.Append(letter);
        }
        return escaped.ToString();
    }
}
