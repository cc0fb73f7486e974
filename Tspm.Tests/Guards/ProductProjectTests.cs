using System.Text.Json;
using System.Xml.Linq;

namespace Tspm.Tests.Guards;

/// <summary>The program that these tests compile is the one that users get: nothing is taken out on the way.</summary>
[Timeout(30_000)]
internal sealed class ProductProjectTests
{
    static XDocument Project() => XDocument.Load(Path.Combine(Repository.Root, "Tspm", "Tspm.csproj"));

    static IEnumerable<string> Values(XElement element) =>
        [element.Value, .. element.Attributes().Select(static attribute => attribute.Value)];

    static bool IsSubstitution(string text) => text.Contains("substitution", StringComparison.OrdinalIgnoreCase);

    [Test]
    public async Task No_method_of_it_is_replaced_when_it_is_published(CancellationToken cancellation)
    {
        var replacing = Project().Descendants()
            .Where(static element => element.Name.LocalName is "IlcArg" or "TrimmerRootDescriptor" or "ILLinkArgs"
                || Values(element).Any(IsSubstitution));
        await Assert.That(replacing.Select(static element => element.ToString())).IsEmpty();
        var folder = Path.Combine(Repository.Root, "Tspm");
        var descriptions = Directory.EnumerateFiles(folder, "*.xml", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path))
            .Where(static path => !path.StartsWith("bin/", StringComparison.Ordinal))
            .Where(static path => !path.StartsWith("obj/", StringComparison.Ordinal));
        await Assert.That(descriptions).IsEmpty();
    }

    [Test]
    public async Task Linq_is_that_of_the_framework(CancellationToken cancellation) =>
        await Assert.That(Project().Descendants("Using").Select(static element => element.ToString())).IsEmpty();

    /// <summary>A lock file is used with the SDK that it was written for, and with no other.</summary>
    [Test]
    [Arguments("linux-x64"), Arguments("linux-arm64")]
    public async Task Lock_files_name_the_compiler_of_the_SDK_that_uses_them(
        string target, CancellationToken cancellation)
    {
        var targets = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.targets"));
        var path = Path.Combine(Repository.Root, "Tspm", $"packages.{target}.lock.json");
        using var locked = JsonDocument.Parse(File.ReadAllText(path));
        var compiler = locked.RootElement.GetProperty("dependencies").GetProperty("net10.0")
            .GetProperty("Microsoft.DotNet.ILCompiler").GetProperty("resolved").GetString();
        await Assert.That(compiler).IsEqualTo(targets.Descendants("LockedRuntimeVersion").Single().Value);
    }
}
