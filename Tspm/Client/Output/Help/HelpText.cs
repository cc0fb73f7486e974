using System.Text;
using Tspm.Client.CommandLine;
using Tspm.Client.Terminal;

namespace Tspm.Client.Output.Help;

/// <summary>
/// The help, generated from the same <see cref="Verbs"/> that the command line is checked against, and from their
/// <see cref="VerbGuide"/>s. No line is wider than asked for, except a command that is too long: it can be pasted.
/// </summary>
internal sealed class HelpText
{
    /// <summary>The width of a page that nobody sees on a terminal, in columns.</summary>
    public const int PageWidth = 80;

    /// <summary>Longer lines are hard to read, even where there is room.</summary>
    const int MostColumns = 100;

    const int LeastColumns = 40, VerbWidth = 15, FlagWidth = 26;

    readonly StringBuilder _text = new();

    readonly int _width;

    HelpText(int width) => _width = Math.Clamp(width, LeastColumns, MostColumns);

    /// <summary>What every verb takes: one sentence or term per line.</summary>
    public static string[] Common =>
    [
        "A SELECTOR is a name, an id, a namespace, all, a glob (web-*), a /regex/, NAME:INSTANCE (instances count from "
            + "0), or a config file, which stands for its processes.",
        "FILE is a config file (default: the tspm.json or tspm.toml in this folder).",
        "Every verb takes --help, and most take --json.",
        "Verbs that change something start the daemon if none is running, unless --no-auto-start is given. A daemon "
            + "that starts also starts what was up before.",
        "All data is in ~/.tspm, or in $TSPM_HOME.",
        "--system selects the system-wide daemon, which runs as root and keeps its data in /var/lib/tspm; only root "
            + "may use it.",
        "-H ssh://[USER@]HOST[:PORT] (or TSPM_HOST) selects the daemon of another machine.",
        "TIME is a duration such as 500ms, 10s, 5m or 2h (a plain number: milliseconds).",
        "SIZE is a size such as 512KB, 512MB or 2GB (powers of 1024; a plain number: bytes).",
    ];

    /// <summary>The help of all verbs.</summary>
    /// <param name="width">The width of the terminal in columns.</param>
    public static string All(int width = PageWidth)
    {
        var help = new HelpText(width);
        help.Paragraph("tspm: start processes, keep them running, and collect their logs");
        help.Sentence("Usage: tspm VERB [arguments] [flags]");
        foreach (var verb in Verbs.Listed)
        {
            if (verb.Heading is { } heading) help.Heading(heading);
            var aliases = verb.Aliases.Length > 0 ? $" (also: {string.Join(", ", verb.Aliases)})" : "";
            help.Row(verb.Name, verb.Summary + aliases, VerbWidth);
        }
        help._text.Append('\n');
        foreach (var sentence in Common) help.Sentence(sentence);
        help.Heading("Exit codes");
        foreach (var (code, meaning) in ExitCodeHelp.All) help.Row(code, meaning, 4);
        help._text.Append('\n');
        help.Sentence("For the flags of a verb, with examples: tspm help VERB");
        return help._text.ToString();
    }

    /// <summary>The help of one verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="width">The width of the terminal in columns.</param>
    public static string For(Verb verb, int width = PageWidth)
    {
        var help = new HelpText(width);
        var guide = VerbGuide.Of(verb.Name);
        help.Paragraph($"tspm {verb.Name}: {verb.Summary}");
        help.Sentence($"Usage: tspm {verb.Usage}");
        if (verb.Aliases.Length > 0) help.Sentence($"Also:  tspm {string.Join(", tspm ", verb.Aliases)}");
        foreach (var paragraph in guide.Paragraphs)
        {
            help._text.Append('\n');
            help.Sentence(paragraph);
        }
        foreach (var group in FlagGroups.Of(verb))
        {
            help.Heading(group.Title);
            foreach (var flag in group.Flags)
                help.Row(FlagSpelling.InHelp(flag, verb), Flags.HelpOf(flag, verb), FlagWidth);
        }
        help.Examples(guide);
        help.Heading("Exit codes");
        foreach (var (code, meaning) in ExitCodeHelp.Of(verb, guide)) help.Row(code, meaning, 4);
        if (guide.Verbs.Count == 0) return help._text.ToString();
        help._text.Append('\n');
        help.Sentence($"See also: tspm help {string.Join(", ", guide.Verbs)}");
        return help._text.ToString();
    }

    void Examples(VerbGuide guide)
    {
        if (guide.Examples.Count == 0) return;
        Heading("Examples");
        foreach (var example in guide.Examples)
        {
            _text.Append("  ").Append(example.Command).Append('\n');
            foreach (var line in CellText.Wrap(example.Meaning, _width - 6, ""))
                _text.Append("      ").Append(line).Append('\n');
        }
    }

    void Heading(string title) => _text.Append('\n').Append(title).Append(":\n");

    void Paragraph(string text)
    {
        Sentence(text);
        _text.Append('\n');
    }

    void Sentence(string text)
    {
        foreach (var line in CellText.Wrap(text, _width, "")) _text.Append(line).Append('\n');
    }

    /// <summary>A term, and beside it what it means. A term that is too wide has a line of its own.</summary>
    void Row(string term, string meaning, int column)
    {
        _text.Append("  ").Append(term);
        var indent = new string(' ', column + 2);
        if (CellText.WidthOf(term) < column) _text.Append(' ', column - CellText.WidthOf(term));
        else _text.Append('\n').Append(indent);
        var isFirst = true;
        foreach (var line in CellText.Wrap(meaning, _width - column - 2, ""))
        {
            if (!isFirst) _text.Append(indent);
            _text.Append(line).Append('\n');
            isFirst = false;
        }
    }
}
