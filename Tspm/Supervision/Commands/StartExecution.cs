using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>
/// Carries out <see cref="SupervisorCommand.Start"/>: known processes by selector, else new definitions.
/// </summary>
internal static class StartExecution
{
    public static StartedProcesses Run(Supervisor supervisor, SupervisorCommand.Start order)
    {
        if (order.Selectors is { Count: > 0 } selectors)
        {
            var known = supervisor.Selection.Resolve(selectors);
            if (known.IsKnown) return StartKnown(supervisor, selectors, order);
            if (order.Define.Count == 0) throw new NoSuchProcessException(known.Sentence!);
        }
        return StartNew(supervisor, order);
    }

    static StartedProcesses StartKnown(
        Supervisor supervisor, IReadOnlyList<string> selectors, SupervisorCommand.Start order)
    {
        var cells = supervisor.Selection.SelectToStart(selectors, out var left, out var named);
        if (order.HasOverrides && cells.Count > 0) throw OrderChecks.AlreadyDefined(cells[0].Definition.Name);
        var isOne = cells.Count == 1 && left.Count == 0 && named.Contains(cells[0]);
        if (isOne && !order.Force && !order.Again) RefuseOnline(cells[0]);
        if (order.NewEnvironment is { } caller) OrderChecks.Renew(supervisor.Table, cells, caller);
        var notes = new List<string>();
        var pending = Begin(supervisor, cells, left, order, notes);
        var begun = new BegunChanges(pending, supervisor.Save()) { Notes = notes };
        if (!order.Force && !order.Again) SayOnline(pending, named.Contains);
        return new StartedProcesses(begun, []);
    }

    static StartedProcesses StartNew(Supervisor supervisor, SupervisorCommand.Start order)
    {
        Check(supervisor.Table, order);
        var (notes, remarks) = (new List<string>(), Remarks(order));
        var wanted = Define(supervisor, order, remarks, out var newIds);
        var pending = Begin(supervisor, wanted, [], order, notes);
        var begun = new BegunChanges(pending, supervisor.Save()) { Notes = [.. remarks, .. notes] };
        // Only for names that were typed: for a file, a process that is online already is in order.
        if (order is { Selectors: not null, Force: false, Again: false }) SayOnline(pending, static _ => true);
        return new StartedProcesses(begun, newIds);
    }

    static void Check(ProcessTable table, SupervisorCommand.Start order)
    {
        foreach (var config in order.Define)
        {
            if (table.NameProblem(config.Name!) is { } taken) throw new OrderRefusedException(taken);
            var mayReplace = order.Force || order.ChosenNames.Contains(config.Name!);
            if (!mayReplace && table.ByName(config.Name!) is { } other) RefuseOther(other, config);
        }
        var isOne = order is { Force: false, Again: false, Define.Count: 1 };
        if (isOne && table.ByName(order.Define[0].Name!) is { } existing)
            foreach (var cell in table.Instances(existing.Id)!) RefuseOnline(cell);
        OrderChecks.Dependencies(table, order.Define);
        OrderChecks.Scripts(order.Define.Where(static config => config.Enabled != false), order.MissingScripts);
    }

    static List<string> Remarks(SupervisorCommand.Start order)
    {
        var remarks = new List<string>();
        foreach (var config in order.Define)
            if (order.Selectors is not null && ScheduleRules.JobHint(config) is { } hint) remarks.Add(hint);
        return remarks;
    }

    /// <summary>The instances to start; new definitions are put into the table.</summary>
    static List<SupervisedProcess> Define(
        Supervisor supervisor, SupervisorCommand.Start order, List<string> remarks, out List<int> newIds)
    {
        var wanted = new List<SupervisedProcess>();
        newIds = [];
        foreach (var config in order.Define)
        {
            var existing = supervisor.Table.ByName(config.Name!);
            if (existing is not null && MustKeep(supervisor.Table, existing, order.Force, out var kept))
            {
                wanted.AddRange(kept);
                continue;
            }
            if (existing is not null && IsOther(existing, config))
                remarks.Add($"'{existing.Name}' ran another command before: {WhatRuns(existing.Config)}");
            var caller = order.Caller!;
            var cells = supervisor.Define(config, caller.Environment, caller.OpenFilesLimit, existing, caller.Launch);
            if (existing is null) newIds.Add(cells[0].Key.Id);
            if (config.Enabled != false) wanted.AddRange(cells);
        }
        return wanted;
    }

    /// <summary>A process that runs keeps its definition, unless force is used.</summary>
    static bool MustKeep(ProcessTable table, ProcessDefinition existing, bool force, out SupervisedProcess[] cells)
    {
        cells = table.Instances(existing.Id)![..existing.Instances];
        return !force && cells.Any(static cell => cell.State.HasChild);
    }

    /// <summary>In the order of dependencies, with those that are down.</summary>
    static List<PendingChange> Begin(
        Supervisor supervisor, List<SupervisedProcess> wanted, List<SupervisedProcess> left,
        SupervisorCommand.Start order, List<string> notes)
    {
        var restarted = order.Force ? wanted.Where(IsUp).ToHashSet() : [];
        var cells = supervisor.Dependencies.ToStart(wanted, notes);
        ProcessSelection.TellOfLeft(left, cells, notes);
        var (restart, start) = (order.CauseOf(CauseRequest.Restart), order.CauseOf(CauseRequest.Start));
        return cells.Select(cell => restarted.Contains(cell)
            ? supervisor.Restart(cell, restart) : supervisor.Start(cell, start)).ToList();
    }

    static bool IsUp(SupervisedProcess cell) => cell.State.Phase is LifecyclePhase.Starting or LifecyclePhase.Online;

    /// <summary>
    /// Nobody chose the name of the new one: that it is the name of another command is a coincidence, and no reason to
    /// replace that one.
    /// </summary>
    static void RefuseOther(ProcessDefinition existing, ProcessConfig config)
    {
        if (!IsOther(existing, config)) return;
        throw new OrderRefusedException(
            $"'{existing.Name}' is defined already and runs another command: {WhatRuns(existing.Config)}; "
            + "give this one a name of its own with --name NAME, start that one with: "
            + $"tspm start {ShellWords.Quote(existing.Name)}, or replace it with --force");
    }

    static bool IsOther(ProcessDefinition existing, ProcessConfig config) =>
        ConfigDifference.Between(existing.Config, config).Exists(ApplyPlan.ChangesProgram);

    static string WhatRuns(ProcessConfig config)
    {
        var command = config.Args is null ? config.Command
            : string.Join(' ', ((string[])[config.Command!, .. config.Args]).Select(ShellWords.Quote));
        return $"{command}, in {config.ProjectDir}";
    }

    static void RefuseOnline(SupervisedProcess cell)
    {
        if (cell.State.Phase == LifecyclePhase.Online)
            throw new OrderRefusedException($"'{cell.Definition.Name}' is {AlreadyOnline(cell)}");
    }

    /// <summary>Of several, the others are started; whoever named one that is online is told all the same.</summary>
    static void SayOnline(List<PendingChange> begun, Func<SupervisedProcess, bool> isNamed)
    {
        foreach (var pending in begun)
            if (pending.Unchanged && isNamed(pending.Cell)) pending.Problem = AlreadyOnline(pending.Cell);
    }

    static string AlreadyOnline(SupervisedProcess cell)
    {
        var name = ShellWords.Quote(cell.Definition.Name);
        return $"already online (pid {cell.View.Pid}); restart it with: tspm restart {name}, or use --force";
    }
}
