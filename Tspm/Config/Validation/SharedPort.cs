using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// A hint for PM2 users, who know several instances that share a port from the cluster mode. In Tspm the second
/// instance finds the port in use, and its own message does not say what to do.
/// </summary>
internal static class SharedPort
{
    /// <summary>What programs print then: Node, gunicorn, and all that print the message of the system.</summary>
    static readonly string[] Signs = ["EADDRINUSE", "address already in use", "Connection in use: "];

    /// <summary>Whether one of these lines says that an address is in use.</summary>
    public static bool IsTaken(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
            foreach (var sign in Signs)
                if (line.Contains(sign, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>What to do, for a process with several instances and without <c>listen</c>.</summary>
    public static string Remedy(string name) =>
        $"{name}: several instances cannot open the same port; let Tspm open it with "
        + $"tspm set {ShellWords.Quote(name)} --listen :PORT (the program then accepts on descriptor 3), "
        + "or give each instance its own port, based on TSPM_INSTANCE";
}
