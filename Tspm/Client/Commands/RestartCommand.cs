using Tspm.Client.Defining;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>restart</c> and <c>restart-all</c>.</summary>
internal static class RestartCommand
{
    public static void Run(
        [Items] string[]? words = null, bool updateEnv = false, bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => Restart(session, words ?? [], updateEnv, new ChangeFlags(json, noAutoStart, noWait, waitTimeout)));

    public static void RunAll(bool updateEnv = false, bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => Restart(session, ["all"], updateEnv, new ChangeFlags(json, noAutoStart, noWait, waitTimeout)));

    static int Restart(ClientSession session, string[] selectors, bool updateEnv, ChangeFlags flags) =>
        new Change<RestartRequest, RestartResponse>(
            Methods.Restart,
            new RestartRequest
            {
                Selectors = selectors, UpdateEnv = updateEnv, Client = updateEnv ? ClientContextBuilder.Build() : null,
                Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs,
            },
            Wire.Json.RestartRequest, Wire.Json.RestartResponse, Output.PrintJson.Readable.RestartResponse, Outcomes.InState)
            .Run(session, flags);
}
