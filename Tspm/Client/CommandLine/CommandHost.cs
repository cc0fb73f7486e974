using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Runs one command and turns whatever comes of it into an exit code and at most one sentence. ConsoleAppFramework
/// would print exceptions itself and set the exit code of the process, so nothing is allowed to reach it.
/// </summary>
internal static class CommandHost
{
    public static int Guard(ClientSession session, Func<int> command)
    {
        try
        {
            var code = command();
            session.Out.Flush();
            return code;
        }
        catch (UsageException mistake)
        {
            return Say(session, mistake.Message, ExitCodes.Usage);
        }
        catch (DaemonException failure)
        {
            // Versions that do not know each other's verbs: say which to upgrade instead of a JSON-RPC sentence.
            var hint = failure.Code == ErrorCode.MethodNotFound
                ? "; the running daemon is of another version: compare with 'tspm version' and restart it with 'tspm "
                    + "daemon restart'"
                : "";
            return Say(session, failure.Message + hint, ExitCodes.Of(failure.Code));
        }
        catch (UnauthorizedAccessException denied)
        {
            return Say(session, SentenceOf(denied), ExitCodes.NotPermitted);
        }
        catch (IOException failure)
        {
            return Say(session, SentenceOf(failure), ExitCodes.Failed);
        }
        catch (Exception bug)
        {
            return Say(session,
                $"this is a bug in tspm ({bug.GetType().Name}: {bug.Message}); what the daemon saw is in "
                    + $"{Path.Combine(session.Home.Path, "daemon.log")}", ExitCodes.Failed);
        }
        finally
        {
            session.Err.Flush();
        }
    }

    /// <summary>
    /// Our own exceptions are sentences; the runtime's texts are left out of the executable, and only their keys are
    /// there.
    /// </summary>
    static string SentenceOf(Exception e) => e.Message.Contains(' ') ? e.Message : Platform.FileSystem.Describe(e);

    static int Say(ClientSession session, string message, int code)
    {
        // Data that was printed before the failure comes first, where both go to one terminal.
        try { session.Out.Flush(); }
        catch (IOException) { /* The failure to write is what is being reported. */ }
        // Our own line breaks stay; what a daemon quotes of the user's text is made visible.
        foreach (var line in message.Split('\n')) session.Err.WriteLine(ControlText.Escape(line));
        return code;
    }
}
