using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>stop</c> and <c>stop-all</c>.</summary>
[RegisterCommands]
internal sealed class StopCommand
{
    [Command("stop")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) => Stop(session, line.Words, ChangeFlags.From(line)));

    [Command("stop-all")]
    public void RunAll(ConsoleAppContext context) =>
        context.Run(static (session, line) => Stop(session, [Selector.All], ChangeFlags.From(line)));

    static int Stop(ClientSession session, string[] selectors, ChangeFlags flags) =>
        new Change<StopRequest, StopResponse>(
            Methods.Stop,
            new StopRequest { Selectors = selectors, Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs },
            static process =>
                process.Unchanged ? $"was already {Outcomes.InState(process)}" : Outcomes.InState(process))
        {
            IsRepeatable = true,
        }
            .Run(session, flags);
}
