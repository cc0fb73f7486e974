using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>reopen</c>: reopens log files, for logrotate after it has moved them.</summary>
[RegisterCommands]
internal sealed class ReopenCommand
{
    [Command("reopen")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
        new Change<ReopenRequest, ReopenResponse>(
            Methods.Reopen, new ReopenRequest { Selectors = line.Selectors },
            static process => process.Unchanged ? "its log files are not open" : "log files reopened")
        {
            IsRepeatable = true,
            Total = static process => process.Unchanged ? "not open" : "reopened",
        }
            .Run(session, ChangeFlags.From(line)));
}
