using Tspm.Client.Connection;
using Tspm.Platform;
using Tspm.Protocol;

namespace Tspm.Client;

/// <summary>The folder in which the command was typed, see <see cref="ShellFolder"/>.</summary>
internal static class CurrentFolder
{
    /// <summary>Commands are for another machine: what paths mean is decided there.</summary>
    [ThreadStatic] public static bool IsElsewhere;

    /// <summary>A path that a person wrote, for the machine that it is about.</summary>
    public static string Absolute(string path) => IsElsewhere ? path : AbsoluteHere(path);

    /// <summary>A path that a person wrote, on this machine.</summary>
    public static string AbsoluteHere(string path) => ShellFolder.Absolute(path);

    /// <summary>Null when it is gone.</summary>
    public static string? TryGet() => ShellFolder.TryGet();

    /// <exception cref="DaemonException">It is gone.</exception>
    public static string Get() =>
        TryGet() ?? throw new DaemonException(ErrorCode.Failed,
            "the current folder is gone: go to one that exists, or say where to run with --cwd DIR");
}
