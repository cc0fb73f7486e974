using System.Diagnostics;
using ConsoleAppFramework;
using Tspm.Client.Connection;
using Tspm.Client.Output.Help;
using Tspm.Client.Terminal;

namespace Tspm.Client.CommandLine;

/// <summary>
/// Routes argv to a command. <see cref="Argv"/> parses and checks the line once. ConsoleAppFramework then finds the
/// command of the verb among all methods with <c>[Command]</c> in classes with <c>[RegisterCommands]</c>, and passes it
/// the line (<see cref="Invocation"/>). No command has a CancellationToken, and there are no filters: with either, the
/// framework abandons a command 5 s after a signal.
/// </summary>
internal static class CommandRouter
{
    /// <summary>Runs one command line and returns its exit code. Prints only through the session.</summary>
    public static int Run(ClientSession session, string[] args)
    {
        HintedCommands.Remember(args);
        ParsedLine? line = null;
        var refused = CommandRunner.Run(session, () =>
        {
            line = Argv.Parse(args);
            return ExitCodes.Done;
        });
        if (line is null) return Argv.HasVerb(args, "run") ? ExitCodes.RunFailed : refused;
        // --silent suppresses messages; JSON that was asked for is data.
        if (line.IsOn("silent") && !line.IsOn("json")) session.Silence();
        if (line.Verb.Name == "help" || line.IsOn("help"))
            return CommandRunner.Run(session, () => Help(session, line));
        var chosen = CommandRunner.Run(session, () => ChooseHost(session, line));
        return chosen == ExitCodes.Done ? Dispatch(session, line) : chosen;
    }

    /// <summary>
    /// Chooses the machine of the daemon. <c>dial-stdio</c> answers calls from other machines, so it always uses the
    /// daemon of this one.
    /// </summary>
    static int ChooseHost(ClientSession session, ParsedLine line)
    {
        session.Remote = line.Verb.Name == "dial-stdio" ? null : RemoteHost.Choose(line.ValueOf("host"), session.Home);
        CurrentFolder.IsElsewhere = session.Remote is not null;
        return ExitCodes.Done;
    }

    static int Help(ClientSession session, ParsedLine line)
    {
        var width = session.Out.IsTerminal ? StandardStreams.Width() : HelpText.PageWidth;
        if (line.Verb.Name != "help") session.Out.Write(HelpText.For(line.Verb, width));
        else if (line.Words.Length == 0) session.Out.Write(HelpText.All(width));
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
