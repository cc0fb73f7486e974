namespace Tspm.Client.Commands;

/// <summary>Verbs that PM2's users type by habit, answered with what Tspm does instead.</summary>
internal static class Pm2Commands
{
    public static void Save([Items] string[]? words = null) => Answer("nothing to do: every change is saved before it is answered");

    public static void Resurrect([Items] string[]? words = null) =>
        Answer("nothing to do: what was up comes back whenever the daemon starts (tspm daemon start)");

    public static void Kill([Items] string[]? words = null) => CommandHost.Execute(session =>
    {
        session.Err.WriteLine("'kill' is 'tspm daemon stop' here");
        session.Err.Flush();
        return DaemonCommand.Stop(session);
    });

    static void Answer(string sentence) => CommandHost.Execute(session =>
    {
        session.Err.WriteLine(sentence);
        return ExitCodes.Done;
    });
}
