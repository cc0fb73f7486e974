using ConsoleAppFramework;
using Tspm.Client.CommandLine;

namespace Tspm.Client.Commands;

/// <summary>Verbs that PM2's users type by habit, answered with what Tspm does instead.</summary>
[RegisterCommands]
internal sealed class Pm2Commands
{
    [Command("save")]
    public void Save(ConsoleAppContext context) =>
        Answer(context, "nothing to do: every change is saved before it is answered");

    [Command("resurrect")]
    public void Resurrect(ConsoleAppContext context) =>
        Answer(context, "nothing to do: what was up comes back whenever the daemon starts (tspm daemon start)");

    [Command("kill")]
    public void Kill(ConsoleAppContext context) => context.Run(static (session, _) =>
    {
        session.Err.WriteLine("'kill' is 'tspm daemon stop' here");
        session.Err.Flush();
        return DaemonCommand.Stop(session);
    });

    static void Answer(ConsoleAppContext context, string sentence) => context.Run((session, _) =>
    {
        session.Err.WriteLine(sentence);
        return ExitCodes.Done;
    });
}
