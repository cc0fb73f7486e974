namespace Tspm.Model.Config;

/// <summary>
/// Variables that a service manager sets for one process only, not for its children (man 7
/// systemd.environment-generator, man 3 sd_notify, man 3 sd_listen_fds).
/// </summary>
internal static class ServiceManagerVariables
{
    static readonly string[] Names =
        ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "INVOCATION_ID", "JOURNAL_STREAM", "MAINPID",
            "SYSTEMD_EXEC_PID", "MANAGERPID", "TSPM_ID", "TSPM_NAME", "TSPM_INSTANCE"];

    /// <summary>Whether the variable must not be passed on to a child.</summary>
    public static bool Contains(string name) =>
        Array.IndexOf(Names, name) >= 0 || name.StartsWith("LISTEN_", StringComparison.Ordinal);

    /// <summary>The names that must not be passed on to a child.</summary>
    public static List<string> In(IEnumerable<string> names)
    {
        var found = new List<string>();
        foreach (var name in names)
            if (Contains(name)) found.Add(name);
        return found;
    }
}
