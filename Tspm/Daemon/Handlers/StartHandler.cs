using Tspm.Config.Validation;
using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Commands;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>start</c>: starts known processes by selector, or defines and starts new ones. A new definition that cannot be
/// started at all is not kept.
/// </summary>
internal sealed class StartHandler() : Handler<StartRequest, StartResponse>(Methods.Start)
{
    public override async Task<StartResponse> Handle(DaemonContext context, StartRequest request, Requester? by)
    {
        request = request with { Client = RequestLaunch.Complete(request.Client, by) };
        var started = await context.Supervisor.Order(await OrderOf(context, request, by));
        var begun = started.Begun;
        if (request.Temporary == true)
            foreach (var id in started.NewIds) context.Temporaries.Expect(id);
        var outcomes = await ChangeOutcomes.Collect(
            context, begun, request.Wait, request.WaitTimeoutMs, ChangeOutcomes.StartError);
        var dropped = started.NewIds.Count > 0
            ? await context.Supervisor.Order(new SupervisorCommand.Withdraw { By = by, Ids = started.NewIds }) : null;
        if (request.Wait) await EarlyDeaths.AddTo(context, begun.Pending, outcomes, request.SettleMs);
        var notes = new List<string>(begun.Notes);
        await LastLines.AddTo(context, begun.Pending, outcomes, notes);
        await ChangeOutcomes.NoteRetries(context, begun.Pending, notes);
        if (request.Wait) await WatchReadiness.Await(context, begun.Pending, notes);
        var error = await ChangeOutcomes.SaveError(dropped ?? begun.Saved);
        return new StartResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null),
            Processes = outcomes,
            ProcessId = outcomes.Count > 0 ? outcomes[0].Id : null,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }

    static async Task<SupervisorCommand.Start> OrderOf(DaemonContext context, StartRequest request, Requester? by)
    {
        IReadOnlyList<ProcessConfig> given = request.Define ?? [];
        var define = given.Count > 0 && request.Client is { } client ? Definitions.Complete(given, client) : [];
        if (request.Selectors is not { Count: > 0 } && define.Count == 0)
            throw new RequestException(
                ErrorCode.InvalidParams, "nothing to start: give a name, a config file or a command");
        var caller = request.Client is { } known ? Definitions.CallerOf(known) : null;
        return new SupervisorCommand.Start
        {
            By = by,
            Selectors = request.Selectors,
            Define = define,
            ChosenNames = given.Where(static config => config.Name is not null)
                .Select(static config => config.Name!).ToHashSet(),
            Caller = caller,
            NewEnvironment = request.UpdateEnv ? caller : null,
            MissingScripts = await MissingOf(context, request, define),
            HasOverrides = request.HasOverrides,
            Force = request.Force,
            Again = request.Again,
            IsTemporary = request.Temporary == true,
        };
    }

    /// <summary>With <c>--force</c>, processes that are online are restarted.</summary>
    static async Task<IReadOnlySet<NeededScript>> MissingOf(
        DaemonContext context, StartRequest request, IReadOnlyList<ProcessConfig> define)
    {
        var missing = await MissingScripts.Among(context, define);
        if (!request.Force || request.Selectors is not { Count: > 0 } selectors) return missing;
        return missing.Union(await MissingScripts.ForRestart(context, selectors)).ToHashSet();
    }
}
