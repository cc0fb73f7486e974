using ConsoleAppFramework;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Protocol;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Carries one parsed command line to its command. ConsoleAppFramework passes it on as its global options, so the line
/// is not converted back to text.
/// </summary>
internal sealed class Invocation(ClientSession session, ParsedLine line)
{
    /// <summary>The exit code of the command; null if none has run.</summary>
    public int? ExitCode { get; private set; }

    public void Run(Func<ClientSession, ParsedLine, int> command)
    {
        foreach (var given in line.Flags)
            if (given.Note is { } note) session.Err.WriteLine(note);
        ExitCode = CommandRunner.Run(session, () => RunOnSelection(command));
    }

    /// <summary>
    /// A config file may stand where a process is expected. Process names win, so files are looked at only after the
    /// daemon, or the saved state, has said that a word matches nothing. At that moment nothing has been done yet.
    /// </summary>
    int RunOnSelection(Func<ClientSession, ParsedLine, int> command)
    {
        try
        {
            return command(session, line);
        }
        catch (DaemonException unknown) when (unknown.Code == ErrorCode.NoSuchProcess && line.Verb.TakesSelectors)
        {
            if (FileSelection.Expand(session, line.Words) is not { } words) throw;
            return command(session, line with { Words = [.. words] });
        }
    }
}

/// <summary>Gives commands access to the <see cref="Invocation"/> that the framework carries in its context.</summary>
internal static class InvocationContext
{
    /// <summary>Runs the body of a command, and turns its result or exception into an exit code.</summary>
    public static void Run(this ConsoleAppContext context, Func<ClientSession, ParsedLine, int> command) =>
        ((Invocation)context.GlobalOptions!).Run(command);
}
