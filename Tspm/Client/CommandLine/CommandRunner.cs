using Tspm.Client.Connection;
using Tspm.Client.Terminal;
using Tspm.Protocol;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Runs one command, and turns every exception into an exit code and one sentence on standard error. No exception may
/// reach ConsoleAppFramework, which would print it and set the exit code of the process itself.
/// </summary>
internal static class CommandRunner
{
    /// <returns>The exit code.</returns>
    public static int Run(ClientSession session, Func<int> command)
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
            // Client and daemon differ in version: name the remedy instead of only the JSON-RPC error.
            var hint = failure.Code == ErrorCode.MethodNotFound
                ? "; the running daemon has another version: compare with 'tspm version', and restart it with 'tspm "
                    + "daemon restart'"
                : "";
            return Say(session, failure.Message + hint, ExitCodes.ForError(failure.Code));
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
                $"this is a bug in tspm ({bug.GetType().Name}: {bug.Message}); the daemon's log may say more: "
                    + $"{Path.Combine(session.Home.Path, "daemon.log")}", ExitCodes.Failed);
        }
        finally
        {
            session.Err.Flush();
        }
    }

    /// <summary>
    /// Our own exceptions carry sentences. The runtime's carry only resource keys, which have no spaces, because the
    /// published executable leaves their texts out (UseSystemResourceKeys).
    /// </summary>
    static string SentenceOf(Exception e) => e.Message.Contains(' ') ? e.Message : Platform.FileSystem.Describe(e);

    static int Say(ClientSession session, string message, int code)
    {
        // On a terminal, data that was printed before the failure must appear before the message.
        try { session.Out.Flush(); }
        catch (IOException) { /* This failure to write is the one being reported. */ }
        // Keeps our own line breaks, and escapes control characters in text that a daemon quotes from the user.
        foreach (var line in message.Split('\n')) session.Err.WriteLine(ControlText.Escape(line));
        return code;
    }
}
