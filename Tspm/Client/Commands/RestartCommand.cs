using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Running;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>restart</c>, <c>restart-all</c> and <c>reload</c>.</summary>
[RegisterCommands]
internal sealed class RestartCommand
{
    [Command("restart")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
        new Change<RestartRequest, RestartResponse>(
            Methods.Restart, Request(session, line, line.Words), Outcomes.InState)
            .Run(session, ChangeFlags.From(line)));

    [Command("restart-all")]
    public void RunAll(ConsoleAppContext context) => context.Run(static (session, line) =>
        new Change<RestartRequest, RestartResponse>(
            Methods.Restart, Request(session, line, [Selector.All]), Outcomes.InState)
            .Run(session, ChangeFlags.From(line)));

    [Command("reload")]
    public void Reload(ConsoleAppContext context) => context.Run(static (session, line) =>
        new Change<ReloadRequest, ReloadResponse>(
            Methods.Reload, Request(session, line, line.Words), Outcomes.InState)
            .Run(session, ChangeFlags.From(line)));

    static RestartRequest Request(ClientSession session, ParsedLine line, string[] selectors)
    {
        var flags = ChangeFlags.From(line);
        var updateEnv = line.IsOn("update-env");
        return new RestartRequest
        {
            Selectors = selectors,
            UpdateEnv = updateEnv,
            Client = updateEnv ? session.Context(flags.NoAutoStart) : null,
            Wait = !flags.NoWait,
            WaitTimeoutMs = flags.WaitTimeoutMs,
            SettleMs = SettleTime.Read(session, line),
        };
    }
}
