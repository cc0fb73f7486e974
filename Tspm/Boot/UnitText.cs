using System.Text;

namespace Tspm.Boot;

/// <summary>
/// The units for systemd (man 5 systemd.service, systemd.socket). Why they are so:
/// the guardian is the main process and lives on when a daemon dies or is upgraded; <c>KillMode=process</c> lets the
/// programs outlive it, and a stop is the daemon's own (it ends them in order); a cgroup to divide, no limits that a
/// program would meet, no end for all because memory ran out for one. Fences (<c>ProtectSystem</c>,
/// <c>NoNewPrivileges</c>, system call filters …) would hold for every program that is started here, and each of them
/// breaks some: sudo, containers, debuggers. Who knows his programs puts them into a drop-in.
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

    /// <param name="executable">Absolute path.</param>
    /// <param name="home">Absolute path.</param>
    /// <param name="isSystem">For the manager of the machine, and not a user's.</param>
    public static string OfService(string executable, string home, bool isSystem) => Service
        .Replace("%AFTER%", isSystem ? "After=network.target nss-user-lookup.target\n" : "", StringComparison.Ordinal)
        .Replace("%TSPM%", Word(executable), StringComparison.Ordinal)
        .Replace("%HOME%", Word("TSPM_HOME=" + home), StringComparison.Ordinal)
        .Replace("%TARGET%", isSystem ? "multi-user.target" : "default.target", StringComparison.Ordinal);

    /// <param name="socketPath">Absolute path.</param>
    public static string OfSocket(string socketPath) =>
        Socket.Replace("%SOCKET%", socketPath.Replace("%", "%%", StringComparison.Ordinal), StringComparison.Ordinal);

    /// <summary>
    /// A word as systemd reads it back: specifiers doubled, and quoted where it has to be (man 7 systemd.syntax).
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
    /// The first word behind <paramref name="key"/>, as <see cref="Word"/> wrote it; null: there is none.
    /// </summary>
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
