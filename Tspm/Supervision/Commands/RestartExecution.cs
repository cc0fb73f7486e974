using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Commands;

/// <summary>
/// Carries out <see cref="SupervisorCommand.Restart"/> and <see cref="SupervisorCommand.Reload"/>. Dependencies come
/// first, and dependencies that are down are started.
/// </summary>
internal static class RestartExecution
{
    public static BegunChanges Run(Supervisor supervisor, SupervisorCommand.Restart order)
    {
        var notes = new List<string>();
        var processes = Order(
            supervisor, order.Selectors, order.NewEnvironment, static _ => true, notes, out var wanted);
        var (restart, start) = (order.CauseOf(CauseRequest.Restart), order.CauseOf(CauseRequest.Start));
        List<PendingChange> pending = [.. processes.Select(process =>
            wanted.Contains(process)
                ? supervisor.Restart(process, restart, order.MissingScripts) : supervisor.Start(process, start))];
        return new BegunChanges(pending, supervisor.Save()) { Notes = notes };
    }

    public static BegunChanges Run(Supervisor supervisor, SupervisorCommand.Reload order)
    {
        var notes = new List<string>();
        var processes = Order(supervisor, order.Selectors, order.NewEnvironment, IsReloadable, notes, out var wanted);
        AddReloadNotes(wanted, notes);
        var pending = processes.Where(process => !wanted.Contains(process))
            .Select(process => supervisor.Start(process, order.CauseOf(CauseRequest.Start))).ToList();
        pending.AddRange(supervisor.Reload(
            [.. processes.Where(wanted.Contains)], order.CauseOf(CauseRequest.Reload), order.MissingScripts));
        return new BegunChanges(pending, supervisor.Save()) { Notes = notes };
    }

    static List<SupervisedProcess> Order(
        Supervisor supervisor, IReadOnlyList<string> selectors, CallerSettings? newEnvironment,
        Func<SupervisedProcess, bool> isIncluded, List<string> notes, out HashSet<SupervisedProcess> wanted)
    {
        var processes = supervisor.Selection.SelectToStart(selectors, out var skipped, out _);
        if (newEnvironment is not null) OrderChecks.ReplaceEnvironment(supervisor.Table, processes, newEnvironment);
        wanted = processes.Where(isIncluded).ToHashSet();
        foreach (var name in processes.Where(process => !isIncluded(process))
            .Select(static process => process.Definition.Name).Distinct())
            notes.Add($"'{name}' is a job, and there is nothing to reload: its next run uses the current settings");
        var ordered = supervisor.Dependencies.ToStart([.. wanted], notes);
        ProcessSelection.NoteSkipped(skipped, ordered, notes);
        return ordered;
    }

    /// <summary>
    /// A job runs until its work is done, and a second run beside it would do the work twice. A signal starts no second
    /// run.
    /// </summary>
    static bool IsReloadable(SupervisedProcess process) =>
        process.Definition.Config is not { IsJob: true } config
        || (process.State.Phase == LifecyclePhase.Online && config.Reload is { Mode: ReloadConfig.BySignal });

    /// <summary>Adds a note for each process that is not reloaded by replacing its child.</summary>
    static void AddReloadNotes(IEnumerable<SupervisedProcess> processes, List<string> notes)
    {
        foreach (var process in processes)
        {
            var config = process.Definition.Config;
            if (process.State.Phase == LifecyclePhase.Online && config.Reload is { Mode: ReloadConfig.BySignal } by)
                notes.Add($"{process.DisplayName}: sent {by.Signal ?? ReloadConfig.DefaultSignal} to pid "
                    + $"{process.View.Pid}, as set by reload.mode; the process keeps running");
            else if (!process.State.HasChild)
                notes.Add($"{process.DisplayName} was not online, so it is started instead of reloaded");
        }
    }
}
