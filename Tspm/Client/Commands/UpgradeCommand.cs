using Tspm.Boot;
using Tspm.Client.Connection;
using Tspm.Client.Launching;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>daemon upgrade [BINARY]</c>: another version takes over the same children. Returns when the new daemon answers.
/// </summary>
internal static class UpgradeCommand
{
    /// <summary>
    /// The time for checking the executable, waiting for a quiet moment, and sending the last answers.
    /// </summary>
    static readonly TimeSpan HandoverDeadline = TimeSpan.FromSeconds(60);

    /// <summary>The guardian gives the new version 20 s to answer before it returns to the previous one.</summary>
    static readonly TimeSpan NewDaemonDeadline = TimeSpan.FromSeconds(60);

    public static int Run(ClientSession session, string? binary)
    {
        var (hasEnded, answer) = RequestUpgrade(session, binary is null ? null : CurrentFolder.Absolute(binary));
        if (!hasEnded)
            throw new DaemonException(LocalError.NoAnswerInTime,
                "the previous daemon has handed over, but has not exited yet; see: tspm status");
        var status = NewDaemonStatus(session);
        if (status.UpgradeProblem is { } undone)
            throw new DaemonException(ErrorCode.Failed,
                $"not upgraded: {undone}; tspm {status.Version} (pid {Display.Number(status.Pid)}) and all processes "
                    + "keep running");
        if (status.Version != answer.ToVersion)
            throw new DaemonException(ErrorCode.Failed,
                $"the daemon that answers now is tspm {status.Version}, but {answer.Binary} reported "
                    + $"{answer.ToVersion}; the file may have been replaced during the upgrade");
        session.Out.WriteLine($"upgraded from {answer.FromVersion} to {status.Version} (pid "
            + $"{Display.Number(status.Pid)}), {Kept(answer.Kept)}");
        WarnOfOtherExecutable(session, answer.Binary);
        return ExitCodes.Done;
    }

    /// <summary>
    /// Warns if the boot service starts another file than the one that runs now, which would bring back the previous
    /// version.
    /// </summary>
    static void WarnOfOtherExecutable(ClientSession session, string binary)
    {
        if (ServiceLauncher.Find(session.Home) is not { IsEnabled: true } service
            || service.Main.Read(out var unit) == MarkedState.Absent) return;
        if (service.ExecutableOf(unit) is { } other
            && Platform.FileSystem.RealPath(other) != Platform.FileSystem.RealPath(binary))
            session.Err.WriteLine($"warning: the boot service still starts another file, {other}. "
                + $"Put the new version there, or run: {binary} enable");
    }

    /// <summary>Requests the upgrade, and waits until the daemon that answered has ended.</summary>
    static (bool HasEnded, UpgradeResponse Answer) RequestUpgrade(ClientSession session, string? binary)
    {
        // An upgrade whose answer was lost must not be requested twice, so this connection is not resumed.
        using var daemon = session.ConnectIfRunning()
            ?? throw new DaemonException(LocalError.NotRunning,
                $"{DaemonSocket.NotRunningSentence}{Unmanaged(session)}");
        var answer = daemon.Call(Methods.Upgrade, new UpgradeRequest { Binary = binary }, HandoverDeadline);
        return (daemon.WaitForClose(HandoverDeadline), answer);
    }

    /// <summary>
    /// Asks the new daemon for its status. The connection waits in the guardian's queue until there is a daemon.
    /// </summary>
    static StatusResponse NewDaemonStatus(ClientSession session)
    {
        try
        {
            using var daemon = session.ConnectToRead();
            return daemon.Call(Methods.Status, new StatusRequest(), NewDaemonDeadline);
        }
        catch (DaemonException gone) when (gone.Code is LocalError.NotRunning or LocalError.Disconnected)
        {
            // A daemon that is stopped on purpose removes its socket before it closes the last connection; one that was
            // killed leaves the socket behind.
            if (session.Remote is null && !File.Exists(session.Home.SocketPath))
                throw new DaemonException(ErrorCode.Failed,
                    "the daemon and all its processes were stopped while the new version took over; to start the "
                        + "version that is now installed: tspm daemon start");
            session.StartDaemonUnlessRunning();
            throw new DaemonException(ErrorCode.Failed,
                "the new version ended as soon as it had taken over; the daemon was started again and has taken over "
                    + "all processes. See: tspm status");
        }
    }

    static string Unmanaged(ClientSession session) =>
        session.Remote is null && session.UnmanagedNotice() is { } notice ? "\n" + notice : "";

    static string Kept(int processes) =>
        processes == 1 ? "1 process kept" : $"{Display.Number(processes)} processes kept";
}
