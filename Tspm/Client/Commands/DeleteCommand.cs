using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>delete</c>: stops and forgets; the log files stay unless <c>--logs</c>.</summary>
internal static class DeleteCommand
{
    public static void Run([Items] string[]? words = null, bool logs = false, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => new Change<DeleteRequest, DeleteResponse>(
            Methods.Delete, new DeleteRequest { Selectors = words ?? [], Logs = logs }, Wire.Json.DeleteRequest, Wire.Json.ChangeResponse,
            Output.PrintJson.Readable.ChangeResponse, static _ => "deleted") { Total = static _ => "deleted" }
            .Run(session, new ChangeFlags(json, noAutoStart)));
}
