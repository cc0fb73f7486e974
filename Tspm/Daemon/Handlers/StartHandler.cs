using Tspm.Config;
using Tspm.Model;
using Tspm.Protocol;
using Tspm.Supervision;

namespace Tspm.Daemon.Handlers;

/// <summary><c>start</c>: known processes by selector, else new definitions. A new definition that cannot run at all is not kept.</summary>
internal static class StartHandler
{
    sealed record Plan(Settle.Begun Begun, IReadOnlyList<int> NewIds, List<string> Notes);

    public static async Task<StartResponse> Handle(DaemonContext context, StartRequest request, Requester? by)
    {
        var define = request.Define is { Count: > 0 } configs && request.Client is { } client ? Definitions.Complete(configs, client) : [];
        var plan = await context.Supervisor.Change(supervisor => Begin(supervisor, request, define, by));
        var outcomes = await Settle.Outcomes(context, plan.Begun, request.Wait, request.WaitTimeoutMs, Settle.StartError);
        var dropped = plan.NewIds.Count > 0 ? await DropWhatCannotRun(context, plan) : null;
        if (request.Wait) await EarlyDeaths.AddTo(context, plan.Begun.Pending, outcomes, request.SettleMs);
        var notes = new List<string>(plan.Notes);
        await LastLines.AddTo(context, plan.Begun.Pending, outcomes, notes);
        await Settle.NoteRetries(context, plan.Begun.Pending, notes);
        if (request.Wait) await Watching.Settle(context, plan.Begun.Pending, notes);
        var error = await Settle.Unsaved(dropped ?? plan.Begun.Saved);
        return new StartResponse
        {
            Success = error is null && outcomes.All(outcome => outcome.Error is null),
            Processes = outcomes,
            ProcessId = outcomes.Count > 0 ? outcomes[0].Id : null,
            Error = error,
            Notes = notes.Count > 0 ? notes : null,
        };
    }

    static Plan Begin(
        Supervisor supervisor, StartRequest request, IReadOnlyList<ProcessConfig> define, Requester? by)
    {
        if (request.Selectors is { Count: > 0 } selectors)
        {
            var known = supervisor.Selection.Resolve(selectors);
            if (known.IsKnown) return BeginKnown(supervisor, selectors, request, by);
            if (define.Count == 0) throw new NoSuchProcessException(known.Sentence!);
        }
        if (define.Count == 0) throw new RequestException(ErrorCode.InvalidParams, "nothing to start: give a name, a config file or a command");
        return BeginNew(supervisor, define, request, by);
    }

    static Plan BeginKnown(
        Supervisor supervisor, IReadOnlyList<string> selectors, StartRequest request, Requester? by)
    {
        var cells = supervisor.Selection.SelectToStart(selectors, out var left, out var named);
        if (request.HasOverrides && cells.Count > 0)
            throw new RequestException(ErrorCode.Failed,
                Definitions.AlreadyDefined(cells[0].Definition.Name));
        var isOne = cells.Count == 1 && left.Count == 0 && named.Contains(cells[0]);
        if (isOne && !request.Force && !request.Again) RefuseOnline(cells[0]);
        if (request.UpdateEnv && request.Client is { } client) Environments.Update(supervisor, cells, client);
        var plan = Begin(supervisor, cells, request.Force, [], left, by);
        if (!request.Force && !request.Again) SayOnline(plan, named.Contains);
        return plan;
    }

    static Plan BeginNew(
        Supervisor supervisor, IReadOnlyList<ProcessConfig> define, StartRequest request, Requester? by)
    {
        for (var i = 0; i < define.Count; i++)
        {
            if (supervisor.Table.NameProblem(define[i].Name!) is { } taken)
                throw new RequestException(ErrorCode.Failed, taken);
            var isGiven = request.Define![i].Name is not null;
            if (!request.Force && !isGiven && supervisor.Table.ByName(define[i].Name!) is { } other)
                RefuseOther(other, define[i]);
        }
        foreach (var config in define)
            if (!request.Force && !request.Again && define.Count == 1 && supervisor.Table.ByName(config.Name!) is { } existing)
                foreach (var cell in supervisor.Table.Instances(existing.Id)!) RefuseOnline(cell);
        Definitions.CheckDependencies(supervisor, define);
        Definitions.CheckScripts(define.Where(config => config.Enabled != false));
        var client = request.Client!;
        var wanted = new List<SupervisedProcess>();
        var newIds = new List<int>();
        var remarks = new List<string>();
        foreach (var config in define)
            if (request.Selectors is not null && ScheduleRules.JobHint(config) is { } hint) remarks.Add(hint);
        foreach (var config in define)
        {
            var existing = supervisor.Table.ByName(config.Name!);
            if (existing is not null && MustKeep(supervisor, existing, request.Force, out var kept))
            {
                wanted.AddRange(kept);
                continue;
            }
            if (existing is not null && IsOther(existing, config))
                remarks.Add($"'{existing.Name}' ran another command before: {WhatRuns(existing.Config)}");
            var cells = supervisor.Define(config, client.Environment, client.OpenFilesLimit, existing, client.Launch);
            if (existing is null) newIds.Add(cells[0].Key.Id);
            if (!config.Enabled ?? false) continue;
            wanted.AddRange(cells);
        }
        var plan = Begin(supervisor, wanted, request.Force, newIds, [], by);
        // Only for names that were typed: for a file, a process that is online already is in order.
        if (request is { Selectors: not null, Force: false, Again: false }) SayOnline(plan, static _ => true);
        return plan with { Notes = [.. remarks, .. plan.Notes] };
    }

    /// <summary>A process that runs keeps its definition, unless force is used.</summary>
    static bool MustKeep(Supervisor supervisor, ProcessDefinition existing, bool force, out SupervisedProcess[] cells)
    {
        cells = supervisor.Table.Instances(existing.Id)![..existing.Instances];
        return !force && cells.Any(cell => cell.State.HasChild);
    }

    /// <summary>In the order of dependencies, with those that are down.</summary>
    static Plan Begin(
        Supervisor supervisor, List<SupervisedProcess> wanted, bool force, IReadOnlyList<int> newIds,
            List<SupervisedProcess> left, Requester? by)
    {
        var notes = new List<string>();
        var restarted = force ? wanted.Where(cell => cell.State.Phase is LifecyclePhase.Starting or LifecyclePhase.Online).ToHashSet() : [];
        var cells = supervisor.Dependencies.ToStart(wanted, notes);
        ProcessSelection.TellOfLeft(left, cells, notes);
        var pending = cells
            .Select(cell => restarted.Contains(cell)
                ? supervisor.Restart(cell, Cause.Requested(CauseRequest.Restart) with { By = by })
                : supervisor.Start(cell, Cause.Requested(CauseRequest.Start) with { By = by })).ToList();
        return new Plan(new Settle.Begun(pending, supervisor.Save()), newIds, notes);
    }

    /// <summary>
    /// Nobody chose the name of the new one: that it is the name of another command is a coincidence, and no reason to
    /// replace that one.
    /// </summary>
    static void RefuseOther(ProcessDefinition existing, ProcessConfig config)
    {
        if (!IsOther(existing, config)) return;
        throw new RequestException(ErrorCode.Failed,
            $"'{existing.Name}' is defined already and runs another command: {WhatRuns(existing.Config)}; "
            + "give this one a name of its own with --name NAME, start that one with: "
            + $"tspm start {ShellWords.Quote(existing.Name)}, or replace it with --force");
    }

    static bool IsOther(ProcessDefinition existing, ProcessConfig config) =>
        ConfigDifference.Between(existing.Config, config).Exists(ApplyPlan.SaysWhatRuns);

    static string WhatRuns(ProcessConfig config)
    {
        var command = config.Args is null ? config.Command
            : string.Join(' ', ((string[])[config.Command!, .. config.Args]).Select(ShellWords.Quote));
        return $"{command}, in {config.ProjectDir}";
    }

    static void RefuseOnline(SupervisedProcess cell)
    {
        if (cell.State.Phase == LifecyclePhase.Online)
            throw new RequestException(ErrorCode.Failed, $"'{cell.Definition.Name}' is {AlreadyOnline(cell)}");
    }

    /// <summary>Of several, the others are started; whoever named one that is online is told all the same.</summary>
    static void SayOnline(Plan plan, Func<SupervisedProcess, bool> isNamed)
    {
        foreach (var pending in plan.Begun.Pending)
            if (pending.Unchanged && isNamed(pending.Cell)) pending.Problem = AlreadyOnline(pending.Cell);
    }

    static string AlreadyOnline(SupervisedProcess cell)
    {
        var name = ShellWords.Quote(cell.Definition.Name);
        return $"already online (pid {cell.View.Pid}); restart it with: tspm restart {name}, or use --force";
    }

    /// <summary>Removes the new definitions none of whose instances could be spawned. The save that makes that durable; null: nothing to remove.</summary>
    static async Task<Task<string?>?> DropWhatCannotRun(DaemonContext context, Plan plan) => await context.Supervisor.Ask(supervisor =>
    {
        var dropped = false;
        // The newest first: so all their numbers are free again.
        for (var i = plan.NewIds.Count - 1; i >= 0; i--)
        {
            var id = plan.NewIds[i];
            if (supervisor.Table.Instances(id) is not { } cells || !cells.All(NeverRan) || supervisor.Dependencies.Dependents(cells[0].Definition.Name).Count > 0) continue;
            supervisor.Table.Withdraw(id);
            dropped = true;
        }
        return dropped ? supervisor.Save() : null;
    });

    static bool NeverRan(SupervisedProcess cell) => cell.State.Phase == LifecyclePhase.Errored && cell.View.RecentExits.Count == 0;
}
