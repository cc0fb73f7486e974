using ConsoleAppFramework;
using Tspm.Boot;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Launching;
using Tspm.Client.Terminal;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>daemon start | stop | restart | upgrade</c>. Plain <c>daemon</c> runs the daemon itself, and never gets here.
/// </summary>
[RegisterCommands]
internal sealed class DaemonCommand
{
    /// <summary>Stopping all children takes up to the longest stop timeout, which the user chooses.</summary>
    static readonly TimeSpan StopDeadline = TimeSpan.FromMinutes(10);

    /// <summary>The time from the answer until the daemon has saved its state and removed its socket.</summary>
    static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(15);

    [Command("daemon")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) => line.Words switch
    {
        [var word, ..] when ForegroundFlag(line) is { } flag => throw new UsageException(
            $"'--{flag}' belongs to the daemon in the foreground, not to 'daemon {word}'; "
            + $"usage: tspm daemon --{flag} …"),
        ["start"] => Start(session),
        ["stop"] => Stop(session),
        ["restart"] => Restart(session),
        ["upgrade"] => UpgradeCommand.Run(session, null),
        ["upgrade", var binary] => UpgradeCommand.Run(session, binary),
        [] when session.Home.IsSystem => throw new UsageException(
            $"to run the system-wide daemon in the foreground, type: TSPM_HOME={TspmHome.SystemPath} tspm daemon; "
            + "to start it in the background: tspm daemon start"),
        var words => throw new UsageException(
            $"'{string.Join(' ', ["daemon", .. words])}' is not valid; "
            + "usage: tspm daemon [start | stop | restart | upgrade [BINARY]]"),
    });

    /// <summary>The name of a given flag that only the daemon in the foreground has; null if there is none.</summary>
    static string? ForegroundFlag(ParsedLine line) =>
        Array.Find(line.Verb.Flags, flag => line.IsOn(flag) || line.ValueOf(flag) is not null);

    static int Start(ClientSession session)
    {
        session.Out.WriteLine(session.StartDaemonUnlessRunning()
            ? "the daemon is already running" : "the daemon is running");
        return ExitCodes.Done;
    }

    public static int Stop(ClientSession session)
    {
        if (StopService(session) is { } ended) return ended;
        if (Shutdown(session) is { } stopped)
        {
            session.Out.WriteLine($"the daemon was stopped; {Processes(stopped)}");
            return ExitCodes.Done;
        }
        session.Out.WriteLine("no daemon was running");
        if (session.Remote is null && session.UnmanagedNotice() is { } notice) session.Err.WriteLine(notice);
        return ExitCodes.Done;
    }

    /// <summary>
    /// Stops the daemon through its boot service, which would otherwise start it again at once.
    /// </summary>
    /// <returns>The exit code, or null if the daemon does not belong to a boot service.</returns>
    static int? StopService(ClientSession session)
    {
        if (ServiceLauncher.Find(session.Home) is not { } service) return null;
        // With a systemd socket, asking whether a daemon runs would start one.
        if (service is SystemdService { StartsAtFirstCommand: true, IsActive: false })
        {
            session.Out.WriteLine("no daemon was running; systemd starts one at the next command");
            return ExitCodes.Done;
        }
        if (ServiceDaemonStatus(session) is not { } status) return null;
        var running = 0;
        foreach (var (state, count) in status.Processes)
            if (state is "starting" or "online" or "stopping" or "waiting") running += count;
        RunBootTool(service.Stop);
        var again = service is SystemdService { StartsAtFirstCommand: true }
            ? "; systemd starts it again at the next command"
            : "";
        session.Out.WriteLine($"the daemon was stopped; {Processes(running)}{again}");
        return ExitCodes.Done;
    }

    /// <returns>Null if no daemon runs, or it does not belong to the boot service.</returns>
    static StatusResponse? ServiceDaemonStatus(ClientSession session)
    {
        using var daemon = session.ConnectIfRunning();
        var status = daemon?.Call(Methods.Status, new StatusRequest());
        return status is { Service.Active: true } ? status : null;
    }

    static void RunBootTool(Action action)
    {
        try
        {
            action();
        }
        catch (BootException failure)
        {
            throw new DaemonException(ErrorCode.Failed, failure.Message);
        }
    }

    static int Restart(ClientSession session)
    {
        if (ServiceLauncher.Find(session.Home) is { } service && ServiceDaemonStatus(session) is not null)
            RunBootTool(service.Restart);
        else Shutdown(session);
        session.StartDaemonUnlessRunning();
        session.Out.WriteLine("the daemon was restarted");
        return ExitCodes.Done;
    }

    /// <summary>
    /// Shuts the daemon down, and waits until it is gone.
    /// </summary>
    /// <returns>The number of processes that were stopped, or null if no daemon was running.</returns>
    static int? Shutdown(ClientSession session)
    {
        using var daemon = session.ConnectIfRunning();
        if (daemon is null) return null;
        var answer = daemon.Call(Methods.Shutdown, new ShutdownRequest(), StopDeadline);
        if (!daemon.WaitForEnd(EndDeadline))
            throw new DaemonException(LocalError.NoAnswerInTime,
                "all processes are stopped, but the daemon has not exited yet; check it with: tspm status");
        foreach (var warning in answer.Warnings ?? [])
            session.Err.WriteLine(ControlText.Escape(warning));
        return answer.Stopped;
    }

    static string Processes(int stopped) => stopped switch
    {
        0 => "no process was running",
        1 => "1 process was stopped with it",
        _ => $"{Output.Display.Number(stopped)} processes were stopped with it",
    };
}
