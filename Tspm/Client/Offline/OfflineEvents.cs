using Tspm.Client.Connection;
using Tspm.Events;
using Tspm.Logs.Reading;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Offline;

/// <summary>
/// Reads events when no daemon runs: definitions from processes.json, and events from their files. Changes nothing.
/// </summary>
internal static class OfflineEvents
{
    /// <returns>Null if no process is defined and no event was ever recorded.</returns>
    /// <exception cref="DaemonException">
    /// The request is not valid; the error is the one a daemon would return.
    /// </exception>
    public static List<ProcessEvent>? Read(TspmHome home, EventsRequest request)
    {
        var targets = new List<SelectorTarget>();
        foreach (var definition in new ProcessStore(home, TimeProvider.System).Peek().Processes)
            for (var instance = 0; instance < definition.Instances; instance++)
                targets.Add(SelectorTarget.From(definition, instance));
        if (targets.Count == 0 && !File.Exists(home.EventsFile)) return null;
        try
        {
            return EventQuery.From(request, TimeProvider.System.GetUtcNow(), () => [.. targets], home.EventsFile)
                .Past();
        }
        catch (LogQueryException refused)
        {
            throw new DaemonException(refused.Code, refused.Message, refused.Details);
        }
    }
}
