using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>flush</c>: empties the log files.</summary>
internal static class FlushCommand
{
    public static void Run([Items] string[]? words = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => new Change<FlushRequest, FlushResponse>(
            Methods.Flush, new FlushRequest { Selectors = words ?? [] }, static _ => "logs are empty")
            {
                IsRepeatable = true, Total = static _ => "flushed",
            }
            .Run(session, new ChangeFlags(json, noAutoStart)));
}
