using Tspm.Client.Connection;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Client;

/// <summary>The shell's working directory, see <see cref="ShellFolder"/>.</summary>
internal static class CurrentFolder
{
    /// <summary>The command is for another machine, which resolves relative paths itself.</summary>
    [ThreadStatic] public static bool IsElsewhere;

    /// <summary>Makes a typed path absolute for the machine that the command is for.</summary>
    public static string Absolute(string path) => IsElsewhere ? path : AbsoluteHere(path);

    /// <summary>Makes a typed path of this machine absolute.</summary>
    public static string AbsoluteHere(string path) => ShellFolder.Absolute(path);

    /// <returns>Null if the directory has been removed.</returns>
    public static string? TryGet() => ShellFolder.TryGet();

    /// <exception cref="DaemonException">The directory has been removed.</exception>
    public static string Get() =>
        TryGet() ?? throw new DaemonException(ErrorCode.Failed,
            "the current folder no longer exists; change to another one, or name a working directory with --cwd DIR");
}
