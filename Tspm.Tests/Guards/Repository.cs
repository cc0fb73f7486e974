using System.Reflection;

namespace Tspm.Tests.Guards;

/// <summary>The sources that this test program was built from.</summary>
internal static class Repository
{
    public static readonly string Root = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(entry => entry.Key == "RepositoryRoot").Value!;

    /// <summary>Files of earlier versions and golden files.</summary>
    public static string Data(string relative) => Path.Combine(Root, "Tspm.Tests", "Data", relative);

    /// <summary>The product's own source files, relative to <c>Tspm/</c>.</summary>
    public static IEnumerable<string> Sources() => SourcesOf("Tspm");

    /// <summary>The source files of a project, relative to its folder.</summary>
    public static IEnumerable<string> SourcesOf(string project)
    {
        var product = Path.Combine(Root, project);
        return Directory.EnumerateFiles(product, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(product, path))
            .Where(path =>
                !path.StartsWith("bin/", StringComparison.Ordinal)
                    && !path.StartsWith("obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }

    public static string Source(string relative) => File.ReadAllText(Path.Combine(Root, "Tspm", relative));
}
