using Tspm.Daemon.Control;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Answers;

/// <summary>What <c>restart</c> and <c>reload</c> have in common.</summary>
internal static class Renewal
{
    /// <summary>The client's environment when it is to be taken over, else null.</summary>
    public static CallerSettings? NewEnvironment(bool updateEnv, ClientContext? client)
    {
        if (!updateEnv) return null;
        if (client is not null) return Definitions.CallerOf(client);
        throw new RequestException(ErrorCode.InvalidParams, "updateEnv needs the client's environment",
            new RpcErrorData { Path = "params.client", Expected = "an object", Found = "nothing" });
    }

    /// <summary>The answer: waits for as much as was asked for, and says how each instance is.</summary>
    /// <param name="inARow">One after the other: each has as much time as a start and a stop may take.</param>
    public static async Task<ChangeResponse> Answer(
        DaemonContext context, BegunChanges begun, bool wait, int? timeoutMs, bool inARow = false)
    {
        var notes = new List<string>(begun.Notes);
        var outcomes = await Settle.Outcomes(context, begun, wait, timeoutMs, Settle.StartError, inARow);
        await LastLines.AddTo(context, begun.Pending, outcomes, notes);
        await Settle.NoteRetries(context, begun.Pending, notes);
        if (wait) await Watching.Settle(context, begun.Pending, notes);
        var error = await Settle.Unsaved(begun.Saved);
        return new ChangeResponse
        {
            Success = error is null && outcomes.All(static outcome => outcome.Error is null),
            Processes = outcomes,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }
}
