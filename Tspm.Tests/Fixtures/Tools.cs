namespace Tspm.Tests.Fixtures;

/// <summary>
/// Programs of the machine that some scenarios need: when one is missing the test says that it is skipped, and why.
/// </summary>
internal static class Tools
{
    /// <summary>Path of the first that is in the PATH.</summary>
    public static string Require(params string[] names)
    {
        foreach (var name in names)
            if (Find(name) is { } path) return path;
        Skip.Test($"SKIPPED: {string.Join(" or ", names)} is not installed; .ci/run installs it");
        throw new InvalidOperationException("not reached: the test is skipped");
    }

    public static string Node => Require("node", "nodejs");

    public static string Python => Require("python3");

    public static string Compiler => Require("cc", "gcc", "clang");

    /// <summary>Users, priorities and limits can only be given by root.</summary>
    public static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess) Skip.Test("SKIPPED: only root can do this");
    }

    public static bool IsInstalled(string name) => Find(name) is not null;

    static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
