using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Boot;

/// <summary>
/// The path by which this executable is to be started at boot: the one under which it is found in the PATH, when that
/// leads here (a link stays right when what it leads to is replaced by a newer version), else its own.
/// </summary>
internal static class StableExecutable
{
    /// <exception cref="BootException">Its file is gone, or its path cannot stand in a unit.</exception>
    public static string Find()
    {
        var own = new FileInfo(SelfPath.Value).LinkTarget
            ?? throw new BootException("the path of this executable cannot be found out (is /proc mounted?)");
        if (!File.Exists(own))
            throw new BootException($"{own} was replaced or removed while this command ran; run it again");
        var path = InPath(own) ?? own;
        return path.Contains('\n')
            ? throw new BootException("the path of this executable has a line break in it, which no unit can hold")
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
