using System.Text.RegularExpressions;

namespace Tspm.Tests.Guards;

/// <summary>What the pages point to is there.</summary>
[Timeout(60_000)]
internal sealed partial class DocLinkTests
{
    [Test]
    public async Task Every_link_leads_to_a_file_and_a_heading(CancellationToken cancellation)
    {
        var links = DocPage.All
            .SelectMany(static page => page.Links.Where(IsLocal).Select(link => (page, link))).ToList();
        await Assert.That(links.Count).IsGreaterThan(100);
        await Assert.That(
            from one in links
            let problem = Problem(one.page, one.link)
            where problem is not null
            select $"{one.page.Name}: {one.link}: {problem}").IsEmpty();
    }

    [Test]
    public async Task A_dead_link_is_found(CancellationToken cancellation)
    {
        var readme = DocPage.Find("README.md")!;
        await Assert.That(Problem(readme, "docs/config.md#nothing-of-the-kind")).IsEqualTo("no such heading");
        await Assert.That(Problem(readme, "docs/nothing.md")).IsEqualTo("no such file");
        await Assert.That(Problem(readme, "#install")).IsNull();
    }

    [Test]
    public async Task The_readme_stays_a_front_page(CancellationToken cancellation) =>
        await Assert.That(DocPage.Find("README.md")!.Text.Count(static letter => letter == '\n')).IsLessThan(161);

    /// <summary>A stranger who follows a name finds the file: in the changelog alone, old names are right.</summary>
    [Test]
    public async Task Every_file_that_is_named_exists(CancellationToken cancellation)
    {
        await Assert.That(
            from page in DocPage.All
            where page.Name != "CHANGELOG.md"
            from span in page.CodeSpans
            where IsPath(span) && !new[] { "", "Tspm", "docs" }.Any(folder =>
                Path.Exists(Path.Combine(Repository.Root, folder, span)))
            select $"{page.Name} names {span}").IsEmpty();
    }

    [Test]
    public async Task Every_page_of_docs_can_be_reached_from_the_readme(CancellationToken cancellation)
    {
        var reached = new HashSet<string>();
        var next = new Queue<string>(["README.md"]);
        while (next.TryDequeue(out var name))
        {
            if (!reached.Add(name) || DocPage.Find(name) is not { } page) continue;
            foreach (var link in page.Links.Where(IsLocal)) next.Enqueue(Target(page, link).File);
        }
        await Assert.That(DocPage.All.Select(static page => page.Name).Except(reached)).IsEmpty();
    }

    static bool IsLocal(string link) => !link.Contains("://", StringComparison.Ordinal);

    /// <summary>A filter that selects nothing looks like tests that pass.</summary>
    [Test]
    public async Task Every_test_class_in_a_filter_exists(CancellationToken cancellation)
    {
        var classes = typeof(DocLinkTests).Assembly.GetTypes().Select(static type => type.Name).ToHashSet();
        var named = DocPage.All.SelectMany(static page => Filter().Matches(page.Text))
            .SelectMany(static match => match.Groups[1].Value.Split(["|", "\\|"], StringSplitOptions.None)).ToList();
        await Assert.That(named.Count).IsGreaterThan(5);
        await Assert.That(named.Except(classes)).IsEmpty();
    }

    /// <summary>Else the guards would read the text between two spans as a span.</summary>
    [Test]
    public async Task No_span_of_code_goes_over_the_end_of_a_line(CancellationToken cancellation) =>
        await Assert.That(
            from page in DocPage.All
            from line in page.Prose.Split('\n')
            where line.Count(static letter => letter == '`') % 2 != 0
            select $"{page.Name}: {line}").IsEmpty();

    [GeneratedRegex(@"/\*/\*/\(?([A-Z][\w|\\]*)\)?/\*")]
    private static partial Regex Filter();

    /// <summary>A file of the repository, not a pattern and not a file of somebody's home.</summary>
    static bool IsPath(string span)
    {
        if (span.AsSpan().IndexOfAny(" *{}<>…=$~") >= 0) return false;
        foreach (var room in new[] { "Tspm/", "Tspm.Tests/", "docs/", ".ci/" })
            if (span.StartsWith(room, StringComparison.Ordinal)) return true;
        return span.Contains('/') && span.EndsWith(".cs", StringComparison.Ordinal) && span[0] != '/';
    }

    static string? Problem(DocPage page, string link)
    {
        var (file, anchor) = Target(page, link);
        if (!Path.Exists(Path.Combine(Repository.Root, file))) return "no such file";
        return anchor.Length == 0 || (DocPage.Find(file)?.Anchors.Contains(anchor) ?? false) ? null : "no such heading";
    }

    static (string File, string Anchor) Target(DocPage page, string link)
    {
        var at = link.IndexOf('#');
        var (path, anchor) = at < 0 ? (link, "") : (link[..at], link[(at + 1)..]);
        if (path.Length == 0) return (page.Name, anchor);
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page.Name))!;
        return (Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(folder, path))), anchor);
    }
}
