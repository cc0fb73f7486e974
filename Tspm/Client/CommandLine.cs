using ConsoleAppFramework;
using Tspm.Client.Commands;
using Tspm.Client.Grammar;
using Tspm.Client.Output;

namespace Tspm.Client;

/// <summary>
/// From argv to the command's method. Ours: reading, checking, help, exit codes (<see cref="Argv"/>). ConsoleAppFramework's, generated at build
/// time: binding the checked values to the parameters of the command's method and calling it.
/// No command has a CancellationToken and there are no filters: with either, the framework abandons a command 5 s after a signal.
/// </summary>
internal static class CommandLine
{
    /// <summary>Runs one command line and returns its exit code. Prints nothing but through the session.</summary>
    public static int Run(ClientSession session, string[] args)
    {
        ParsedLine? line = null;
        var refused = CommandHost.Guard(session, _ =>
        {
            line = Argv.Parse(args);
            return ExitCodes.Done;
        });
        if (line is null) return refused;
        // What was asked for as data is not a message.
        if (line.IsOn("silent") && !line.IsOn("json")) session.Silence();
        if (line.Verb.Name == "help" || line.IsOn("help")) return CommandHost.Guard(session, _ => Help(session, line));
        return CommandHost.Guard(session, _ => ChooseHost(session, line)) is var chosen and not ExitCodes.Done ? chosen : Dispatch(session, FrameworkArguments.Of(line));
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
        else if (line.Words.Count == 0) session.Out.Write(HelpText.All());
        else return Help(session, Argv.Parse([line.Words[0], "--help"]));
        return ExitCodes.Done;
    }

    static int Dispatch(ClientSession session, string[] frameworkArguments)
    {
        CommandHost.Use(session);
        ConsoleApp.LogError = CommandHost.BindingFailed;
        var app = ConsoleApp.Create();
        app.Add("start", StartCommand.Run);
        app.Add("add", AddCommand.Run);
        app.Add("stop", StopCommand.Run);
        app.Add("restart", RestartCommand.Run);
        app.Add("reload", RestartCommand.Reload);
        app.Add("delete", DeleteCommand.Run);
        app.Add("start-all", StartCommand.RunAll);
        app.Add("stop-all", StopCommand.RunAll);
        app.Add("restart-all", RestartCommand.RunAll);
        app.Add("list", ListCommand.Run);
        app.Add("describe", DescribeCommand.Run);
        app.Add("env", EnvCommand.Run);
        app.Add("pid", PidCommand.Run);
        app.Add("logs", LogsCommand.Run);
        app.Add("events", EventsCommand.Run);
        app.Add("why", WhyCommand.Run);
        app.Add("search", SearchCommand.Run);
        app.Add("set", SetCommand.Run);
        app.Add("scale", ScaleCommand.Run);
        app.Add("rename", RenameCommand.Run);
        app.Add("reset", ResetCommand.Run);
        app.Add("flush", FlushCommand.Run);
        app.Add("reopen", ReopenCommand.Run);
        app.Add("signal", SignalCommand.Run);
        app.Add("send", SendCommand.Run);
        app.Add("files", FileVerbs.Run);
        app.Add("daemon", DaemonCommand.Run);
        app.Add("enable", EnableCommand.Run);
        app.Add("disable", EnableCommand.Disable);
        app.Add("startup", EnableCommand.Startup);
        app.Add("unstartup", EnableCommand.Unstartup);
        app.Add("status", StatusCommand.Run);
        app.Add("ping", PingCommand.Run);
        app.Add("version", VersionCommand.Run);
        app.Add("metrics", MetricsCommand.Run);
        app.Add("dial-stdio", DialCommand.Run);
        app.Add("save", Pm2Commands.Save);
        app.Add("resurrect", Pm2Commands.Resurrect);
        app.Add("kill", Pm2Commands.Kill);
        app.Run(frameworkArguments);
        return session.ExitCode;
    }
}
