using System.Text;
using Tspm.Client.CommandLine;
using Tspm.Client.Output.Help;

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
        text.Append("`tspm help VERB` prints the same, and `tspm man` shows all of it as a manual page.\n");
        foreach (var verb in Verbs.Listed)
        {
            if (verb.Heading is { } heading) text.Append($"\n## {heading}\n\n| verb | does |\n|---|---|\n");
            text.Append($"| [`{verb.Name}`]({verb.Name}.md) | {Cell(verb.Summary)} |\n");
        }
        text.Append("\n## For every verb\n");
        foreach (var sentence in HelpText.Common) text.Append($"\n- {Escape(sentence)}");
        text.Append("\n\n## Exit codes\n\n");
        Codes(text, ExitCodeHelp.All);
        return text.ToString();
    }

    static string Of(Verb verb)
    {
        var guide = VerbGuide.Of(verb.Name);
        var text = new StringBuilder($"# tspm {verb.Name}\n\n{Escape(Sentence(verb.Summary))}\n\n");
        text.Append($"    tspm {verb.Usage}\n");
        if (verb.Aliases.Length > 0)
            text.Append($"\nAlso: {string.Join(", ", verb.Aliases.Select(static alias => $"`tspm {alias}`"))}\n");
        foreach (var paragraph in guide.Paragraphs) text.Append($"\n{Escape(paragraph)}\n");
        foreach (var group in FlagGroups.Of(verb))
        {
            text.Append($"\n## {group.Title}\n\n| flag | meaning |\n|---|---|\n");
            foreach (var flag in group.Flags)
                text.Append($"| {Spelled(flag, verb)} | {Cell(Flags.HelpOf(flag, verb))} |\n");
        }
        if (guide.Examples.Count > 0) text.Append("\n## Examples\n");
        foreach (var example in guide.Examples)
            text.Append($"\n{Escape(Sentence(example.Meaning))}\n\n```sh\n{example.Command}\n```\n");
        text.Append("\n## Exit codes\n\n");
        Codes(text, ExitCodeHelp.Of(verb, guide));
        return text.Append($"\nSee also: {Related(guide)}\n").ToString();
    }

    static void Codes(StringBuilder text, IEnumerable<KeyValuePair<string, string>> codes)
    {
        text.Append("| code | meaning |\n|---|---|\n");
        foreach (var (code, meaning) in codes) text.Append($"| {code} | {Cell(meaning)} |\n");
    }

    static string Spelled(Flag flag, Verb verb) => string.Join(", ",
        FlagSpelling.InHelp(flag, verb).Split(", ").Select(static part => $"`{Cell(part, isCode: true)}`"));

    static string Related(VerbGuide guide)
    {
        var verbs = guide.Verbs.Select(static verb => $"[{verb}]({verb}.md)");
        var pages = guide.Pages.Select(static page =>
            page.StartsWith("docs/", StringComparison.Ordinal)
                ? $"[{Title(page)}](../{page["docs/".Length..]})" : $"[{Title(page)}](../../{page})");
        return string.Join(" · ", [.. verbs, .. pages, "[all verbs, and what every verb takes](README.md)"]);
    }

    static string Title(string page) => page.Split('#')[0].Split('/')[^1];

    static string Sentence(string phrase) =>
        char.ToUpperInvariant(phrase[0]) + phrase[1..] + (phrase[^1] is '?' or '.' ? "" : ".");

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
