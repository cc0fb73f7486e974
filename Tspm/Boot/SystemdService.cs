using System.Globalization;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Boot;

/// <summary>
/// A systemd unit: of the user's own manager, with lingering enabled so that it runs without a session; or of the
/// system manager.
/// </summary>
internal sealed class SystemdService(TspmHome home, ToolRunner run) : BootService(home, run)
{
    const string Systemctl = "systemctl", Loginctl = "loginctl";

    /// <summary>Whether systemd is this machine's init system (man 3 sd_booted).</summary>
    public static bool IsBooted => Directory.Exists("/run/systemd/system");

    public override string Kind => "systemd";

    /// <summary>The folder of this manager's units; tests use another one.</summary>
    public string Folder { get; init; } = home.IsSystem
        ? "/etc/systemd/system"
        : $"{Platform.FileSystem.HomeOfUser() ?? "/"}/.config/systemd/user";

    /// <summary>The folder of this manager's units that last until the next boot.</summary>
    public string RuntimeFolder { get; init; } = home.IsSystem
        ? "/run/systemd/system"
        : string.Create(CultureInfo.InvariantCulture, $"/run/user/{CurrentSystem.UserId}/systemd/user");

    /// <summary>Contains one file for each user whose manager runs without a session.</summary>
    public string LingerFolder { get; init; } = "/var/lib/systemd/linger";

    /// <summary>The executable that the unit starts; empty: see <see cref="StableExecutable"/>.</summary>
    public string Executable { get; init; } = "";

    public override MarkedFile Main => UnitAt(Folder, UnitText.ServiceName);

    MarkedFile Socket => UnitAt(Folder, UnitText.SocketName);

    static MarkedFile UnitAt(string folder, string name) => new($"{folder}/{name}", "# ", "");

    string ManagerFlag => Home.IsSystem ? "--system" : "--user";

    public override string WhereToLook => $"systemctl {(Home.IsSystem ? "" : "--user ")}status {UnitText.ServiceName}";

    /// <summary>Whether the daemon is started by the first command, and not at boot.</summary>
    bool IsSocketEnabled => File.Exists($"{Folder}/sockets.target.wants/{UnitText.SocketName}");

    bool IsServiceEnabled
    {
        get
        {
            var target = Home.IsSystem ? "multi-user.target" : "default.target";
            return File.Exists($"{Folder}/{target}.wants/{UnitText.ServiceName}");
        }
    }

    public override bool IsEnabled =>
        (IsSocketEnabled || IsServiceEnabled)
        && Main.Read(out var text) != MarkedState.Absent && HomeOf(text) == Home.Path;

    public override string? HomeOf(string main) =>
        UnitText.FirstWordOf(main, "Environment=") is { } word
            && word.StartsWith("TSPM_HOME=", StringComparison.Ordinal) ? word["TSPM_HOME=".Length..] : null;

    public override string? ExecutableOf(string main) => UnitText.FirstWordOf(main, "ExecStart=");

    /// <summary>Goes by the cgroup, into which systemd puts everything that a unit starts (man 7 cgroups).</summary>
    public override bool Runs(int guardianPid)
    {
        try
        {
            foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture,
                $"/proc/{guardianPid}/cgroup")))
                if (line.EndsWith("/" + UnitText.ServiceName, StringComparison.Ordinal)
                    && line.Contains("/user.slice/", StringComparison.Ordinal) != Home.IsSystem) return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The guardian has just ended.
        }
        return false;
    }

    public override IReadOnlyList<(MarkedFile File, string Content)> Files(bool socket)
    {
        if (Home.Path.Contains('\n'))
            throw new BootException("the path of the home contains a line break, which a unit cannot express");
        var executable = Executable.Length > 0 ? Executable : StableExecutable.Find();
        var main = (Main,
            Main.Marked(UnitText.OfService(executable, Home.Path, Home.IsSystem), HintOf(UnitText.ServiceName)));
        return socket
            ? [main, (Socket, Socket.Marked(UnitText.OfSocket(Home.SocketPath), HintOf(UnitText.SocketName)))]
            : [main];
    }

    string HintOf(string unit) =>
        $"Put your own settings into a drop-in, which tspm never touches: systemctl "
            + $"{(Home.IsSystem ? "" : "--user ")}edit {unit}";

    public override void SwitchOn(bool socket, List<string> notes)
    {
        if (!Home.IsSystem) EnableLingering(notes);
        Do("systemd did not reload its units", Systemctl, ManagerFlag, "daemon-reload");
        if (socket)
        {
            Do("the service was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", UnitText.ServiceName);
            Do("the socket was not enabled", Systemctl, ManagerFlag, "enable", "--quiet", UnitText.SocketName);
            return;
        }
        if (Socket.Read(out _) != MarkedState.Absent)
        {
            Do("the socket was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", "--now",
                UnitText.SocketName);
            File.Delete(Socket.Path);
        }
        Do("the service was not enabled", Systemctl, ManagerFlag, "enable", "--quiet", UnitText.ServiceName);
    }

    /// <summary>
    /// Starts the socket unit. Called before a running daemon is handed over: its own socket has been renamed, so that
    /// the new daemon finds it, and systemd binds its socket to the path.
    /// </summary>
    public void StartSocket() => Do("the socket was not started", Systemctl, ManagerFlag, "start", UnitText.SocketName);

    /// <summary>Whether systemd listens on the control socket.</summary>
    public bool IsSocketActive => Run(Systemctl, ManagerFlag, "is-active", "--quiet", UnitText.SocketName).IsSuccess;

    /// <summary>Whether the daemon runs as this service. If not, systemd may still listen on its socket.</summary>
    public bool IsActive => Run(Systemctl, ManagerFlag, "is-active", "--quiet", UnitText.ServiceName).IsSuccess;

    /// <summary>Whether systemd listens on the socket and starts the daemon at the first command.</summary>
    public bool StartsAtFirstCommand => IsSocketEnabled && IsEnabled;

    public override void Start()
    {
        // The socket unit is not active yet if it was enabled while a daemon with its own socket was running.
        if (StartsAtFirstCommand && !IsSocketActive) StartSocket();
        Do("the service was not started", Systemctl, ManagerFlag, "start", UnitText.ServiceName);
    }

    public override void Stop()
    {
        Do("the service was not stopped", Systemctl, ManagerFlag, "stop", UnitText.ServiceName);
        // `disable --keep-running` left these units for as long as the daemon was running.
        if (Main.Read(out _) == MarkedState.Absent) RemoveRuntimeUnits();
    }

    public override void Restart()
    {
        Stop();
        if (Main.Read(out _) != MarkedState.Absent) Start();
    }

    public override void SwitchOff(bool keepRunning, List<string> notes)
    {
        var socket = Socket.Read(out var socketText) != MarkedState.Absent;
        _ = Main.Read(out var text);
        if (keepRunning)
        {
            // Without a unit, systemd would stop the daemon in its default way, which kills all processes in the
            // cgroup. A runtime unit keeps our settings and disappears at the next boot.
            UnitAt(RuntimeFolder, UnitText.ServiceName).Write(text);
            if (socket) UnitAt(RuntimeFolder, UnitText.SocketName).Write(socketText);
            Do("the service was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", UnitText.ServiceName);
            if (socket)
                Do("the socket was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", UnitText.SocketName);
            notes.Add("until the daemon stops or the machine restarts, systemd keeps using "
                + $"{RuntimeFolder}/{UnitText.ServiceName}");
        }
        else
        {
            // The socket comes first: a command that connects now must not start the service again.
            if (socket)
                Do("the socket was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", "--now",
                    UnitText.SocketName);
            Do("the service was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", "--now",
                UnitText.ServiceName);
        }
        File.Delete(Main.Path);
        File.Delete(Socket.Path);
        if (!keepRunning) RemoveRuntimeUnits();
        Do("systemd did not reload its units", Systemctl, ManagerFlag, "daemon-reload");
        if (!keepRunning) _ = Run(Systemctl, ManagerFlag, "reset-failed", UnitText.ServiceName);
        foreach (var unit in new[] { UnitText.ServiceName, UnitText.SocketName })
            if (Directory.Exists($"{Folder}/{unit}.d")) notes.Add($"kept your drop-ins: {Folder}/{unit}.d");
        if (!Home.IsSystem && Lingers)
            notes.Add("lingering stays enabled, because other services may need it; to disable it: loginctl "
                + $"disable-linger {User}");
    }

    void RemoveRuntimeUnits()
    {
        foreach (var unit in new[] { UnitText.ServiceName, UnitText.SocketName })
            if (File.Exists($"{RuntimeFolder}/{unit}")) File.Delete($"{RuntimeFolder}/{unit}");
    }

    static string User => Platform.FileSystem.NameOfUser() ?? "USER";

    bool Lingers => File.Exists($"{LingerFolder}/{User}");

    /// <summary>Without lingering, the user's manager and everything it runs ends with the last session.</summary>
    void EnableLingering(List<string> notes)
    {
        if (Lingers) return;
        var result = Run(Loginctl, "enable-linger", User);
        if (!result.IsSuccess)
            notes.Add("the daemon starts with your first session and ends with your last one, because lingering could "
                + $"not be enabled ({MessageOf(result)}); to enable it: sudo loginctl enable-linger {User}");
    }

    protected override string Hint(ToolResult result)
    {
        if (!Home.IsSystem && result.Output.Contains("connect to", StringComparison.Ordinal))
            return ". Your user's systemd is not running: log in (by ssh or at a console, not with su), or have root "
                + $"run: tspm enable --user {User}";
        var mentionsLog = result.Output.Contains("control process", StringComparison.Ordinal)
            || result.Output.Contains("journalctl", StringComparison.Ordinal);
        return mentionsLog ? $". See: {WhereToLook}" : "";
    }

    public override ServiceStatus ReadStatus(int? guardianPid)
    {
        var state = Main.Read(out var text);
        var (enabled, active) = (IsEnabled, guardianPid is { } pid && Runs(pid));
        if (state == MarkedState.Absent && !active)
            return new ServiceStatus { Kind = Kind, Enabled = false, Active = false };
        return new ServiceStatus
        {
            Kind = Kind,
            Enabled = enabled,
            Active = active,
            Since = active ? BootClock.TimeOf(guardianPid!.Value) : null,
            UnitPath = state == MarkedState.Absent ? null : Main.Path,
            Linger = Home.IsSystem ? null : Lingers,
            Hint = HintOn(enabled, active, guardianPid is not null, state, text),
        };
    }

    string? HintOn(bool enabled, bool active, bool runs, MarkedState state, string text) => this switch
    {
        _ when state == MarkedState.Absent =>
            "the service was disabled with --keep-running; to enable it again: tspm enable",
        _ when HomeOf(text) is { } other && other != Home.Path =>
            $"the service belongs to another home, {other}; to use it for this home: tspm enable --force",
        _ when ExecutableOf(text) is { } executable && !File.Exists(executable) =>
            $"the service starts {executable}, which does not exist; to correct that: tspm enable",
        _ when !enabled => "the service is not enabled; to enable it: tspm enable",
        _ when runs && !active => "the daemon runs outside the service; to hand it over: tspm enable",
        _ when !runs && !IsSocketEnabled =>
            $"the service is not running; to start it: tspm daemon start; to see why: {WhereToLook}",
        _ when !Home.IsSystem && !Lingers =>
            $"the service ends with your last session; to keep it running: sudo loginctl enable-linger {User}",
        _ => null,
    };
}
