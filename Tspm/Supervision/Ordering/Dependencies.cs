using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Ordering;

/// <summary>
/// What waits for what. An instance is held back in front of its spawn (see <see cref="ProcessLifecycle"/>) until each
/// of its dependencies is fulfilled: of a process with several instances one that is started or ready is enough,
/// completed have to be all. Who waits is looked at again after each change of any instance; nobody waits by a timer.
/// </summary>
internal sealed class Dependencies(ProcessTable table, Action<Action> post) : IProcessObserver
{
    readonly HashSet<SupervisedProcess> _held = [];
    bool _posted;

    /// <summary>
    /// Why an instance must wait for other reasons than what it depends on; null: nothing is in its way.
    /// </summary>
    public Func<SupervisedProcess, string?>? HeldElsewhere { get; init; }

    public void OnChanged(SupervisedProcess cell, LifecycleState before)
    {
        if (cell.State.Phase == LifecyclePhase.Held) _held.Add(cell);
        else _held.Remove(cell);
        if (_held.Count == 0 || _posted) return;
        _posted = true;
        post(LookAgain);
    }

    /// <summary>Who is held back goes on, if nothing is in his way any more.</summary>
    public void LookAgain()
    {
        _posted = false;
        foreach (var cell in _held.ToArray())
        {
            if (Missing(cell) is not { } why) cell.Handle(new LifecycleEvent.Freed());
            else if (why != cell.State.Cause.Detail)
                cell.Handle(new LifecycleEvent.HeldBack(Cause.Observed(CauseCode.Dependency, why)));
        }
    }

    /// <summary>Why an instance must not be started yet, such as "waits for db to be ready"; null: it may.</summary>
    public string? Missing(SupervisedProcess cell)
    {
        if (HeldElsewhere?.Invoke(cell) is { } elsewhere) return elsewhere;
        foreach (var dependency in cell.Definition.Config.DependsOn ?? [])
            if (!IsFulfilled(dependency, out var cells))
                return $"waits for {dependency.Name}{Because(dependency, cells)}";
        return null;
    }

    /// <summary>
    /// Nobody tries to bring about what it waits for: whoever waits for its start need not wait longer.
    /// </summary>
    public bool IsStuck(SupervisedProcess cell)
    {
        if (HeldElsewhere?.Invoke(cell) is not null) return true;
        foreach (var dependency in cell.Definition.Config.DependsOn ?? [])
            if (!IsFulfilled(dependency, out var cells) && Array.TrueForAll(cells, IsIdle)) return true;
        return false;
    }

    bool IsIdle(SupervisedProcess cell) =>
        cell.State.Phase is LifecyclePhase.Stopped or LifecyclePhase.Errored or LifecyclePhase.Waiting
            || (cell.State.Phase == LifecyclePhase.Held && IsStuck(cell));

    bool IsFulfilled(Dependency dependency, out SupervisedProcess[] cells)
    {
        cells = CellsOf(dependency);
        return dependency.Condition switch
        {
            Dependency.Completed => cells.Length > 0 && Array.TrueForAll(cells, HasCompleted),
            Dependency.Started => Array.Exists(cells, Runs),
            _ => Array.Exists(cells, static cell => cell.State.Phase == LifecyclePhase.Online),
        };
    }

    SupervisedProcess[] CellsOf(Dependency dependency) =>
        table.ByName(dependency.Name) is { } definition ? table.Instances(definition.Id)![..definition.Instances] : [];

    /// <summary>By itself: what was stopped has not done its work.</summary>
    static bool HasCompleted(SupervisedProcess cell) =>
        cell.State.Phase == LifecyclePhase.Stopped
        && cell.View.RecentExits is [{ ExitCode: 0, Cause: CauseCode.Exit }, ..];

    static string Because(Dependency dependency, SupervisedProcess[] cells)
    {
        if (cells.Length == 0) return ", which is not defined";
        foreach (var cell in cells)
            if (cell.State.Phase is not (LifecyclePhase.Stopped or LifecyclePhase.Errored or LifecyclePhase.Waiting
                or LifecyclePhase.Held))
                return dependency.Condition switch
                {
                    Dependency.Completed => " to complete",
                    Dependency.Started => " to be started",
                    _ => " to be ready"
                };
        // The first that is not where it should be.
        var idle = Array.Find(cells, static cell => cell.State.Phase != LifecyclePhase.Stopped) ?? cells[0];
        var reason = idle.State.Reason;
        return idle.State.Phase switch
        {
            LifecyclePhase.Held => $", which {reason}",
            LifecyclePhase.Errored => $", which is errored: {reason}",
            LifecyclePhase.Waiting => $", which is to be tried again: {reason}",
            _ => $", which is stopped: {reason}",
        };
    }

    /// <summary>
    /// The instances in an order in which each comes behind those it depends on; with all instances of processes that
    /// they depend on and that are down. Those are told in the notes.
    /// </summary>
    public List<SupervisedProcess> ToStart(IReadOnlyList<SupervisedProcess> wanted, List<string> notes)
    {
        // The usual case; and no look at every pair of a thousand.
        if (!wanted.Any(cell => cell.Definition.Config.DependsOn is not null)) return [.. wanted];
        var order = new List<SupervisedProcess>(wanted.Count);
        var seen = new HashSet<int>();
        var chosen = wanted.Select(cell => cell.Key.Id).ToHashSet();
        foreach (var cell in wanted) Visit(cell.Definition);
        return order;

        void Visit(ProcessDefinition definition)
        {
            if (!seen.Add(definition.Id)) return;
            foreach (var dependency in definition.Config.DependsOn ?? [])
            {
                if (table.ByName(dependency.Name) is not { } needed || seen.Contains(needed.Id)) continue;
                if (!chosen.Contains(needed.Id))
                {
                    if (IsFulfilled(dependency, out var cells)
                        || !Array.TrueForAll(cells,
                            static cell =>
                                cell.State.Phase is LifecyclePhase.Stopped or LifecyclePhase.Errored)) continue;
                    notes.Add($"{needed.Name} is started too: {definition.Name} depends on it");
                }
                Visit(needed);
            }
            if (chosen.Contains(definition.Id)) order.AddRange(wanted.Where(cell => cell.Key.Id == definition.Id));
            else order.AddRange(table.Instances(definition.Id)![..definition.Instances]);
        }
    }

    /// <summary>Definitions that depend on the one of this name.</summary>
    public List<ProcessDefinition> Dependents(string name) =>
        table.Definitions
            .FindAll(definition => definition.Config.DependsOn?.Any(dependency => dependency.Name == name) == true);

    /// <summary>
    /// Sentences about processes that run and depend on one that will have no child any more, also by way of others: of
    /// those, one that completes its work has left something behind that is of no use without what it worked on.
    /// </summary>
    public List<string> Warnings(IReadOnlyList<SupervisedProcess> stopped)
    {
        var notes = new List<string>();
        var going = stopped.ToHashSet();
        foreach (var definition in table.Definitions)
        {
            if (definition.Config.DependsOn is null
                || !Array.Exists(table.Instances(definition.Id)!,
                    cell => Runs(cell) && !going.Contains(cell))) continue;
            Warn(definition, definition, null, going, [definition.Id], notes);
        }
        return notes;
    }

    /// <param name="dependent">Who runs.</param>
    /// <param name="at">Whose dependencies are looked at: its own, or those of what it depends on.</param>
    /// <param name="through">The first step from the one to the other; null: they are the same.</param>
    /// <param name="going">What is being stopped.</param>
    /// <param name="seen">Processes that need not be looked at again.</param>
    /// <param name="notes">Takes the sentences.</param>
    void Warn(
        ProcessDefinition dependent, ProcessDefinition at, string? through, HashSet<SupervisedProcess> going,
        HashSet<int> seen, List<string> notes)
    {
        var down = new List<ProcessDefinition>();
        foreach (var dependency in at.Config.DependsOn ?? [])
        {
            if (table.ByName(dependency.Name) is not { } needed || !seen.Add(needed.Id)) continue;
            var cells = CellsOf(dependency);
            var isEnding = Array.Exists(cells, Runs)
                && Array.TrueForAll(cells, cell => going.Contains(cell) || !Runs(cell));
            var way = through is null ? "" : $" (through {through})";
            if (isEnding && dependency.Condition != Dependency.Completed)
                notes.Add($"warning: {dependent.Name} is online and depends on {needed.Name}{way}");
            // What runs in between has a warning of its own.
            if (!Array.Exists(cells, Runs)) down.Add(needed);
        }
        foreach (var between in down) Warn(dependent, between, through ?? between.Name, going, seen, notes);
    }

    static bool Runs(SupervisedProcess cell) => cell.State.Phase is LifecyclePhase.Starting or LifecyclePhase.Online;
}
