using Tspm.Protocol;

namespace Tspm.Client;

/// <summary>The shell's folder: it may have been removed under the shell, and then getcwd(3) fails.</summary>
internal static class CurrentFolder
{
    /// <summary>Commands are for another machine: what paths mean is decided there.</summary>
    [ThreadStatic] public static bool IsElsewhere;

    /// <summary>A path that a person wrote, for the machine that it is about.</summary>
    public static string Absolute(string path) => IsElsewhere ? path : Path.GetFullPath(path);

    /// <summary>Null when it is gone.</summary>
    public static string? TryGet()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <exception cref="DaemonException">It is gone.</exception>
    public static string Get() =>
        TryGet() ?? throw new DaemonException(ErrorCode.Failed, "the current folder is gone: go to one that exists, or say where to run with --cwd DIR");
}
