using System.Reflection;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// The native executable that the build of the tests published: what users run, and so what the scenarios run.
/// </summary>
internal static class PublishedExecutable
{
    /// <summary>Absolute path; a sentence about how to get it when it is not there.</summary>
    public static string Path { get; } = Find();

    static string Find()
    {
        var path = Environment.GetEnvironmentVariable("TSPM_TEST_EXECUTABLE") is { Length: > 0 } chosen
            ? chosen
            : Metadata("PublishedExecutable");
        if (File.Exists(path)) return path;
        throw new InvalidOperationException(
            $"{path} is not there: the scenarios need the published executable. Build the tests without "
                + "-p:SkipPublish=true, or set TSPM_TEST_EXECUTABLE");
    }

    static string Metadata(string key) =>
        typeof(PublishedExecutable).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == key).Value!;
}
