using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>ping</c>: checks that the daemon answers.</summary>
[RegisterCommands]
internal sealed class PingCommand
{
    [Command("ping")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var daemon = session.ConnectToRead();
        var answer = daemon.Call(Methods.Ping, new PingRequest());
        if (line.IsOn("json")) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.PingResponse);
        else session.Out.WriteLine($"pong (pid {Display.Number(answer.Pid)})");
        return ExitCodes.Done;
    });
}
