using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Boot;

/// <summary>
/// The path by which the service starts this executable: its place on the PATH if there is one, because a symbolic link
/// there stays valid when a newer version replaces its target; else its own path.
/// </summary>
internal static class StableExecutable
{
    /// <exception cref="BootException">The executable's file is gone, or its path cannot be written into a
    /// unit.</exception>
    public static string Find()
    {
        var own = new FileInfo(SelfPath.Value).LinkTarget
            ?? throw new BootException("cannot determine the path of this executable (is /proc mounted?)");
        if (!File.Exists(own))
            throw new BootException($"{own} was replaced or removed while this command ran; run it again");
        var path = InPath(own) ?? own;
        return path.Contains('\n')
            ? throw new BootException(
                "the path of this executable contains a line break, which a service file cannot express")
            : path;
    }

    static string? InPath(string own)
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            var candidate = folder.TrimEnd('/') + "/tspm";
            if (folder.StartsWith('/') && File.Exists(candidate) && FileSystem.RealPath(candidate) == own)
                return candidate;
        }
        return null;
    }
}
