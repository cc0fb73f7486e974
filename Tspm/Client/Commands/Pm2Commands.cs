using ConsoleAppFramework;
using Tspm.Client.CommandLine;

namespace Tspm.Client.Commands;

/// <summary>Verbs that users of PM2 type out of habit. The answer says what Tspm does instead.</summary>
[RegisterCommands]
internal sealed class Pm2Commands
{
    [Command("save")]
    public void Save(ConsoleAppContext context) =>
        Answer(context, "nothing to do: every change is saved at once");

    [Command("resurrect")]
    public void Resurrect(ConsoleAppContext context) =>
        Answer(context, "nothing to do: processes that were up are started again with the daemon (tspm daemon start)");

    [Command("kill")]
    public void Kill(ConsoleAppContext context) => context.Run(static (session, _) =>
    {
        session.Err.WriteLine("'kill' is called 'tspm daemon stop' here");
        session.Err.Flush();
        return DaemonCommand.Stop(session);
    });

    static void Answer(ConsoleAppContext context, string sentence) => context.Run((session, _) =>
    {
        session.Err.WriteLine(sentence);
        return ExitCodes.Done;
    });
}
