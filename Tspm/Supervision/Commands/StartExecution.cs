using Tspm.Config;
using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Text;

namespace Tspm.Supervision.Commands;

/// <summary>
/// Carries out <see cref="SupervisorCommand.Start"/>: starts existing processes by selector, otherwise defines new
/// ones.
/// </summary>
internal static class StartExecution
{
    public static StartedProcesses Run(Supervisor supervisor, SupervisorCommand.Start order)
    {
        if (order.Selectors is { Count: > 0 } selectors)
        {
            var known = supervisor.Selection.Resolve(selectors);
            if (known.IsKnown) return StartKnown(supervisor, selectors, order);
            // NAME:INSTANCE of a known process is not the name of a program, even if a definition comes with it.
            if (order.Define.Count == 0 || known.ScaleHint is not null || known.IsInvalid)
                throw new NoSuchProcessException(known.Sentence + known.ScaleHint) { IsInvalid = known.IsInvalid };
        }
        return StartNew(supervisor, order);
    }

    static StartedProcesses StartKnown(
        Supervisor supervisor, IReadOnlyList<string> selectors, SupervisorCommand.Start order)
    {
        var processes = supervisor.Selection.SelectToStart(selectors, out var skipped, out var named);
        if (order.HasOverrides && processes.Count > 0) throw OrderChecks.AlreadyDefined(processes[0].Definition.Name);
        var isOne = processes.Count == 1 && skipped.Count == 0 && named.Contains(processes[0]);
        if (isOne && !order.Force && !order.Again) RefuseOnline(processes[0]);
        if (order.NewEnvironment is { } caller) OrderChecks.ReplaceEnvironment(supervisor.Table, processes, caller);
        var notes = new List<string>();
        var pending = Begin(supervisor, processes, skipped, order, notes);
        var begun = new BegunChanges(pending, supervisor.Save()) { Notes = notes };
        if (!order.Force && !order.Again) ReportOnline(pending, named.Contains);
        return new StartedProcesses(begun, []);
    }

    static StartedProcesses StartNew(Supervisor supervisor, SupervisorCommand.Start order)
    {
        Check(supervisor.Table, order);
        var (notes, remarks) = (new List<string>(), Remarks(order));
        var wanted = Define(supervisor, order, remarks, out var newIds);
        var pending = Begin(supervisor, wanted, [], order, notes);
        var begun = new BegunChanges(pending, supervisor.Save()) { Notes = [.. remarks, .. notes] };
        // Only for names that the user typed: when starting a file, a process that is already online is fine.
        if (order is { Selectors: not null, Force: false, Again: false }) ReportOnline(pending, static _ => true);
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
            foreach (var process in table.Instances(existing.Id)!) RefuseOnline(process);
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

    /// <summary>The instances to start; adds new definitions to the table.</summary>
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
            var processes =
                supervisor.Define(config, caller.Environment, caller.OpenFilesLimit, existing, caller.Launch);
            if (existing is null) newIds.Add(processes[0].Key.Id);
            if (config.Enabled != false) wanted.AddRange(processes);
        }
        return wanted;
    }

    /// <summary>A running process keeps its definition unless <c>--force</c> is used.</summary>
    static bool MustKeep(ProcessTable table, ProcessDefinition existing, bool force, out SupervisedProcess[] processes)
    {
        processes = table.Instances(existing.Id)![..existing.Instances];
        return !force && processes.Any(static process => process.State.HasChild);
    }

    /// <summary>Starts the instances in dependency order, together with dependencies that are down.</summary>
    static List<PendingChange> Begin(
        Supervisor supervisor, List<SupervisedProcess> wanted, List<SupervisedProcess> skipped,
        SupervisorCommand.Start order, List<string> notes)
    {
        var restarted = order.Force ? wanted.Where(IsUp).ToHashSet() : [];
        var processes = supervisor.Dependencies.ToStart(wanted, notes);
        ProcessSelection.NoteSkipped(skipped, processes, notes);
        var (restart, start) = (order.CauseOf(CauseRequest.Restart), order.CauseOf(CauseRequest.Start));
        return processes.Select(process => restarted.Contains(process)
            ? supervisor.Restart(process, restart, order.MissingScripts) : supervisor.Start(process, start)).ToList();
    }

    static bool IsUp(SupervisedProcess process) =>
        process.State.Phase is LifecyclePhase.Starting or LifecyclePhase.Online;

    /// <summary>
    /// Refuses a new definition whose derived name equals that of another command: nobody chose that name, so it is no
    /// reason to replace the other process.
    /// </summary>
    static void RefuseOther(ProcessDefinition existing, ProcessConfig config)
    {
        if (!IsOther(existing, config)) return;
        throw new OrderRefusedException(
            $"'{existing.Name}' is already defined with another command: {WhatRuns(existing.Config)}; "
            + "give the new one its own name with --name NAME, start the existing one with: "
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

    static void RefuseOnline(SupervisedProcess process)
    {
        if (process.State.Phase == LifecyclePhase.Online)
            throw new OrderRefusedException($"'{process.Definition.Name}' is {AlreadyOnline(process)}");
    }

    /// <summary>
    /// When several processes are started, reports each named process that is already online as a problem of its own.
    /// </summary>
    static void ReportOnline(List<PendingChange> begun, Func<SupervisedProcess, bool> isNamed)
    {
        foreach (var pending in begun)
            if (pending.Unchanged && isNamed(pending.Process)) pending.Problem = AlreadyOnline(pending.Process);
    }

    static string AlreadyOnline(SupervisedProcess process)
    {
        var name = ShellWords.Quote(process.Definition.Name);
        return $"already online (pid {process.View.Pid}); restart it with: tspm restart {name}, or use --force";
    }
}
