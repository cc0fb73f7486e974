using System.Globalization;
using ConsoleAppFramework;
using Tspm.Boot;
using Tspm.Boot.Launchd;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>enable</c> and <c>disable</c>: install and remove the boot service. Both are idempotent.</summary>
[RegisterCommands]
internal sealed class EnableCommand
{
    [Command("enable")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (socket, print, force) = (line.IsOn("socket"), line.IsOn("print"), line.IsOn("force"));
        if (line.ValueOf("user") is { } user)
            return ForUser(session, user, Repeated(line, "socket", "print", "force"), prepare: !print);
        return Guard(() => print ? Print(session, socket) : Enable(session, socket, force));
    });

    [Command("disable")]
    public void Disable(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (keepRunning, force) = (line.IsOn("keep-running"), line.IsOn("force"));
        if (line.ValueOf("user") is { } user)
            return ForUser(session, user, Repeated(line, "keep-running", "force"), prepare: false);
        return Guard(() => Disable(session, keepRunning, force));
    });

    /// <summary>PM2's name for <c>enable</c>. Further arguments (<c>startup systemd</c>) are ignored.</summary>
    [Command("startup")]
    public void Startup(ConsoleAppContext context) => context.Run(static (session, _) =>
        Habit(session, "startup", "enable", () => Enable(session, socket: false, force: false)));

    [Command("unstartup")]
    public void Unstartup(ConsoleAppContext context) => context.Run(static (session, _) =>
        Habit(session, "unstartup", "disable", () => Disable(session, keepRunning: false, force: false)));

    /// <summary>The verb and its switches, to be run again as another user.</summary>
    static string[] Repeated(ParsedLine line, params string[] switches) =>
        [line.Verb.Name, .. switches.Where(line.IsOn).Select(static name => "--" + name)];

    static int Habit(ClientSession session, string typed, string meant, Func<int> command)
    {
        session.Err.WriteLine($"'{typed}' is called 'tspm {meant}' here");
        session.Err.Flush();
        return Guard(command);
    }

    static int Guard(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (BootException failure)
        {
            throw new DaemonException(failure.NotPermitted ? LocalError.NotPermitted : ErrorCode.Failed,
                failure.Message);
        }
    }

    /// <summary>
    /// Does only what needs root as root, and runs the rest as the user: root must not write into another user's
    /// folder.
    /// </summary>
    static int ForUser(ClientSession session, string user, string[] words, bool prepare)
    {
        if (CurrentSystem.UserId != 0 && FileSystem.NameOfUser() != user)
            throw new DaemonException(LocalError.NotPermitted,
                "only root can use --user, which is for the service of another account");
        if (session.Home.IsSystem)
            throw new UsageException("--system and --user exclude each other: a service belongs to the machine or to "
                + "an account");
        if (AsUser.IdOf(user) is not { } uid) throw new DaemonException(ErrorCode.Failed, $"there is no user '{user}'");
        if (prepare && CurrentSystem.UserId == 0 && SystemdService.IsBooted)
            Guard(() =>
            {
                foreach (var (tool, arguments) in new[] { ("loginctl", (string[])["enable-linger", user]),
                    ("systemctl", ["start", string.Create(CultureInfo.InvariantCulture, $"user@{uid}.service")]) })
                    if (BootTools.Run(tool, arguments) is { IsSuccess: false } failed)
                        throw new BootException($"'{tool} {string.Join(' ', arguments)}': {failed.Output.Trim()}");
                return ExitCodes.Done;
            });
        session.Out.Flush();
        throw new DaemonException(ErrorCode.Failed, AsUser.Execute(user, words));
    }

    static int Print(ClientSession session, bool socket)
    {
        BootService service = CurrentSystem.IsMacOS
            ? new LaunchdService(session.Home, BootTools.Run)
            : new SystemdService(session.Home, BootTools.Run);
        foreach (var (file, content) in service.Files(socket))
        {
            session.Err.WriteLine(file.Path);
            session.Err.Flush();
            session.Out.Write(content);
            session.Out.Flush();
        }
        return ExitCodes.Done;
    }

    static int Enable(ClientSession session, bool socket, bool force)
    {
        if (session.Home.IsSystem && CurrentSystem.UserId != 0)
            throw new BootException("only root can install a service for the machine; type: "
                + $"{HintedCommands.AsRoot}; for a service of your own, leave out --system", notPermitted: true);
        var service = BootService.Find(session.Home, BootTools.Run, out var instead)
            ?? throw new BootException(instead);
        CheckExecutable(session, service, socket);
        var notes = new List<string>();
        var before = Running(session, service);
        service.Write(socket, force, notes);
        service.SwitchOn(socket, notes);
        var outside = before is { Service.Active: false };
        if (socket && service is SystemdService systemd) StartSocket(session, systemd, before, notes);
        if (!socket || outside) service.Start();
        var after = socket && !outside ? before : Running(session, service);
        var begins = after is { Service.Linger: false } or { Service.Kind: "launchd" } && !session.Home.IsSystem
            ? "from your next login on"
            : "after a restart of the machine";
        session.Out.WriteLine(socket
            ? $"enabled: {service.Kind} starts the daemon of {session.Home.Path} at the first command"
            : $"enabled: {service.Kind} runs the daemon of {session.Home.Path}, now and {begins}");
        foreach (var note in notes) session.Out.WriteLine(HintedCommands.Complete(note));
        if (outside && before is not null) ReportHandover(session, before);
        if (!socket && after is not { Service.Active: true })
            throw new BootException("the service was started, but another daemon answers; see: "
                + $"{service.WhereToLook}");
        return ExitCodes.Done;
    }

    /// <summary>
    /// Starts systemd's socket. It replaces the socket file of a running daemon, which first gets another name by which
    /// it can still be found.
    /// </summary>
    static void StartSocket(ClientSession session, SystemdService systemd, StatusResponse? before, List<string> notes)
    {
        if (systemd.IsSocketActive) return;
        if (before is { Service.Active: true })
        {
            notes.Add("the running daemon keeps its own socket until: tspm daemon restart");
            return;
        }
        if (before is not null) FileSystem.HardLink(session.Home.SocketPath, session.Home.PreviousSocketPath);
        systemd.StartSocket();
    }

    /// <summary>
    /// Checks the executable that the service will start at boot. A program that other users can change must not run as
    /// root.
    /// </summary>
    static void CheckExecutable(ClientSession session, BootService service, bool socket)
    {
        if (service.ExecutableOf(service.Files(socket)[0].Content) is not { } path) return;
        if (!FileSystem.IsExecutable(path))
            throw new BootException($"you cannot execute {path}; install tspm where you can execute it, for example "
                + "in /usr/local/bin");
        if (session.Home.IsSystem && FileSystem.OwnerOf(path) != 0)
            session.Err.WriteLine($"warning: root will run {path} at every boot, but it belongs to uid "
                + $"{FileSystem.OwnerOf(path)}; safer: sudo install {path} /usr/local/bin/tspm");
    }

    /// <summary>
    /// Returns the status of the daemon. Does not ask if systemd owns the socket and would start one.
    /// </summary>
    /// <returns>Null if no daemon runs.</returns>
    static StatusResponse? Running(ClientSession session, BootService service)
    {
        if (service is SystemdService { StartsAtFirstCommand: true, IsActive: false }) return null;
        using var daemon = session.ConnectIfRunning();
        return daemon?.Call(Methods.Status, new StatusRequest());
    }

    static void ReportHandover(ClientSession session, StatusResponse before)
    {
        using var daemon = session.ConnectIfRunning();
        if (daemon is null) return;
        var names = new List<string>();
        foreach (var process in daemon.Call(Methods.List, new ListRequest()).Processes)
            if (process.Pid is { } pid)
                names.Add(string.Create(CultureInfo.InvariantCulture, $"{process.Name} (pid {pid})"));
        session.Out.WriteLine($"the previous daemon (pid {Output.Display.Number(before.Pid)}) has handed over; "
            + $"{(names.Count == 0 ? "no process was running" : "nothing was restarted")}");
        if (names.Count == 0) return;
        var unknown = CurrentSystem.ReportsExitOfOthers
            ? ""
            : ", and its exit status may be unknown on this kernel (before Linux 6.15)";
        session.Out.WriteLine("until its next restart, each of these processes stays in the cgroup in which it was "
            + $"started (one of a login session may end with the session){unknown}: {string.Join(", ", names)}");
    }

    static int Disable(ClientSession session, bool keepRunning, bool force)
    {
        if (session.Home.IsSystem && CurrentSystem.UserId != 0)
            throw new BootException($"only root can remove the service of the machine; type: {HintedCommands.AsRoot}",
                notPermitted: true);
        if (BootService.Find(session.Home, BootTools.Run, out _) is not { } service
            || service.Main.Read(out _) == MarkedState.Absent)
        {
            session.Out.WriteLine("no boot service is enabled");
            return ExitCodes.Done;
        }
        service.RefuseForeign(service.Main, force);
        var notes = new List<string>();
        var active = Running(session, service) is { Service.Active: true };
        service.SwitchOff(keepRunning && active, notes);
        var effect = keepRunning
            ? "; the daemon and its processes keep running"
            : "; the daemon and all its processes were stopped";
        session.Out.WriteLine(active ? "disabled" + effect : "disabled");
        foreach (var note in notes) session.Out.WriteLine(HintedCommands.Complete(note));
        return ExitCodes.Done;
    }
}
