using System.Text;
using Tspm.Client.CommandLine;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.Output.Help;

/// <summary>The manual page tspm(1), from the same tables as the help, in the macros of man(7).</summary>
internal sealed class ManualPage
{
    /// <summary>The day of the last change of this page's content, as <c>.TH</c> demands one.</summary>
    const string Date = "2026-12-01";

    /// <summary>Lines of the source are kept short, as mandoc -Tlint asks.</summary>
    const int SourceWidth = 78;

    readonly StringBuilder _text = new();

    /// <summary>Returns the page as the source that man(1) reads.</summary>
    public static string Write()
    {
        var page = new ManualPage();
        page.Begin();
        page.VerbSections();
        page.ConfigFlags();
        page.End();
        return page._text.ToString();
    }

    void Begin()
    {
        Line($".TH TSPM 1 {Date} \"tspm {ProductVersion.Current}\" \"Tspm manual\"");
        Section("NAME");
        Line(@"tspm \- start processes, keep them running, and collect their logs");
        Section("SYNOPSIS");
        Line(@".B tspm");
        Line(@"\fIVERB\fR [\fIarguments\fR] [\fIflags\fR]");
        Section("DESCRIPTION");
        Text("One daemon per user starts, watches and restarts processes and keeps their logs. Every other tspm "
            + "command asks this daemon. A command that changes something starts the daemon if none is running.");
        foreach (var sentence in HelpText.Common) Paragraph(sentence);
    }

    void VerbSections()
    {
        foreach (var verb in Verbs.Listed)
        {
            if (verb.Heading is { } heading) Section(heading.ToUpperInvariant());
            VerbSection(verb, VerbGuide.Of(verb.Name));
        }
    }

    void VerbSection(Verb verb, VerbGuide guide)
    {
        Line($".SS \"tspm {Escape(verb.Usage)}\"");
        Text(Sentence(verb.Summary));
        if (verb.Aliases.Length > 0) Paragraph($"Also: {string.Join(", ", verb.Aliases)}.");
        foreach (var paragraph in guide.Paragraphs) Paragraph(paragraph);
        if (verb.TakesConfig) Paragraph(verb.TakesProgram
            ? "It also takes the flags that define a process; see below."
            : "It also takes the flags that define a process (see below), except --name and --interpreter-args.");
        foreach (var name in verb.Flags) FlagItem(Flags.Find(name)!, verb);
        foreach (var code in guide.ExitCodes)
            Paragraph(char.IsAsciiDigit(code.Key[0])
                ? $"Exit code {code.Key}: {code.Value}" : $"Other exit codes: {code.Value}");
        foreach (var example in guide.Examples)
        {
            Line(".TP");
            Line($".B {Escape(example.Command)}");
            Text(Sentence(example.Meaning));
        }
    }

    /// <summary>Once for all verbs that take them.</summary>
    void ConfigFlags()
    {
        Section("FLAGS THAT DEFINE A PROCESS");
        var verb = Verbs.Find("start")!;
        foreach (var group in FlagGroups.Of(verb))
        {
            var flags = group.Flags.FindAll(static flag => flag.ChangesConfig);
            if (flags.Count == 0) continue;
            Line($".SS \"{group.Title}\"");
            foreach (var flag in flags) FlagItem(flag, verb);
        }
    }

    void End()
    {
        Section("EXIT STATUS");
        foreach (var code in ExitCodeHelp.All) Item(code.Key, Sentence(code.Value));
        Section("ENVIRONMENT");
        Item("TSPM_HOME", "The folder with all data, instead of ~/.tspm.");
        Item("TSPM_HOST", "The daemon of another machine, as with -H.");
        Item("NO_COLOR, FORCE_COLOR", "NO_COLOR turns colours off. FORCE_COLOR turns them on; its value, 1 to 3, is "
            + "the colour depth: 16, 256 or 16 million colours.");
        Section("FILES");
        Item("~/.tspm/", "Definitions, settings.json, the control socket and the log files.");
        Item("/var/lib/tspm/",
            "The same for the system-wide daemon, except the control socket, which is /run/tspm/tspm.sock.");
        Section("SEE ALSO");
        Line(@".BR systemctl (1),");
        Line(@".BR logrotate (8)");
    }

    /// <summary>A flag. Its phrase may begin with a value that is typed, so it keeps its small letter.</summary>
    void FlagItem(Flag flag, Verb verb) => Item(FlagSpelling.InHelp(flag, verb), Flags.HelpOf(flag, verb) + ".");

    void Item(string term, string meaning)
    {
        Line(".TP");
        Line($".B {Escape(term)}");
        Text(meaning);
    }

    void Section(string title) => Line($".SH {title}");

    void Paragraph(string text)
    {
        Line(".PP");
        Text(text);
    }

    /// <summary>A sentence begins a line, as man-pages(7) asks for. A dot or a quote there would be a macro.</summary>
    void Text(string text)
    {
        foreach (var sentence in text.Replace(". ", ".\n", StringComparison.Ordinal).Split('\n'))
        {
            foreach (var line in CellText.Wrap(Escape(sentence), SourceWidth, ""))
                Line(line[0] is '.' or '\'' ? @"\&" + line : line);
        }
    }

    void Line(string line) => _text.Append(line).Append('\n');

    static string Sentence(string phrase) =>
        char.ToUpperInvariant(phrase[0]) + phrase[1..] + (phrase[^1] is '.' or '?' ? "" : ".");

    /// <summary>Hyphens that are typed must not become typographic ones.</summary>
    static string Escape(string text) => text.Replace(@"\", @"\e", StringComparison.Ordinal)
        .Replace("-", @"\-", StringComparison.Ordinal).Replace("\"", @"\(dq", StringComparison.Ordinal)
        .Replace("…", "...", StringComparison.Ordinal);
}
