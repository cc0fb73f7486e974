using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Client;

/// <summary>
/// The shell's folder, by the name that the shell has for it ($PWD): in a folder such as <c>current</c>, which a
/// deployment lets lead to another release, a process is to follow the link at each start, and getcwd(3) knows only
/// where the link leads now. The folder may have been removed under the shell, and then getcwd(3) fails.
/// </summary>
internal static class CurrentFolder
{
    /// <summary>Commands are for another machine: what paths mean is decided there.</summary>
    [ThreadStatic] public static bool IsElsewhere;

    /// <summary>A path that a person wrote, for the machine that it is about.</summary>
    public static string Absolute(string path) => IsElsewhere ? path : AbsoluteHere(path);

    /// <summary>A path that a person wrote, on this machine.</summary>
    public static string AbsoluteHere(string path)
    {
        if (Path.IsPathRooted(path) || TryGet() is not { } folder) return Path.GetFullPath(path);
        var named = Path.GetFullPath(path, folder);
        // For the kernel, ".." leads out of the folder behind a link, and not out of the one that the link is in.
        var mayDiffer = path.Split('/').Contains("..") && !Files.AreSame(named, path);
        return mayDiffer ? Path.GetFullPath(path) : named;
    }

    /// <summary>Null when it is gone.</summary>
    public static string? TryGet()
    {
        try
        {
            var actual = Environment.CurrentDirectory;
            return Shell() is { } named && Files.AreSame(named, actual) ? named : actual;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// $PWD, if it can be a shell's name for a folder: absolute, without "." and ".." (POSIX, <c>pwd -L</c>).
    /// </summary>
    static string? Shell() =>
        Environment.GetEnvironmentVariable("PWD") is { } said && said.StartsWith('/') && said == Path.GetFullPath(said)
            ? said : null;

    /// <exception cref="DaemonException">It is gone.</exception>
    public static string Get() =>
        TryGet() ?? throw new DaemonException(ErrorCode.Failed, "the current folder is gone: go to one that exists, or say where to run with --cwd DIR");
}
