using System.Text;

namespace Tspm.Client.Output.Help;

/// <summary>
/// What help says about a verb beyond its flags. The texts are kept apart from the table of verbs, because every
/// command pays for building that table, and as UTF-8, which takes half the room. Of each guide, a line that begins
/// with <c># </c> is the verb; <c>$ </c> an example, with its meaning after two spaces and <c># </c>; <c>! </c> an exit
/// code and its meaning here; <c>&gt; </c> the names of related verbs and pages. All other lines are paragraphs.
/// </summary>
internal sealed class VerbGuide
{
    /// <summary>Sentences below the flags, without line breaks.</summary>
    public List<string> Paragraphs { get; } = [];

    public List<HelpExample> Examples { get; } = [];

    /// <summary>Exit codes with a meaning of their own: a number, or "other" for the rest, and a sentence.</summary>
    public List<KeyValuePair<string, string>> ExitCodes { get; } = [];

    /// <summary>Related verbs.</summary>
    public List<string> Verbs { get; } = [];

    /// <summary>Related pages of the repository, relative to its root.</summary>
    public List<string> Pages { get; } = [];

    /// <summary>Finds the guide to a verb, which is empty if the verb has none.</summary>
    public static VerbGuide Of(string verb)
    {
        var guide = new VerbGuide();
        ReadOnlySpan<byte> heading = Encoding.UTF8.GetBytes($"# {verb}\n");
        if (!guide.Read(StartingGuides.Text, heading) && !guide.Read(LookingGuides.Text, heading)
            && !guide.Read(ChangingGuides.Text, heading))
            guide.Read(DaemonGuides.Text, heading);
        return guide;
    }

    /// <returns>False if the text has no such heading.</returns>
    bool Read(ReadOnlySpan<byte> text, ReadOnlySpan<byte> heading)
    {
        var start = text.IndexOf(heading);
        // A heading is a whole line: the first one, or one after an empty line.
        while (start > 0 && text[start - 1] != '\n')
        {
            var next = text[(start + 1)..].IndexOf(heading);
            start = next < 0 ? -1 : start + 1 + next;
        }
        if (start < 0) return false;
        text = text[(start + heading.Length)..];
        var end = text.IndexOf("\n# "u8);
        foreach (var line in Encoding.UTF8.GetString(end < 0 ? text : text[..end]).Split('\n')) Add(line.Trim());
        return true;
    }

    void Add(string line)
    {
        if (line.Length == 0) return;
        if (line.StartsWith("$ ", StringComparison.Ordinal)) AddExample(line[2..]);
        else if (line.StartsWith("! ", StringComparison.Ordinal)) AddExitCode(line[2..]);
        else if (line.StartsWith("> ", StringComparison.Ordinal)) AddRelated(line[2..].Split(' '));
        else Paragraphs.Add(line);
    }

    void AddExample(string line)
    {
        var at = line.IndexOf("  # ", StringComparison.Ordinal);
        Examples.Add(new HelpExample(line[..at], line[(at + 4)..]));
    }

    void AddExitCode(string line)
    {
        var at = line.IndexOf(" = ", StringComparison.Ordinal);
        ExitCodes.Add(new KeyValuePair<string, string>(line[..at], line[(at + 3)..]));
    }

    void AddRelated(string[] words)
    {
        foreach (var word in words) (word.Contains(".md", StringComparison.Ordinal) ? Pages : Verbs).Add(word);
    }
}

/// <param name="Command">A line that can be typed.</param>
/// <param name="Meaning">What it does: a phrase without a full stop.</param>
internal sealed record HelpExample(string Command, string Meaning);
