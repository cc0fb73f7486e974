using Tspm.Daemon.Control;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Answers;

/// <summary>The part of <c>restart</c> and <c>reload</c> that is the same for both.</summary>
internal static class RestartAnswer
{
    /// <summary>Returns the client's settings if the processes are to get them; otherwise null.</summary>
    /// <exception cref="RequestException">The request asks for that without sending an environment.</exception>
    public static CallerSettings? NewEnvironment(bool updateEnv, ClientContext? client)
    {
        if (!updateEnv) return null;
        if (client is not null) return Definitions.CallerOf(client);
        throw new RequestException(ErrorCode.InvalidParams, "updateEnv needs the client's environment",
            new RpcErrorData { Path = "params.client", Expected = "an object", Found = "nothing" });
    }

    /// <summary>Waits as requested, and creates the answer with one outcome for each instance.</summary>
    /// <param name="context">The daemon.</param>
    /// <param name="begun">The changes that were begun.</param>
    /// <param name="request">How long to wait, and how long to check that the instances stay up.</param>
    /// <param name="inARow">
    /// True if the instances change one after the other; then the default timeout is multiplied by their number.
    /// </param>
    public static async Task<ChangeResponse> Create(
        DaemonContext context, BegunChanges begun, RestartRequest request, bool inARow = false)
    {
        var notes = new List<string>(begun.Notes);
        var outcomes = await ChangeOutcomes.Collect(
            context, begun, request.Wait, request.WaitTimeoutMs, ChangeOutcomes.StartError, inARow);
        if (request.Wait) await EarlyDeaths.AddTo(context, begun.Pending, outcomes, request.SettleMs);
        await LastLines.AddTo(context, begun.Pending, outcomes, notes);
        await ChangeOutcomes.NoteRetries(context, begun.Pending, notes);
        if (request.Wait) await WatchReadiness.Await(context, begun.Pending, notes);
        var error = await ChangeOutcomes.SaveError(begun.Saved);
        return new ChangeResponse
        {
            Success = error is null && outcomes.All(static outcome => outcome.Error is null),
            Processes = outcomes,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }
}
