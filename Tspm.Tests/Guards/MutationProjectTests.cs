using System.Xml.Linq;

namespace Tspm.Tests.Guards;

/// <summary>
/// The projects in <c>Tspm.Tests/Mutation</c> are built only on demand, so nobody would notice that a file they name
/// has moved.
/// </summary>
[Timeout(10_000)]
internal sealed class MutationProjectTests
{
    static readonly string s_folder = Path.Combine(Repository.Root, "Tspm.Tests", "Mutation");

    [Test]
    public async Task They_name_only_files_that_exist(CancellationToken cancellation)
    {
        var projects = Directory.GetFiles(s_folder, "*.csproj");
        await Assert.That(projects.Length).IsEqualTo(5);
        var named = projects.SelectMany(static project => XDocument.Load(project).Descendants())
            .Where(static item => item.Name.LocalName is "Compile" or "ProjectReference")
            .SelectMany(static item => new[] { item.Attribute("Include")?.Value, item.Attribute("Exclude")?.Value })
            .OfType<string>().ToList();
        await Assert.That(named.Count).IsGreaterThan(30);
        await Assert.That(named.Where(static path => !Exists(path))).IsEmpty();
    }

    static bool Exists(string pattern)
    {
        var path = Path.Combine(s_folder, pattern.Replace("**/", ""));
        var folder = Path.GetDirectoryName(path)!;
        return Directory.Exists(folder)
            && Directory.EnumerateFiles(folder, Path.GetFileName(path), SearchOption.AllDirectories).Any();
    }
}
