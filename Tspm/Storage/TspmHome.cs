using System.Text;

namespace Tspm.Storage;

/// <summary>
/// Every path that Tspm uses, in one place. The home is $TSPM_HOME, else $HOME/.tspm, else the passwd entry's; it is
/// 0700 and all files in it 0600.
/// </summary>
internal sealed class TspmHome
{
    /// <summary>
    /// Longest socket path in bytes without the closing NUL (man 7 unix: sun_path is 108 bytes on Linux, 104 on macOS).
    /// </summary>
    public static readonly int MaxSocketPathBytes = (Platform.CurrentSystem.IsMacOS ? 104 : 108) - 1;

    public TspmHome(string path) => Path = System.IO.Path.GetFullPath(path);

    public string Path { get; }

    /// <summary>
    /// The home of the machine's own instance (<c>--system</c>), and its socket, which lies where system services have
    /// theirs.
    /// </summary>
    public const string SystemPath = "/var/lib/tspm";

    const string SystemSocket = "/run/tspm/tspm.sock";

    /// <summary>The machine's own instance, root's.</summary>
    public bool IsSystem => Path == SystemPath;

    public string SocketPath => IsSystem ? SystemSocket : Of("tspm.sock");

    /// <summary>
    /// Another name of the running daemon's socket while a service manager puts its own socket into that place: by it
    /// the successor finds who is to hand over.
    /// </summary>
    public string FormerSocketPath => Of("run/former.sock");

    public string LockFile => Of("daemon.lock");

    /// <summary>
    /// Held while a guardian tries to become the one: whoever waits for it finds the winner's socket listening.
    /// </summary>
    public string ElectionLockFile => Of("run/election.lock");

    /// <summary>
    /// Held by the one daemon that may write: a successor waits until its predecessor is really gone.
    /// </summary>
    public string WriterLockFile => Of("run/writer.lock");

    /// <summary>The guardian's note about daemon deaths, for clients that get no answer.</summary>
    public string DaemonDeathsFile => Of("run/daemon-deaths.json");

    /// <summary>What the pump was about to do, see <see cref="Tspm.Logs.Writing.MoveIntent"/>.</summary>
    public string MoveIntentFile => Of("run/move.intent");

    public string SettingsFile => Of("settings.json");
    public string StateFile => Of("daemon.state");
    public string ProcessesFile => Of("processes.json");

    /// <summary>What was taken over from an older Tspm.</summary>
    public string MigrationFile => Of("migration.json");

    /// <summary>A line about that for the next command, which says it and removes it.</summary>
    public string NoticeFile => Of("migration.notice");
    public string RunFolder => Of("run");
    public string LogFolder => Of("logs");
    public string DaemonLog => Of("daemon.log");

    /// <summary>What happened, the newest file of it.</summary>
    public string EventsFile => Of("events.jsonl");

    /// <summary>A path in the home.</summary>
    public string Of(string relative) => System.IO.Path.Combine(Path, relative);

    public string OutLog(string name, int instance, int instances) => LogFile(name, instance, instances, "out");

    public string ErrLog(string name, int instance, int instances) => LogFile(name, instance, instances, "err");

    /// <summary>
    /// FIFO of one stream of one run: the name says whose it is, so that it can be drained by whoever finds it.
    /// </summary>
    public string FifoPath(Tspm.Model.Selecting.InstanceKey key, ulong runId, string stream) =>
        System.IO.Path.Combine(RunFolder, $"{key}.{runId}.{stream}");

    /// <summary>The two slots of a run record.</summary>
    public (string First, string Second) RunRecordPaths(Tspm.Model.Selecting.InstanceKey key) =>
        (System.IO.Path.Combine(RunFolder, $"{key}.a.json"), System.IO.Path.Combine(RunFolder, $"{key}.b.json"));

    /// <summary>
    /// The home of this user and environment. Throws <see cref="HomeException"/> when none can be found or its socket
    /// path would be too long.
    /// </summary>
    public static TspmHome Resolve()
    {
        var home = new TspmHome(Choose());
        home.CheckSocketPath();
        return home;
    }

    /// <summary>The path that a process with this environment has taken for its home; null: none.</summary>
    /// <param name="environment">Of that process.</param>
    /// <param name="folder">Where it runs: a relative path begins there.</param>
    public static string? PathIn(IReadOnlyDictionary<string, string> environment, string folder)
    {
        if (environment.GetValueOrDefault("TSPM_HOME") is { Length: > 0 } chosen)
            return System.IO.Path.GetFullPath(chosen, folder);
        var user = environment.GetValueOrDefault("HOME") is { Length: > 0 } home
            ? home
            : Platform.FileSystem.HomeOfUser();
        return user is { Length: > 0 }
            ? System.IO.Path.GetFullPath(System.IO.Path.Combine(user, ".tspm"), folder)
            : null;
    }

    static string Choose()
    {
        if (Environment.GetEnvironmentVariable("TSPM_HOME") is { Length: > 0 } chosen) return chosen;
        if (Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home)
            return System.IO.Path.Combine(home, ".tspm");
        return Platform.FileSystem.HomeOfUser() is { Length: > 0 } passwd
            ? System.IO.Path.Combine(passwd, ".tspm")
            : throw new HomeException("neither TSPM_HOME nor HOME is set and this user has no home directory; set "
                + "TSPM_HOME to a folder of yours");
    }

    void CheckSocketPath()
    {
        var bytes = Encoding.UTF8.GetByteCount(SocketPath);
        if (bytes > MaxSocketPathBytes)
            throw new HomeException(
                $"the socket path {SocketPath} is {bytes} bytes long; the system allows {MaxSocketPathBytes} "
                    + $"({MaxSocketPathBytes + 1} with the closing zero). Set TSPM_HOME to a shorter path");
    }

    string LogFile(string name, int instance, int instances, string stream) =>
        System.IO.Path
            .Combine(LogFolder,
                LogFileName.Encode(name) + (instances > 1 || instance > 0 ? $"~{instance}" : "") + $".{stream}.log");
}
