using System.Text.RegularExpressions;
using Tspm.Protocol;

namespace Tspm.Tests.Guards;

/// <summary>The version is set in one place, and what people read agrees with it.</summary>
[Timeout(30_000)]
internal sealed partial class VersionTests
{
    static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    [Test]
    public async Task The_changelog_begins_with_this_version(CancellationToken cancellation) =>
        await Assert.That(NewestEntry().Match(Read("CHANGELOG.md")).Groups[1].Value).IsEqualTo(ProductVersion.Current);

    [Test]
    [Arguments("README.md"), Arguments("MIGRATION.md")]
    public async Task No_page_names_another_version_of_this_line_as_the_present_one(string file,
        CancellationToken cancellation)
    {
        var named = AlphaNumbers().Matches(Read(file)).Select(match => match.Value).Distinct()
            .Where(version => version != ProductVersion.Current);
        await Assert.That(named).IsEmpty();
    }

    [Test]
    public async Task It_is_set_in_the_project_file_and_nowhere_else_in_the_sources(CancellationToken cancellation)
    {
        await Assert.That(Read("Tspm/Tspm.csproj")).Contains($"<Version>{ProductVersion.Current}</Version>");
        await Assert.That(Repository.Sources().Where(file =>
            Repository.Source(file).Contains(ProductVersion.Current, StringComparison.Ordinal))).IsEmpty();
    }

    [GeneratedRegex(@"^## \[([^\]]+)\]", RegexOptions.Multiline)]
    private static partial Regex NewestEntry();

    [GeneratedRegex(@"2\.0\.0-(alpha|beta)\.\d+")]
    private static partial Regex AlphaNumbers();
}
