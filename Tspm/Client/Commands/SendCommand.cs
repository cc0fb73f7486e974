using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>send SELECTOR LINE</c>: writes a line to the standard input of a process with <c>stdin: pipe</c>.
/// </summary>
[RegisterCommands]
internal sealed class SendCommand
{
    [Command("send")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (selector, text) = (line.Words[0], line.Words[1]);
        if (text.Contains('\n'))
            throw new UsageException("the line contains a line break; send one line at a time");
        return new Change<SendRequest, SendResponse>(
            Methods.Send, new SendRequest { Selector = selector, Line = text }, static _ => "sent")
            .Run(session, ChangeFlags.From(line));
    });
}
