using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>stop</c> and <c>stop-all</c>.</summary>
internal static class StopCommand
{
    public static void Run([Items] string[]? words = null, bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => Stop(session, words ?? [], new ChangeFlags(json, noAutoStart, noWait, waitTimeout)));

    public static void RunAll(bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => Stop(session, ["all"], new ChangeFlags(json, noAutoStart, noWait, waitTimeout)));

    static int Stop(ClientSession session, string[] selectors, ChangeFlags flags) =>
        new Change<StopRequest, StopResponse>(
            Methods.Stop, new StopRequest { Selectors = selectors, Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs },
            static process => process.Unchanged ? $"was already {Outcomes.InState(process)}" : Outcomes.InState(process)) { IsRepeatable = true }
            .Run(session, flags);
}
