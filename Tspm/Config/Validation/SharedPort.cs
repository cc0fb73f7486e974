using Tspm.Text;

namespace Tspm.Config.Validation;

/// <summary>
/// People who come from PM2's cluster mode expect several instances to share a port. Elsewhere the second one finds the
/// port taken, and its own message does not say what to do.
/// </summary>
internal static class SharedPort
{
    /// <summary>What programs print then: Node, gunicorn, and whoever prints the system's own words.</summary>
    static readonly string[] Signs = ["EADDRINUSE", "address already in use", "Connection in use: "];

    /// <summary>Does one of these lines say that an address is taken?</summary>
    public static bool IsTaken(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
            foreach (var sign in Signs)
                if (line.Contains(sign, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    /// <summary>What to do about it, for a process of several instances without <c>listen</c>.</summary>
    public static string Remedy(string name) =>
        $"{name}: several instances cannot open the same port themselves; let Tspm open it with "
        + $"tspm set {ShellWords.Quote(name)} --listen :PORT (the program then accepts on descriptor 3), "
        + "or let each open a port of its own, by TSPM_INSTANCE";
}
