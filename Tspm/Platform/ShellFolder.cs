namespace Tspm.Platform;

/// <summary>
/// The current folder under the name that the shell has for it ($PWD). If the folder is a link such as
/// <c>current</c>, which a deployment points to another release, a process has to follow the link at each start, but
/// getcwd(3) returns only its present target. If the folder was removed, getcwd(3) fails.
/// </summary>
internal static class ShellFolder
{
    /// <summary>Returns the folder; null if it was removed.</summary>
    public static string? TryGet()
    {
        try
        {
            var actual = Environment.CurrentDirectory;
            return Named() is { } named && FileSystem.AreSame(named, actual) ? named : actual;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Makes a path that a person typed on this machine absolute.</summary>
    public static string Absolute(string path)
    {
        if (Path.IsPathRooted(path) || TryGet() is not { } folder) return Path.GetFullPath(path);
        var named = Path.GetFullPath(path, folder);
        // For the kernel, ".." is the parent of a link's target, and not the folder that contains the link.
        var mayDiffer = path.Split('/').Contains("..") && !FileSystem.AreSame(named, path);
        return mayDiffer ? Path.GetFullPath(path) : named;
    }

    /// <summary>
    /// Returns $PWD if it can be a shell's name for a folder: absolute, without "." and ".." (POSIX, <c>pwd -L</c>).
    /// </summary>
    static string? Named()
    {
        var name = Environment.GetEnvironmentVariable("PWD");
        return name is not null && name.StartsWith('/') && name == Path.GetFullPath(name) ? name : null;
    }
}
