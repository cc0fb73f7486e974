using System.Text.Json;
using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Platform.Linux.Sockets;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>dial-stdio</c>: connects standard input and output to the control socket, for an ssh from another machine. With
/// <c>--greet</c>, the first line is a notification with the environment and the working directory of this session, for
/// processes that are started from there.
/// </summary>
[RegisterCommands]
internal sealed class DialCommand
{
    const int StandardInput = 0, StandardOutput = 1;

    [Command("dial-stdio")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var socket = Open(session, line.IsOn("launch"));
        if (line.IsOn("greet")) session.Out.WriteLine(Greeting());
        session.Out.Flush();
        new SocketRelay(StandardInput, StandardOutput, socket.Number).Run();
        return ExitCodes.Done;
    });

    static DaemonSocket Open(ClientSession session, bool start)
    {
        try
        {
            return DaemonSocket.Open(session.Home);
        }
        catch (DaemonException missing) when (start && missing.Code == LocalError.NotRunning)
        {
            session.StartDaemonUnlessRunning();
            return DaemonSocket.Open(session.Home);
        }
    }

    static string Greeting()
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteString("method"u8, Methods.Hello.Name);
            json.WritePropertyName("params"u8);
            JsonSerializer.Serialize(json, ClientContextBuilder.Build(), Wire.Json.ClientContext);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
    }
}
