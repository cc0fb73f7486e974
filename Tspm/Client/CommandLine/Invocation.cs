using ConsoleAppFramework;

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
        ExitCode = CommandRunner.Run(session, () => command(session, line));
    }
}

/// <summary>Gives commands access to the <see cref="Invocation"/> that the framework carries in its context.</summary>
internal static class InvocationContext
{
    /// <summary>Runs the body of a command, and turns its result or exception into an exit code.</summary>
    public static void Run(this ConsoleAppContext context, Func<ClientSession, ParsedLine, int> command) =>
        ((Invocation)context.GlobalOptions!).Run(command);
}
