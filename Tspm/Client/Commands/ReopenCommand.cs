using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>reopen</c>: for logrotate, after it has moved log files away.</summary>
internal static class ReopenCommand
{
    public static void Run([Items] string[]? words = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => new Change<ReopenRequest, ReopenResponse>(
            Methods.Reopen, new ReopenRequest { Selectors = words }, static process => process.Unchanged
                ? "nothing writes to its logs" : "logs are open again") 
            {
                IsRepeatable = true, Total = static process => process.Unchanged ? "without output" : "reopened",
            }
            .Run(session, new ChangeFlags(json, noAutoStart)));
}
