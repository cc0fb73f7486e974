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

/// <summary><c>enable</c> and <c>disable</c>: the boot service. Both may be repeated.</summary>
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

    /// <summary>PM2's names of the two. What else stands there (<c>startup systemd -u me</c>) is not needed.</summary>
    [Command("startup")]
    public void Startup(ConsoleAppContext context) => context.Run(static (session, _) =>
        Habit(session, "startup", "enable", () => Enable(session, socket: false, force: false)));

    [Command("unstartup")]
    public void Unstartup(ConsoleAppContext context) => context.Run(static (session, _) =>
        Habit(session, "unstartup", "disable", () => Disable(session, keepRunning: false, force: false)));

    /// <summary>The verb with those of its switches that were given.</summary>
    static string[] Repeated(ParsedLine line, params string[] switches) =>
        [line.Verb.Name, .. switches.Where(line.IsOn).Select(static name => "--" + name)];

    static int Habit(ClientSession session, string typed, string meant, Func<int> command)
    {
        session.Err.WriteLine($"'{typed}' is 'tspm {meant}' here");
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
    /// Does as root what only root may, and the rest as that user himself: root writes nothing into a folder that is
    /// somebody else's.
    /// </summary>
    static int ForUser(ClientSession session, string user, string[] words, bool prepare)
    {
        if (CurrentSystem.UserId != 0 && FileSystem.NameOfUser() != user)
            throw new DaemonException(LocalError.NotPermitted, "--user is for root: the service of another account");
        if (session.Home.IsSystem)
            throw new UsageException("--system and --user exclude each other: a service of the machine, or of an "
                + "account");
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
        var service = BootService.Find(session.Home, BootTools.Run, out var instead)
            ?? throw new BootException(instead);
        if (session.Home.IsSystem && CurrentSystem.UserId != 0)
            throw new BootException("only root can make a service of the machine; without --system it is your own",
                notPermitted: true);
        CheckExecutable(session, service, socket);
        var notes = new List<string>();
        var before = Running(session, service);
        service.Write(socket, force, notes);
        service.SwitchOn(socket, notes);
        var outside = before is { Service.Active: false };
        if (socket && service is SystemdService systemd) BeginSocket(session, systemd, before, notes);
        if (!socket || outside) service.Start();
        var after = socket && !outside ? before : Running(session, service);
        var begins = after is { Service.Linger: false } or { Service.Kind: "launchd" } && !session.Home.IsSystem
            ? "from your next login on"
            : "after a restart of the machine";
        session.Out.WriteLine(socket
            ? $"enabled: {service.Kind} starts the daemon of {session.Home.Path} at the first command"
            : $"enabled: {service.Kind} runs the daemon of {session.Home.Path}, now and {begins}");
        foreach (var note in notes) session.Out.WriteLine(note);
        if (outside && before is not null) TellAdopted(session, before);
        if (!socket && after is not { Service.Active: true })
            throw new BootException("the service was started, but the daemon that answers is not its; see: "
                + $"{service.WhereToLook}");
        return ExitCodes.Done;
    }

    /// <summary>
    /// The socket takes the place of the one that a running daemon has: that one gets another name first, by which it
    /// is found.
    /// </summary>
    static void BeginSocket(ClientSession session, SystemdService systemd, StatusResponse? before, List<string> notes)
    {
        if (systemd.IsSocketActive) return;
        if (before is { Service.Active: true })
        {
            notes.Add("the daemon that runs keeps its own socket until it is started again: tspm daemon restart");
            return;
        }
        if (before is not null) FileSystem.HardLink(session.Home.SocketPath, session.Home.FormerSocketPath);
        systemd.StartSocket();
    }

    /// <summary>
    /// At boot it is started by its path, by this user; a program that others can change must not become root's.
    /// </summary>
    static void CheckExecutable(ClientSession session, BootService service, bool socket)
    {
        if (service.ExecutableOf(service.Files(socket)[0].Content) is not { } path) return;
        if (!FileSystem.IsExecutable(path))
            throw new BootException($"you cannot execute {path}; install tspm where you can, for example in "
                + "/usr/local/bin");
        if (session.Home.IsSystem && FileSystem.OwnerOf(path) != 0)
            session.Err.WriteLine($"{path}, which root will run at every start of the machine, belongs to uid "
                + $"{FileSystem.OwnerOf(path)}; better: sudo install {path} /usr/local/bin/tspm");
    }

    /// <summary>Null: no daemon runs. With a socket that is systemd's, asking would start one.</summary>
    static StatusResponse? Running(ClientSession session, BootService service)
    {
        if (service is SystemdService { StartsAtFirstCommand: true, IsActive: false }) return null;
        using var daemon = session.ConnectIfRunning();
        return daemon?.Call(Methods.Status, new StatusRequest());
    }

    static void TellAdopted(ClientSession session, StatusResponse before)
    {
        using var daemon = session.ConnectIfRunning();
        if (daemon is null) return;
        var names = new List<string>();
        foreach (var process in daemon.Call(Methods.List, new ListRequest()).Processes)
            if (process.Pid is { } pid)
                names.Add(string.Create(CultureInfo.InvariantCulture, $"{process.Name} (pid {pid})"));
        session.Out.WriteLine($"the daemon that ran (pid {Output.Display.Number(before.Pid)}) has handed over; "
            + $"{(names.Count == 0 ? "no process was running" : "nothing was restarted")}");
        if (names.Count == 0) return;
        var unknown = CurrentSystem.ReportsExitOfOthers
            ? ""
            : ", and this kernel (before Linux 6.15) may not tell how it ends";
        session.Out.WriteLine("until its next restart each of these stays in the cgroup in which it was started "
            + $"(that of a login session may end with the session){unknown}: {string.Join(", ", names)}");
    }

    static int Disable(ClientSession session, bool keepRunning, bool force)
    {
        if (BootService.Find(session.Home, BootTools.Run, out _) is not { } service
            || service.Main.Read(out _) == MarkedState.Absent)
        {
            session.Out.WriteLine("no boot service is enabled");
            return ExitCodes.Done;
        }
        if (session.Home.IsSystem && CurrentSystem.UserId != 0)
            throw new BootException("only root can remove a service of the machine", notPermitted: true);
        service.RefuseForeign(service.Main, force);
        var notes = new List<string>();
        var active = Running(session, service) is { Service.Active: true };
        service.SwitchOff(keepRunning && active, notes);
        session.Out.WriteLine(!active
            ? "disabled"
            : keepRunning
                ? "disabled; the daemon and its processes run on"
                : "disabled; the daemon and all its processes were stopped");
        foreach (var note in notes) session.Out.WriteLine(note);
        return ExitCodes.Done;
    }
}
