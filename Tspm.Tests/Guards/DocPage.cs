using System.Text.RegularExpressions;

namespace Tspm.Tests.Guards;

/// <summary>A page of the documentation, as much of Markdown as the guards need.</summary>
internal sealed partial class DocPage(string name)
{
    static readonly Dictionary<string, DocPage> s_pages = Directory.EnumerateFiles(Repository.Root, "*.md")
        .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
        .Select(static path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)
        .ToDictionary(static name => name, static name => new DocPage(name));

    /// <summary>The pages at the root and those below docs/.</summary>
    public static IReadOnlyCollection<DocPage> All => s_pages.Values;

    public static DocPage? Find(string name) => s_pages.GetValueOrDefault(name);

    /// <summary>Its path from the root.</summary>
    public string Name => name;

    public string Text { get; } = File.ReadAllText(Path.Combine(Repository.Root, name));

    /// <summary>The page without its blocks of code.</summary>
    public string Prose => Fence().Replace(Text, "\n");

    /// <summary>The targets of its links: other addresses, files and anchors.</summary>
    public IEnumerable<string> Links =>
        Link().Matches(InlineCode().Replace(Prose, "")).Select(static match => match.Groups[1].Value);

    /// <summary>Blocks of code with their language, empty where none is given.</summary>
    public IEnumerable<(string Language, string Text)> Blocks =>
        Fence().Matches(Text).Select(static match => (match.Groups[1].Value, match.Groups[2].Value));

    public IEnumerable<string> CodeSpans => InlineCode().Matches(Prose).Select(static match => match.Groups[1].Value);

    /// <summary>Of each heading, as GitHub makes them.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>();
            foreach (Match heading in Heading().Matches(Prose))
            {
                var plain = Link()
                    .Replace(heading.Groups[1].Value, static link => link.Value[1..link.Value.IndexOf(']')]);
                var anchor = NotInAnchors().Replace(plain.Trim().ToLowerInvariant(), "").Replace(' ', '-');
                var number = 0;
                while (!anchors.Add(number == 0 ? anchor : $"{anchor}-{number}")) number++;
            }
            return anchors;
        }
    }

    [GeneratedRegex(@"^ *```(\w*)\n(.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#{1,6} (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInAnchors();
}
