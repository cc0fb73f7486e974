using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Offline;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>delete</c>: stops processes and removes their definitions. The log files stay unless <c>--logs</c> is given. On a
/// terminal, it asks before it deletes everything.
/// </summary>
[RegisterCommands]
internal sealed class DeleteCommand
{
    [Command("delete")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        if (line.Words.Contains(Selector.All) && !line.IsOn("json") && !IsConfirmed(session))
        {
            session.Err.WriteLine("nothing was deleted");
            return ExitCodes.Failed;
        }
        return new Change<DeleteRequest, DeleteResponse>(
            Methods.Delete, new DeleteRequest { Selectors = line.Words, Logs = line.IsOn("logs") },
            static _ => "deleted")
        {
            Total = static _ => "deleted",
        }
            .Run(session, ChangeFlags.From(line));
    });

    /// <summary>Asks the user, unless this is a script or there is nothing to delete.</summary>
    static bool IsConfirmed(ClientSession session)
    {
        if (!session.Out.IsTerminal || !StandardStreams.IsInputTerminal) return true;
        var count = Count(session);
        if (count == 0) return true;
        var what = count == 1 ? "the only process" : $"all {Display.Number(count)} processes";
        session.Err.Write($"delete {what}? [y/N] ");
        session.Err.Flush();
        return StandardStreams.ReadAnswer() is "y" or "Y" or "yes";
    }

    static int Count(ClientSession session)
    {
        try
        {
            using var daemon = session.ConnectToRead();
            return daemon.Call(Methods.List, new ListRequest()).Processes.Count;
        }
        catch (DaemonException missing) when (missing.Code == ErrorCode.NoSuchProcess)
        {
            return 0;
        }
        catch (DaemonException missing) when (missing.Code == LocalError.NotRunning)
        {
            // The daemon that is started for this deletes what is saved.
            return session.Remote is null ? OfflineProcesses.Read(session.Home).Count : 0;
        }
    }
}
