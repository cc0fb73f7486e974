using System.Text;

namespace Tspm.Storage;

/// <summary>
/// Every path that Tspm uses, in one place. The home is $TSPM_HOME, else $HOME/.tspm, else .tspm in the home directory
/// of the user's passwd entry. Its mode is 0700, and the mode of all files in it is 0600.
/// </summary>
internal sealed class TspmHome
{
    /// <summary>
    /// Longest socket path in bytes, without the terminating NUL (man 7 unix: sun_path has 108 bytes on Linux, 104 on
    /// macOS).
    /// </summary>
    public static readonly int MaxSocketPathBytes = (Platform.CurrentSystem.IsMacOS ? 104 : 108) - 1;

    public TspmHome(string path) => Path = System.IO.Path.GetFullPath(path);

    public string Path { get; }

    /// <summary>The home of the system-wide instance (<c>--system</c>).</summary>
    public const string SystemPath = "/var/lib/tspm";

    /// <summary>The socket of the system-wide instance is where system services keep theirs.</summary>
    const string SystemSocket = "/run/tspm/tspm.sock";

    /// <summary>Whether this is the system-wide instance, which runs as root.</summary>
    public bool IsSystem => Path == SystemPath;

    public string SocketPath => IsSystem ? SystemSocket : PathTo("tspm.sock");

    /// <summary>
    /// The name that the running daemon's socket gets while a service manager binds its own socket to
    /// <see cref="SocketPath"/>. The successor connects here to ask for the handover.
    /// </summary>
    public string PreviousSocketPath => PathTo("run/former.sock");

    public string LockFile => PathTo("daemon.lock");

    /// <summary>
    /// Held while a guardian competes for the home: once it is free, the winner's socket is listening.
    /// </summary>
    public string ElectionLockFile => PathTo("run/election.lock");

    /// <summary>
    /// Held by the one daemon that may write: a successor waits for it until its predecessor has ended.
    /// </summary>
    public string WriterLockFile => PathTo("run/writer.lock");

    /// <summary>The guardian's note about daemon deaths, for clients that get no answer.</summary>
    public string DaemonDeathsFile => PathTo("run/daemon-deaths.json");

    /// <summary>The log move in progress, see <see cref="Tspm.Logs.Writing.TeeJournal"/>.</summary>
    public string TeeJournalFile => PathTo("run/move.intent");

    public string SettingsFile => PathTo("settings.json");
    public string StateFile => PathTo("daemon.state");
    public string ProcessesFile => PathTo("processes.json");

    /// <summary>The record of what was imported from an older Tspm.</summary>
    public string MigrationFile => PathTo("migration.json");

    /// <summary>See <see cref="CommandNotice"/>. Named after its first use; earlier versions read it too.</summary>
    public string NoticeFile => PathTo("migration.notice");
    public string RunFolder => PathTo("run");
    public string LogFolder => PathTo("logs");
    public string DaemonLog => PathTo("daemon.log");

    /// <summary>The newest file of the event log.</summary>
    public string EventsFile => PathTo("events.jsonl");

    /// <summary>A path in the home.</summary>
    public string PathTo(string relative) => System.IO.Path.Combine(Path, relative);

    public string OutLog(string name, int instance, int instances) => LogFile(name, instance, instances, "out");

    public string ErrLog(string name, int instance, int instances) => LogFile(name, instance, instances, "err");

    /// <summary>
    /// The FIFO of one stream of one run. Its name identifies the run, so that any later daemon can drain it.
    /// </summary>
    public string FifoPath(Tspm.Model.Selecting.InstanceKey key, ulong runId, string stream) =>
        System.IO.Path.Combine(RunFolder, $"{key}.{runId}.{stream}");

    /// <summary>The two slots of a run record.</summary>
    public (string First, string Second) RunRecordPaths(Tspm.Model.Selecting.InstanceKey key) =>
        (System.IO.Path.Combine(RunFolder, $"{key}.a.json"), System.IO.Path.Combine(RunFolder, $"{key}.b.json"));

    /// <summary>
    /// Finds the home of this user and environment. Throws <see cref="HomeException"/> if there is none, or if its
    /// socket path would be too long.
    /// </summary>
    public static TspmHome Resolve()
    {
        var home = new TspmHome(Choose());
        home.CheckSocketPath();
        return home;
    }

    /// <summary>Finds the home that another process with this environment has chosen.</summary>
    /// <param name="environment">The environment of that process.</param>
    /// <param name="folder">The working directory of that process, to which a relative path refers.</param>
    /// <returns>An absolute path; null if that process has no home.</returns>
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
            : throw new HomeException("neither TSPM_HOME nor HOME is set, and this user has no home directory; set "
                + "TSPM_HOME to a folder you own");
    }

    void CheckSocketPath()
    {
        var bytes = Encoding.UTF8.GetByteCount(SocketPath);
        if (bytes > MaxSocketPathBytes)
            throw new HomeException(
                $"the socket path {SocketPath} is {bytes} bytes long; the system allows {MaxSocketPathBytes}. Set "
                    + "TSPM_HOME to a shorter path");
    }

    string LogFile(string name, int instance, int instances, string stream)
    {
        var number = instances > 1 || instance > 0 ? $"~{instance}" : "";
        return System.IO.Path.Combine(LogFolder, $"{LogFileName.Encode(name)}{number}.{stream}.log");
    }
}
