using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>ping</c>: does the daemon answer?</summary>
internal static class PingCommand
{
    public static void Run(bool json = false) => CommandHost.Execute(session =>
    {
        using var daemon = session.ConnectToRead();
        var answer = daemon.Call(Methods.Ping, new PingRequest());
        if (json) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.PingResponse);
        else session.Out.WriteLine($"pong (pid {Display.Number(answer.Pid)})");
        return ExitCodes.Done;
    });
}
