namespace Tspm.Storage;

/// <summary>The system-wide daemon (<c>--system</c>), whose home and socket belong to root.</summary>
internal static class SystemDaemon
{
    /// <summary>Refuses an ordinary user.</summary>
    /// <param name="command">The command to type instead.</param>
    public static string OnlyRoot(string command) =>
        $"only root may use the system-wide daemon (--system); type: {command}";
}
