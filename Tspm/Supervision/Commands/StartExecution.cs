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
        if (!order.Force && !order.Again) ReportOnline(pending, named.Contains, []);
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
        if (order is { Selectors: not null, Force: false, Again: false })
            ReportOnline(pending, static _ => true, order.Define);
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
            foreach (var process in table.Instances(existing.Id)!) RefuseOnline(process, order.Define[0]);
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
                if (KeptRemark(kept, config) is { } keeps) remarks.Add(keeps);
                continue;
            }
            if (existing is not null && Redefinition.Remark(existing.Config, config) is { } remark)
                remarks.Add(remark);
            var caller = order.Caller!;
            var processes =
                supervisor.Define(config, caller.Environment, caller.OpenFilesLimit, existing, caller.Launch);
            if (order.IsTemporary)
                processes = supervisor.Put(processes[0].Definition with { IsTemporary = true });
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

    /// <summary>A process that is online is reported in its outcome; one that is still starting is not.</summary>
    /// <returns>Null if the order wants what runs.</returns>
    static string? KeptRemark(SupervisedProcess[] kept, ProcessConfig typed)
    {
        var isReported = kept.Any(static process => process.State.Phase == LifecyclePhase.Online);
        if (isReported || Redefinition.Other(kept[0].Definition.Config, typed) is not { } other) return null;
        return $"'{typed.Name}' already runs with {other}; to replace it with what you typed, "
            + "add --force to the command";
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
        if (Redefinition.OtherProgram(existing.Config, config) is not { } other) return;
        throw new OrderRefusedException(
            $"'{existing.Name}' is already defined with {other}; "
            + "give the new one its own name with --name NAME, start the existing one with: "
            + $"tspm start {ShellWords.Quote(existing.Name)}, or replace it with --force");
    }

    /// <param name="process">The instance to start.</param>
    /// <param name="typed">The definition that came with the order; null if there is none.</param>
    static void RefuseOnline(SupervisedProcess process, ProcessConfig? typed = null)
    {
        if (process.State.Phase == LifecyclePhase.Online)
            throw new OrderRefusedException($"'{process.Definition.Name}' is {AlreadyOnline(process, typed)}");
    }

    /// <summary>
    /// When several processes are started, reports each named process that is already online as a problem of its own.
    /// </summary>
    static void ReportOnline(
        List<PendingChange> begun, Func<SupervisedProcess, bool> isNamed, IReadOnlyList<ProcessConfig> typed)
    {
        foreach (var pending in begun)
            if (pending.Unchanged && isNamed(pending.Process))
                pending.Problem = AlreadyOnline(pending.Process,
                    typed.FirstOrDefault(config => config.Name == pending.Process.Definition.Name));
    }

    /// <summary>A restart would run the present definition, not the one that was typed.</summary>
    static string AlreadyOnline(SupervisedProcess process, ProcessConfig? typed)
    {
        var (name, pid) = (ShellWords.Quote(process.Definition.Name), process.View.Pid);
        var other = typed is null ? null : Redefinition.Other(process.Definition.Config, typed);
        return other is null
            ? $"already online (pid {pid}); restart it with: tspm restart {name}, or use --force"
            : $"already online (pid {pid}) with {other}; to replace it with what you typed, add --force to the "
                + $"command; to restart it as it is: tspm restart {name}";
    }
}
