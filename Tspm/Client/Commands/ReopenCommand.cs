using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>reopen</c>: for logrotate, after it has moved log files away.</summary>
[RegisterCommands]
internal sealed class ReopenCommand
{
    [Command("reopen")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
        new Change<ReopenRequest, ReopenResponse>(
            Methods.Reopen, new ReopenRequest { Selectors = line.Selectors },
            static process => process.Unchanged ? "nothing writes to its logs" : "logs are open again")
        {
            IsRepeatable = true,
            Total = static process => process.Unchanged ? "without output" : "reopened",
        }
            .Run(session, ChangeFlags.Of(line)));
}
