using Tspm.Client.Grammar;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>daemon start | stop | restart | upgrade</c>. Plain <c>daemon</c> is the daemon itself and never comes here.</summary>
internal static class DaemonCommand
{
    /// <summary>Stopping all children takes as long as the longest stop timeout, which is the user's choice.</summary>
    static readonly TimeSpan StopDeadline = TimeSpan.FromMinutes(10);

    /// <summary>From the answer to the last byte saved and the socket removed.</summary>
    static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(15);

    public static void Run([Items] string[]? words = null) => CommandHost.Execute(session => words switch
    {
        ["start"] => Start(session),
        ["stop"] => Stop(session),
        ["restart"] => Restart(session),
        ["upgrade"] => UpgradeCommand.Run(session, null),
        ["upgrade", var binary] => UpgradeCommand.Run(session, binary),
        _ => throw new UsageException($"'daemon {string.Join(' ', words ?? [])}' is not understood; usage: tspm daemon [start | stop | restart | upgrade [BINARY]]"),
    });

    static int Start(ClientSession session)
    {
        session.Out.WriteLine(session.StartDaemonUnlessRunning() ? "the daemon runs already" : "the daemon runs");
        return ExitCodes.Done;
    }

    public static int Stop(ClientSession session)
    {
        if (Shutdown(session) is { } stopped)
        {
            session.Out.WriteLine($"the daemon is stopped; {Processes(stopped)}");
            return ExitCodes.Done;
        }
        session.Out.WriteLine("no daemon was running");
        if (session.Remote is null && session.UnmanagedNotice() is { } notice) session.Err.WriteLine(notice);
        return ExitCodes.Done;
    }

    static int Restart(ClientSession session)
    {
        Shutdown(session);
        session.StartDaemonUnlessRunning();
        session.Out.WriteLine("the daemon runs again");
        return ExitCodes.Done;
    }

    /// <summary>How many processes were stopped; null when no daemon was running. Returns when the daemon is gone.</summary>
    static int? Shutdown(ClientSession session)
    {
        using var daemon = session.ConnectIfRunning();
        if (daemon is null) return null;
        var answer = daemon.Call(Methods.Shutdown, new ShutdownRequest(), Wire.Json.ShutdownRequest, Wire.Json.ShutdownResponse, StopDeadline);
        if (!daemon.WaitForEnd(EndDeadline)) throw new DaemonException(LocalError.NoAnswerInTime, "all processes are stopped, but the daemon has not ended yet");
        return answer.Stopped;
    }

    static string Processes(int stopped) => stopped switch
    {
        0 => "nothing was running",
        1 => "1 process was stopped with it",
        _ => $"{Output.Display.Number(stopped)} processes were stopped with it",
    };
}
