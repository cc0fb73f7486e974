using Tspm.Client.Grammar;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>send SELECTOR LINE</c>: a line for the standard input of a process with <c>stdin: pipe</c>.</summary>
internal static class SendCommand
{
    public static void Run([Items] string[]? words = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session =>
        {
            if (words![1].Contains('\n')) throw new UsageException("the line contains a line break; send one line at a time");
            return new Change<SendRequest, SendResponse>(
                Methods.Send, new SendRequest { Selector = words[0], Line = words[1] }, static _ => "sent")
                .Run(session, new ChangeFlags(json, noAutoStart));
        });
}
