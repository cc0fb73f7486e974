namespace Tspm.Platform;

/// <summary>
/// The current folder by the name that the shell has for it ($PWD): in a folder such as <c>current</c>, which a
/// deployment lets lead to another release, a process is to follow the link at each start, and getcwd(3) knows only
/// where the link leads now. The folder may have been removed under the shell, and then getcwd(3) fails.
/// </summary>
internal static class ShellFolder
{
    /// <summary>Null when it is gone.</summary>
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

    /// <summary>A path that a person wrote, on this machine.</summary>
    public static string Absolute(string path)
    {
        if (Path.IsPathRooted(path) || TryGet() is not { } folder) return Path.GetFullPath(path);
        var named = Path.GetFullPath(path, folder);
        // For the kernel, ".." leads out of the folder behind a link, and not out of the one that the link is in.
        var mayDiffer = path.Split('/').Contains("..") && !FileSystem.AreSame(named, path);
        return mayDiffer ? Path.GetFullPath(path) : named;
    }

    /// <summary>
    /// $PWD, if it can be a shell's name for a folder: absolute, without "." and ".." (POSIX, <c>pwd -L</c>).
    /// </summary>
    static string? Named() =>
        Environment.GetEnvironmentVariable("PWD") is { } said && said.StartsWith('/') && said == Path.GetFullPath(said)
            ? said : null;
}
