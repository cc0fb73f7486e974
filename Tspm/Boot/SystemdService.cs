using System.Globalization;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Tree;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Boot;

/// <summary>
/// A unit of systemd: of the user's own manager, with lingering, so that it lives without a session; or of the
/// machine's.
/// </summary>
internal sealed class SystemdService(TspmHome home, ToolRunner run) : BootService(home, run)
{
    const string Systemctl = "systemctl", Loginctl = "loginctl";

    /// <summary>man 3 sd_booted.</summary>
    public static bool IsBooted => Directory.Exists("/run/systemd/system");

    public override string Kind => "systemd";

    /// <summary>Where units of this manager are kept. The tests' have another place.</summary>
    public string Folder { get; init; } = home.IsSystem
        ? "/etc/systemd/system"
        : $"{Platform.FileSystem.HomeOfUser() ?? "/"}/.config/systemd/user";

    /// <summary>The same until the next boot only.</summary>
    public string RuntimeFolder { get; init; } = home.IsSystem
        ? "/run/systemd/system"
        : string.Create(CultureInfo.InvariantCulture, $"/run/user/{CurrentSystem.UserId}/systemd/user");

    /// <summary>Users whose managers run without a session.</summary>
    public string LingerFolder { get; init; } = "/var/lib/systemd/linger";

    public string Executable { get; init; } = "";

    public override MarkedFile Main => UnitAt(Folder, UnitText.ServiceName);

    MarkedFile Socket => UnitAt(Folder, UnitText.SocketName);

    static MarkedFile UnitAt(string folder, string name) => new($"{folder}/{name}", "# ", "");

    string ManagerFlag => Home.IsSystem ? "--system" : "--user";

    public override string WhereToLook => $"systemctl {(Home.IsSystem ? "" : "--user ")}status {UnitText.ServiceName}";

    /// <summary>At the first command, and not before.</summary>
    bool IsSocketEnabled => File.Exists($"{Folder}/sockets.target.wants/{UnitText.SocketName}");

    public override bool IsEnabled =>
        (IsSocketEnabled
            || File.Exists(
                $"{Folder}/{(Home.IsSystem ? "multi-user.target" : "default.target")}.wants/{UnitText.ServiceName}"))
        && Main.Look(out var text) != MarkedState.Absent && HomeOf(text) == Home.Path;

    public override string? HomeOf(string main) =>
        UnitText.FirstWordOf(main, "Environment=") is { } word
            && word.StartsWith("TSPM_HOME=", StringComparison.Ordinal) ? word["TSPM_HOME=".Length..] : null;

    public override string? ExecutableOf(string main) => UnitText.FirstWordOf(main, "ExecStart=");

    /// <summary>By its cgroup: systemd puts all that a unit starts there (man 7 cgroups).</summary>
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
            // It has just ended.
        }
        return false;
    }

    public override IReadOnlyList<(MarkedFile File, string Content)> Files(bool socket)
    {
        if (Home.Path.Contains('\n'))
            throw new BootException("the path of the home has a line break in it, which no unit can hold");
        var executable = Executable.Length > 0 ? Executable : StableExecutable.Find();
        var main = (Main,
            Main.Marked(UnitText.OfService(executable, Home.Path, Home.IsSystem), HintOf(UnitText.ServiceName)));
        return socket
            ? [main, (Socket, Socket.Marked(UnitText.OfSocket(Home.SocketPath), HintOf(UnitText.SocketName)))]
            : [main];
    }

    string HintOf(string unit) =>
        $"Your own settings belong into a drop-in, which stays: systemctl {(Home.IsSystem ? "" : "--user ")}edit "
            + $"{unit}";

    public override void SwitchOn(bool socket, List<string> notes)
    {
        if (!Home.IsSystem) Linger(notes);
        Do("systemd was not told of the service", Systemctl, ManagerFlag, "daemon-reload");
        if (socket)
        {
            Do("the service was not enabled", Systemctl, ManagerFlag, "disable", "--quiet", UnitText.ServiceName);
            Do("the service was not enabled", Systemctl, ManagerFlag, "enable", "--quiet", UnitText.SocketName);
            return;
        }
        if (Socket.Look(out _) != MarkedState.Absent)
        {
            Do("the socket was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", "--now",
                UnitText.SocketName);
            File.Delete(Socket.Path);
        }
        Do("the service was not enabled", Systemctl, ManagerFlag, "enable", "--quiet", UnitText.ServiceName);
    }

    /// <summary>
    /// Before a daemon that runs is handed over: its socket gets another name, by which the new one finds it, and
    /// systemd's takes its place.
    /// </summary>
    public void StartSocket() => Do("the socket was not started", Systemctl, ManagerFlag, "start", UnitText.SocketName);

    public bool IsSocketActive => Run(Systemctl, ManagerFlag, "is-active", "--quiet", UnitText.SocketName).IsSuccess;

    /// <summary>False: systemd listens for it, and would start it for who asks.</summary>
    public bool IsActive => Run(Systemctl, ManagerFlag, "is-active", "--quiet", UnitText.ServiceName).IsSuccess;

    /// <summary>A daemon need not run for its socket to be there.</summary>
    public bool StartsAtFirstCommand => IsSocketEnabled && IsEnabled;

    public override void Start()
    {
        // Enabled while a daemon ran that had made its own.
        if (StartsAtFirstCommand && !IsSocketActive) StartSocket();
        Do("the service was not started", Systemctl, ManagerFlag, "start", UnitText.ServiceName);
    }

    public override void Stop()
    {
        Do("the service was not stopped", Systemctl, ManagerFlag, "stop", UnitText.ServiceName);
        // Kept by `disable --keep-running` for as long as the daemon lived.
        if (Main.Look(out _) == MarkedState.Absent) RemoveRuntimeUnits();
    }

    public override void Restart()
    {
        Stop();
        if (Main.Look(out _) != MarkedState.Absent) Start();
    }

    public override void SwitchOff(bool keepRunning, List<string> notes)
    {
        var socket = Socket.Look(out var socketText) != MarkedState.Absent;
        _ = Main.Look(out var text);
        if (keepRunning)
        {
            // Without any unit systemd would fall back to its own ideas of how to end what still runs. This one is gone
            // with the next boot.
            UnitAt(RuntimeFolder, UnitText.ServiceName).Write(text);
            if (socket) UnitAt(RuntimeFolder, UnitText.SocketName).Write(socketText);
            Do("the service was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", UnitText.ServiceName);
            if (socket)
                Do("the socket was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", UnitText.SocketName);
            notes.Add("until the daemon is stopped or the machine is restarted, systemd goes on with "
                + $"{RuntimeFolder}/{UnitText.ServiceName}");
        }
        else
        {
            // The socket first: a command that comes now must not start it again.
            if (socket)
                Do("the socket was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", "--now",
                    UnitText.SocketName);
            Do("the service was not disabled", Systemctl, ManagerFlag, "disable", "--quiet", "--now",
                UnitText.ServiceName);
        }
        File.Delete(Main.Path);
        File.Delete(Socket.Path);
        if (!keepRunning) RemoveRuntimeUnits();
        Do("systemd was not told that the service is gone", Systemctl, ManagerFlag, "daemon-reload");
        if (!keepRunning) _ = Run(Systemctl, ManagerFlag, "reset-failed", UnitText.ServiceName);
        foreach (var unit in new[] { UnitText.ServiceName, UnitText.SocketName })
            if (Directory.Exists($"{Folder}/{unit}.d")) notes.Add($"your drop-ins are left: {Folder}/{unit}.d");
        if (!Home.IsSystem && Lingers)
            notes.Add($"lingering stays on, other services may rely on it; off with: loginctl disable-linger {User}");
    }

    void RemoveRuntimeUnits()
    {
        foreach (var unit in new[] { UnitText.ServiceName, UnitText.SocketName })
            if (File.Exists($"{RuntimeFolder}/{unit}")) File.Delete($"{RuntimeFolder}/{unit}");
    }

    static string User => Platform.FileSystem.NameOfUser() ?? "USER";

    bool Lingers => File.Exists($"{LingerFolder}/{User}");

    /// <summary>Without it the user's manager, and all that it runs, ends with the last session.</summary>
    void Linger(List<string> notes)
    {
        if (Lingers) return;
        var result = Run(Loginctl, "enable-linger", User);
        if (!result.IsSuccess)
            notes.Add("it starts with your first session and ends with your last one, because lingering could not be "
                + $"switched on ({WordsOf(result)}); have it done by: sudo loginctl enable-linger {User}");
    }

    protected override string Hint(ToolResult result) =>
        !Home.IsSystem && result.Output.Contains("connect to", StringComparison.Ordinal)
            ? ". Your own systemd does not run: log in (by ssh or at a console, not by su), or have root run: tspm "
                + $"enable --user {User}"
            : result.Output.Contains("control process", StringComparison.Ordinal)
                || result.Output.Contains("journalctl", StringComparison.Ordinal) ? $". See: {WhereToLook}" : "";

    public override ServiceStatus Look(int? guardianPid)
    {
        var state = Main.Look(out var text);
        var (enabled, active) = (IsEnabled, guardianPid is { } pid && Runs(pid));
        if (state == MarkedState.Absent && !active) return new ServiceStatus
        {
            Kind = Kind,
            Enabled = false,
            Active = false,
        };
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
        _ when state == MarkedState.Absent => "it was disabled with --keep-running; back with: tspm enable",
        _ when HomeOf(text) is { } other && other != Home.Path =>
            $"it is the service of another home, {other}; to have it for this one instead: tspm enable --force",
        _ when ExecutableOf(text) is { } executable && !File.Exists(executable) =>
            $"{executable}, which it starts, is not there; correct that with: tspm enable",
        _ when !enabled => "it is not enabled; on with: tspm enable",
        _ when runs && !active => "the daemon runs outside of it; hand it over with: tspm enable",
        _ when !runs && !IsSocketEnabled => $"it does not run; start it with: tspm daemon start; or see: {WhereToLook}",
        _ when !Home.IsSystem && !Lingers =>
            $"it ends with your last session; keep it with: sudo loginctl enable-linger {User}",
        _ => null,
    };
}
