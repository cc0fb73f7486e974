using ConsoleAppFramework;
using Tspm.Boot;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Launching;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>daemon start | stop | restart | upgrade</c>. Plain <c>daemon</c> is the daemon itself and never comes here.
/// </summary>
[RegisterCommands]
internal sealed class DaemonCommand
{
    /// <summary>Stopping all children takes as long as the longest stop timeout, which is the user's choice.</summary>
    static readonly TimeSpan StopDeadline = TimeSpan.FromMinutes(10);

    /// <summary>From the answer to the last byte saved and the socket removed.</summary>
    static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(15);

    [Command("daemon")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) => line.Words switch
    {
        ["start"] => Start(session),
        ["stop"] => Stop(session),
        ["restart"] => Restart(session),
        ["upgrade"] => UpgradeCommand.Run(session, null),
        ["upgrade", var binary] => UpgradeCommand.Run(session, binary),
        var words => throw new UsageException(
            $"'daemon {string.Join(' ', words)}' is not understood; "
            + "usage: tspm daemon [start | stop | restart | upgrade [BINARY]]"),
    });

    static int Start(ClientSession session)
    {
        session.Out.WriteLine(session.StartDaemonUnlessRunning() ? "the daemon runs already" : "the daemon runs");
        return ExitCodes.Done;
    }

    public static int Stop(ClientSession session)
    {
        if (StopService(session) is { } ended) return ended;
        if (Shutdown(session) is { } stopped)
        {
            session.Out.WriteLine($"the daemon is stopped; {Processes(stopped)}");
            return ExitCodes.Done;
        }
        session.Out.WriteLine("no daemon was running");
        if (session.Remote is null && session.UnmanagedNotice() is { } notice) session.Err.WriteLine(notice);
        return ExitCodes.Done;
    }

    /// <summary>
    /// The daemon is the service's: asked by itself to end, it would be started again at once. Null: it is not.
    /// </summary>
    static int? StopService(ClientSession session)
    {
        if (ServiceLauncher.Find(session.Home) is not { } service) return null;
        // To ask whether a daemon runs would start one.
        if (service is SystemdService { StartsAtFirstCommand: true, IsActive: false })
        {
            session.Out.WriteLine("no daemon was running; systemd starts it with the next command");
            return ExitCodes.Done;
        }
        if (OfService(session) is not { } status) return null;
        var running = 0;
        foreach (var (state, count) in status.Processes)
            if (state is "starting" or "online" or "stopping" or "waiting") running += count;
        Through(service.Stop);
        var again = service is SystemdService { StartsAtFirstCommand: true }
            ? "; systemd starts it again with the next command"
            : "";
        session.Out.WriteLine($"the daemon is stopped; {Processes(running)}{again}");
        return ExitCodes.Done;
    }

    /// <summary>Null: no daemon runs, or it is not the service's.</summary>
    static StatusResponse? OfService(ClientSession session)
    {
        using var daemon = session.ConnectIfRunning();
        var status = daemon?.Call(Methods.Status, new StatusRequest());
        return status is { Service.Active: true } ? status : null;
    }

    static void Through(Action action)
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
        if (ServiceLauncher.Find(session.Home) is { } service && OfService(session) is not null)
            Through(service.Restart);
        else Shutdown(session);
        session.StartDaemonUnlessRunning();
        session.Out.WriteLine("the daemon runs again");
        return ExitCodes.Done;
    }

    /// <summary>
    /// How many processes were stopped; null when no daemon was running. Returns when the daemon is gone.
    /// </summary>
    static int? Shutdown(ClientSession session)
    {
        using var daemon = session.ConnectIfRunning();
        if (daemon is null) return null;
        var answer = daemon.Call(Methods.Shutdown, new ShutdownRequest(), StopDeadline);
        if (!daemon.WaitForEnd(EndDeadline))
            throw new DaemonException(LocalError.NoAnswerInTime,
                "all processes are stopped, but the daemon has not ended yet");
        foreach (var warning in answer.Warnings ?? [])
            session.Err.WriteLine(Tspm.Client.Terminal.ControlText.Escape(warning));
        return answer.Stopped;
    }

    static string Processes(int stopped) => stopped switch
    {
        0 => "nothing was running",
        1 => "1 process was stopped with it",
        _ => $"{Output.Display.Number(stopped)} processes were stopped with it",
    };
}
