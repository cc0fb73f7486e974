using System.Diagnostics;
using ConsoleAppFramework;
using Tspm.Client.Connection;
using Tspm.Client.Output;

namespace Tspm.Client.CommandLine;

/// <summary>
/// From argv to the command. <see cref="Argv"/> reads and checks the line, once; ConsoleAppFramework finds the command
/// of its verb, among all methods with a <c>[Command]</c> in a class with <c>[RegisterCommands]</c>, and gives it the
/// line (<see cref="Invocation"/>). No command has a CancellationToken and there are no filters: with either, the
/// framework abandons a command 5 s after a signal.
/// </summary>
internal static class CommandRouter
{
    /// <summary>Runs one command line and returns its exit code. Prints nothing but through the session.</summary>
    public static int Run(ClientSession session, string[] args)
    {
        ParsedLine? line = null;
        var refused = CommandHost.Guard(session, () =>
        {
            line = Argv.Parse(args);
            return ExitCodes.Done;
        });
        if (line is null) return refused;
        // What was asked for as data is not a message.
        if (line.IsOn("silent") && !line.IsOn("json")) session.Silence();
        if (line.Verb.Name == "help" || line.IsOn("help"))
            return CommandHost.Guard(session, () => Help(session, line));
        var chosen = CommandHost.Guard(session, () => ChooseHost(session, line));
        return chosen == ExitCodes.Done ? Dispatch(session, line) : chosen;
    }

    /// <summary>Whose daemon it is about. Not for who answers such calls: that is always this machine's.</summary>
    static int ChooseHost(ClientSession session, ParsedLine line)
    {
        session.Remote = line.Verb.Name == "dial-stdio" ? null : RemoteHost.Choose(line.ValueOf("host"), session.Home);
        CurrentFolder.IsElsewhere = session.Remote is not null;
        return ExitCodes.Done;
    }

    static int Help(ClientSession session, ParsedLine line)
    {
        if (line.Verb.Name != "help") session.Out.Write(HelpText.Of(line.Verb));
        else if (line.Words.Length == 0) session.Out.Write(HelpText.All());
        else return Help(session, Argv.Parse([line.Words[0], "--help"]));
        return ExitCodes.Done;
    }

    static int Dispatch(ClientSession session, ParsedLine line)
    {
        var invocation = new Invocation(session, line);
        var app = ConsoleApp.Create();
        app.ConfigureGlobalOptions((ref ConsoleApp.GlobalOptionsBuilder _) => invocation);
        app.Run([line.Verb.Name]);
        return invocation.ExitCode ?? throw new UnreachableException($"'{line.Verb.Name}' has no command");
    }
}
