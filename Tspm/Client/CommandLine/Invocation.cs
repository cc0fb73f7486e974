using ConsoleAppFramework;

namespace Tspm.Client.CommandLine;

/// <summary>
/// One command line on its way to its command. ConsoleAppFramework carries it as its global options, so nothing of the
/// line is turned into text again.
/// </summary>
internal sealed class Invocation(ClientSession session, ParsedLine line)
{
    /// <summary>What the command ended with; null: none has run.</summary>
    public int? ExitCode { get; private set; }

    public void Run(Func<ClientSession, ParsedLine, int> command) =>
        ExitCode = CommandHost.Guard(session, () => command(session, line));
}

/// <summary>How a command finds its line in what the framework gives it.</summary>
internal static class InvocationContext
{
    /// <summary>Runs the body of a command. Whatever comes of it becomes an exit code.</summary>
    public static void Run(this ConsoleAppContext context, Func<ClientSession, ParsedLine, int> command) =>
        ((Invocation)context.GlobalOptions!).Run(command);
}
