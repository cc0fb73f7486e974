namespace Tspm.Model.Config;

/// <summary>
/// Variables that a service manager (man 7 systemd.environment-generator, man 3 sd_notify, sd_listen_fds) meant for one
/// process and not for its children.
/// </summary>
internal static class ServiceManagerVariables
{
    static readonly string[] Names =
        ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "INVOCATION_ID", "JOURNAL_STREAM", "MAINPID",
            "SYSTEMD_EXEC_PID", "MANAGERPID", "TSPM_ID", "TSPM_NAME", "TSPM_INSTANCE"];

    public static bool Contains(string name) =>
        Array.IndexOf(Names, name) >= 0 || name.StartsWith("LISTEN_", StringComparison.Ordinal);

    /// <summary>Those of the names that are to be left out, as a list of its own.</summary>
    public static List<string> In(IEnumerable<string> names)
    {
        var found = new List<string>();
        foreach (var name in names)
            if (Contains(name)) found.Add(name);
        return found;
    }
}
