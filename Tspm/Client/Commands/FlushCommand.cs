using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>flush</c>: empties the log files.</summary>
[RegisterCommands]
internal sealed class FlushCommand
{
    [Command("flush")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
        new Change<FlushRequest, FlushResponse>(
            Methods.Flush, new FlushRequest { Selectors = line.Words }, static _ => "log files emptied")
        {
            IsRepeatable = true,
            Total = static _ => "flushed",
        }
            .Run(session, ChangeFlags.From(line)));
}
