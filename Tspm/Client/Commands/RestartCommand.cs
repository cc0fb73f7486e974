using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>restart</c>, <c>restart-all</c> and <c>reload</c>.</summary>
internal static class RestartCommand
{
    public static void Run(
        [Items] string[]? words = null, bool updateEnv = false, bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => Restart(session, words ?? [], updateEnv, new ChangeFlags(json, noAutoStart, noWait, waitTimeout)));

    public static void RunAll(bool updateEnv = false, bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => Restart(session, ["all"], updateEnv, new ChangeFlags(json, noAutoStart, noWait, waitTimeout)));

    public static void Reload(
        [Items] string[]? words = null, bool updateEnv = false, bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => Reload(session, words ?? [], updateEnv, new ChangeFlags(json, noAutoStart, noWait, waitTimeout)));

    static int Reload(ClientSession session, string[] selectors, bool updateEnv, ChangeFlags flags) =>
        new Change<ReloadRequest, ReloadResponse>(
            Methods.Reload,
            new ReloadRequest
            {
                Selectors = selectors, UpdateEnv = updateEnv, Client = updateEnv ? session.Context(flags.NoAutoStart) : null,
                Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs,
            }, Outcomes.InState)
            .Run(session, flags);

    static int Restart(ClientSession session, string[] selectors, bool updateEnv, ChangeFlags flags) =>
        new Change<RestartRequest, RestartResponse>(
            Methods.Restart,
            new RestartRequest
            {
                Selectors = selectors, UpdateEnv = updateEnv, Client = updateEnv ? session.Context(flags.NoAutoStart) : null,
                Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs,
            }, Outcomes.InState)
            .Run(session, flags);
}
