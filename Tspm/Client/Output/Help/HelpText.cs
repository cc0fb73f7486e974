using System.Text;
using Tspm.Client.CommandLine;

namespace Tspm.Client.Output;

/// <summary>The help, generated from the same <see cref="Verbs"/> that the command line is checked against.</summary>
internal static class HelpText
{
    const int VerbWidth = 13, FlagWidth = 30;

    public static string All()
    {
        var text = new StringBuilder("tspm: start processes, keep them running, and collect their logs\n\n"
            + "Usage: tspm VERB [arguments] [flags]\n\nVerbs:\n");
        foreach (var verb in Verbs.Listed)
            text.Append("  ").Append(verb.Name.PadRight(VerbWidth)).Append(verb.Summary).Append('\n');
        return text.Append(
            """

            A SELECTOR is a name, an id, a namespace, all, a glob (web-*), a /regex/ or NAME:INSTANCE.
            Every verb takes --help, and most take --json. Verbs that change something start the daemon if none is
            running, unless --no-auto-start is given. All data is in ~/.tspm, or in $TSPM_HOME.
            --system selects the system-wide daemon, which runs as root and keeps its data in /var/lib/tspm.
            TIME is a duration such as 500ms, 10s, 5m or 2h (a plain number: milliseconds).
            SIZE is a size such as 512KB, 512MB or 2GB (powers of 1024; a plain number: bytes).
            -H ssh://[USER@]HOST[:PORT] (or TSPM_HOST) selects the daemon of another machine.

            Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such process, 4 no daemon, 5 timed out, 6 not permitted

            """).ToString();
    }

    public static string For(Verb verb)
    {
        var text = new StringBuilder("Usage: tspm "
            + $"{verb.Usage}\n\n{char.ToUpperInvariant(verb.Summary[0])}{verb.Summary[1..]}.\n");
        var flags = verb.AllFlags;
        if (flags.Length > 0) text.Append("\nFlags:\n");
        foreach (var name in flags) text.Append(Line(Flags.Find(name)!, verb)).Append('\n');
        if (verb.Note is { } note) text.Append('\n').Append(note).Append('\n');
        return text.ToString();
    }

    static string Line(Flag flag, Verb verb)
    {
        var letter = FlagSpelling.LetterOf(flag.Name, verb) is { } known ? $"-{known}, " : "    ";
        var spelled = flag.ShownAsNo ? "--no-" + flag.Name : "--" + flag.Name;
        return $"  {letter}{spelled} {flag.ValueName}".PadRight(FlagWidth) + "  " + Flags.HelpOf(flag, verb);
    }
}
