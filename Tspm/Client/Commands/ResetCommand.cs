using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>reset</c>: restart counts and failures back to zero.</summary>
internal static class ResetCommand
{
    public static void Run([Items] string[]? words = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => new Change<ResetRequest, ResetResponse>(
            Methods.Reset, new ResetRequest { Selectors = words ?? [] }, static _ => "counts are reset")
            {
                IsRepeatable = true, Total = static _ => "reset",
            }
            .Run(session, new ChangeFlags(json, noAutoStart)));
}
