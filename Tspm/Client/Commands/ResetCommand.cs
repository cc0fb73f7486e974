using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>reset</c>: resets restart and failure counts to zero.</summary>
[RegisterCommands]
internal sealed class ResetCommand
{
    [Command("reset")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
        new Change<ResetRequest, ResetResponse>(
            Methods.Reset, new ResetRequest { Selectors = line.Words }, static _ => "counts reset")
        {
            IsRepeatable = true,
            Total = static _ => "reset",
        }
            .Run(session, ChangeFlags.From(line)));
}
