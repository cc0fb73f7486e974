using System.Text;

namespace Tspm.Boot;

/// <summary>
/// The text of the systemd units (man 5 systemd.service, systemd.socket). The guardian is the main process, because it
/// survives a daemon's death or upgrade. With <c>KillMode=process</c>, the processes outlive the guardian; on a stop,
/// the daemon stops them itself, in order. <c>Delegate</c> lets Tspm divide the cgroup, <c>TasksMax</c> and
/// <c>LimitNOFILE</c> impose no limits of the unit on the processes, and <c>OOMPolicy=continue</c> keeps all others
/// running when one runs out of memory. There is no sandboxing (<c>ProtectSystem</c>, <c>NoNewPrivileges</c>, system
/// call filters …): it would apply to every process, and each option breaks some programs (sudo, containers,
/// debuggers). Users who know what their programs need can add such options in a drop-in.
/// </summary>
internal static class UnitText
{
    public const string ServiceName = "tspm.service", SocketName = "tspm.socket";

    const string Service = """
        [Unit]
        Description=Tspm process manager
        %AFTER%StartLimitIntervalSec=0

        [Service]
        Type=notify
        NotifyAccess=all
        ExecStart=%TSPM% daemon --take-over
        ExecReload=%TSPM% daemon upgrade
        Environment=%HOME%
        Restart=always
        RestartSec=500ms
        TimeoutStartSec=150s
        TimeoutStopSec=90s
        WatchdogSec=60s
        KillMode=process
        Delegate=yes
        OOMPolicy=continue
        TasksMax=infinity
        LimitNOFILE=1024:1048576

        [Install]
        WantedBy=%TARGET%

        """;

    const string Socket = """
        [Unit]
        Description=Control socket of the Tspm process manager

        [Socket]
        ListenStream=%SOCKET%
        SocketMode=0600
        DirectoryMode=0700

        [Install]
        WantedBy=sockets.target

        """;

    /// <summary>The service unit.</summary>
    /// <param name="executable">Absolute path of the executable.</param>
    /// <param name="home">Absolute path of the home.</param>
    /// <param name="isSystem">Whether it is for the system manager, and not for a user's.</param>
    public static string OfService(string executable, string home, bool isSystem) => Service
        .Replace("%AFTER%", isSystem ? "After=network.target nss-user-lookup.target\n" : "", StringComparison.Ordinal)
        .Replace("%TSPM%", Word(executable), StringComparison.Ordinal)
        .Replace("%HOME%", Word("TSPM_HOME=" + home), StringComparison.Ordinal)
        .Replace("%TARGET%", isSystem ? "multi-user.target" : "default.target", StringComparison.Ordinal);

    /// <summary>The socket unit.</summary>
    /// <param name="socketPath">Absolute path of the control socket.</param>
    public static string OfSocket(string socketPath) =>
        Socket.Replace("%SOCKET%", socketPath.Replace("%", "%%", StringComparison.Ordinal), StringComparison.Ordinal);

    /// <summary>
    /// Escapes a word for a unit file: doubles the % of specifiers, and quotes the word if necessary (man 7
    /// systemd.syntax).
    /// </summary>
    public static string Word(string text)
    {
        var plain = true;
        foreach (var letter in text)
            plain &= char.IsAsciiLetterOrDigit(letter)
                || letter is '/' or '.' or '-' or '_' or '=' or '+' or ':' or '@' or ',' or '%' or > '\x7f';
        text = text.Replace("%", "%%", StringComparison.Ordinal);
        if (plain) return text;
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            if (letter is '"' or '\\') quoted.Append('\\');
            quoted.Append(letter);
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// The first word after <paramref name="key"/>, with the escapes of <see cref="Word"/> undone.
    /// </summary>
    /// <returns>Null if no line starts with the key.</returns>
    public static string? FirstWordOf(string unit, string key)
    {
        foreach (var line in unit.Split('\n'))
        {
            if (!line.StartsWith(key, StringComparison.Ordinal)) continue;
            var (word, quoted) = (new StringBuilder(), false);
            for (var i = key.Length; i < line.Length; i++)
            {
                if (line[i] == '"') quoted = !quoted;
                else if (line[i] == ' ' && !quoted) break;
                else if (line[i] is '\\' or '%' && i + 1 < line.Length) word.Append(line[++i]);
                else word.Append(line[i]);
            }
            return word.ToString();
        }
        return null;
    }
}
