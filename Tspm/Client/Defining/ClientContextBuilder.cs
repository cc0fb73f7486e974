using System.Collections;
using Tspm.Protocol;

namespace Tspm.Client.Defining;

/// <summary>What a definition takes along from the shell in which it was made.</summary>
internal static class ClientContextBuilder
{
    /// <summary>The soft limit of open descriptors (getrlimit RLIMIT_NOFILE); null when it is not known. Set at start-up by whoever knows the system.</summary>
    public static Func<long?> OpenFilesLimit { get; set; } = static () => null;

    public static ClientContext Build()
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            if (entry is { Key: string key, Value: string value } && !IsLeftOut(key)) environment[key] = value;
        return new ClientContext { Environment = environment, WorkingDirectory = Environment.CurrentDirectory, OpenFilesLimit = OpenFilesLimit() };
    }

    /// <summary>
    /// Variables by which a service manager talks to one service (man 5 systemd.exec): in another process they are wrong. And our own mark, when
    /// the client was itself started by a managed process.
    /// </summary>
    public static bool IsLeftOut(string key) =>
        key is "NOTIFY_SOCKET" or "INVOCATION_ID" or "JOURNAL_STREAM" or "MAINPID" or "SYSTEMD_EXEC_PID" or "MANAGERPID"
            or "TSPM_ID" or "TSPM_NAME" or "TSPM_INSTANCE"
        || key.StartsWith("LISTEN_", StringComparison.Ordinal) || key.StartsWith("WATCHDOG_", StringComparison.Ordinal);
}
