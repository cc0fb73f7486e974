using Tspm.Boot;
using Tspm.Client.Connection;
using Tspm.Client.Launching;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>daemon upgrade [BINARY]</c>: another version takes over the same children. Done when its daemon answers.
/// </summary>
internal static class UpgradeCommand
{
    /// <summary>Trying the executable, waiting for a quiet moment, and the last answers.</summary>
    static readonly TimeSpan LeaveDeadline = TimeSpan.FromSeconds(60);

    /// <summary>The guardian gives the new version 20 s to answer before it goes back to the former one.</summary>
    static readonly TimeSpan NextDeadline = TimeSpan.FromSeconds(60);

    public static int Run(ClientSession session, string? binary)
    {
        var (left, answer) = Leave(session, binary is null ? null : CurrentFolder.Absolute(binary));
        if (!left)
            throw new DaemonException(LocalError.NoAnswerInTime,
                "the former daemon has handed over and has not ended yet; see: tspm status");
        var status = Next(session);
        if (status.UpgradeProblem is { } undone)
            throw new DaemonException(ErrorCode.Failed,
                $"not upgraded: {undone}; tspm {status.Version} runs on (pid {Display.Number(status.Pid)}), and all "
                    + "processes with it");
        if (status.Version != answer.ToVersion)
            throw new DaemonException(ErrorCode.Failed,
                $"the daemon that answers now is tspm {status.Version}, and {answer.Binary} said that it is "
                    + $"{answer.ToVersion}; was it replaced meanwhile?");
        session.Out.WriteLine($"upgraded from {answer.FromVersion} to {status.Version} (pid "
            + $"{Display.Number(status.Pid)}), {Kept(answer.Kept)}");
        TellOfUnit(session, answer.Binary);
        return ExitCodes.Done;
    }

    /// <summary>
    /// A service that starts another file than the one that runs now would bring the former version back.
    /// </summary>
    static void TellOfUnit(ClientSession session, string binary)
    {
        if (ServiceLauncher.Find(session.Home) is not { IsEnabled: true } service
            || service.Main.Read(out var unit) == MarkedState.Absent) return;
        if (service.ExecutableOf(unit) is { } other
            && Platform.FileSystem.RealPath(other) != Platform.FileSystem.RealPath(binary))
            session.Err.WriteLine($"the boot service starts another file, {other}; so will the next start of the "
                + $"machine. Put the new version there, or run: {binary} enable");
    }

    /// <summary>Asks, and waits until the daemon that was asked has ended.</summary>
    static (bool Left, UpgradeResponse Answer) Leave(ClientSession session, string? binary)
    {
        // Not a connection that only reads: an upgrade whose answer was lost must not be asked for twice.
        using var daemon = session.ConnectIfRunning()
            ?? throw new DaemonException(LocalError.NotRunning,
                $"{DaemonSocket.NotRunningSentence}{Unmanaged(session)}");
        var answer = daemon.Call(Methods.Upgrade, new UpgradeRequest { Binary = binary }, LeaveDeadline);
        return (daemon.WaitForClose(LeaveDeadline), answer);
    }

    /// <summary>The next daemon's word: the connection waits in the guardian's queue until there is one.</summary>
    static StatusResponse Next(ClientSession session)
    {
        try
        {
            using var daemon = session.ConnectToRead();
            return daemon.Call(Methods.Status, new StatusRequest(), NextDeadline);
        }
        catch (DaemonException gone) when (gone.Code is LocalError.NotRunning or LocalError.Disconnected)
        {
            // Who ends on purpose takes the socket away, before the last connection is closed; who was killed leaves
            // it.
            if (session.Remote is null && !File.Exists(session.Home.SocketPath))
                throw new DaemonException(ErrorCode.Failed,
                    "the daemon was stopped while the new version took over, and all processes with it; tspm daemon "
                        + "start runs what lies now at its path");
            session.StartDaemonUnlessRunning();
            throw new DaemonException(ErrorCode.Failed,
                "the new version ended as soon as it had taken over; the daemon was started again, and has taken over "
                    + "all processes; see: tspm status");
        }
    }

    static string Unmanaged(ClientSession session) =>
        session.Remote is null && session.UnmanagedNotice() is { } notice ? "\n" + notice : "";

    static string Kept(int processes) =>
        processes == 1 ? "1 process kept" : $"{Display.Number(processes)} processes kept";
}
