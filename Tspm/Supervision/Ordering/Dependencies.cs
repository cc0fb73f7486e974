using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;

namespace Tspm.Supervision.Ordering;

/// <summary>
/// Decides which instances must wait for others. An instance is held before its spawn (see
/// <see cref="ProcessLifecycle"/>) until its dependencies are met: for <c>started</c> and <c>ready</c>, one instance of
/// the other process is enough; for <c>completed</c>, all of them are needed. Held instances are rechecked after every
/// change of any instance; there is no timer.
/// </summary>
internal sealed class Dependencies(ProcessTable table, Action<Action> post) : IProcessObserver
{
    readonly HashSet<SupervisedProcess> _held = [];
    bool _posted;

    /// <summary>Why an instance must wait for something other than its dependencies; null if it need not.</summary>
    public Func<SupervisedProcess, string?>? HeldElsewhere { get; init; }

    public void OnChanged(SupervisedProcess instance, LifecycleState before)
    {
        if (instance.State.Phase == LifecyclePhase.Held) _held.Add(instance);
        else _held.Remove(instance);
        if (_held.Count == 0 || _posted) return;
        _posted = true;
        post(RecheckHeld);
    }

    /// <summary>Starts held instances whose dependencies are met, and updates the reason of the others.</summary>
    public void RecheckHeld()
    {
        _posted = false;
        foreach (var instance in _held.ToArray())
        {
            if (Missing(instance) is not { } why) instance.Handle(new LifecycleEvent.Released());
            else if (why != instance.State.Cause.Detail)
                instance.Handle(new LifecycleEvent.HeldBack(Cause.Observed(CauseCode.Dependency, why)));
        }
    }

    /// <summary>
    /// Why an instance must not be started yet, for example "waits for db to be ready"; null if it may.
    /// </summary>
    public string? Missing(SupervisedProcess instance)
    {
        if (HeldElsewhere?.Invoke(instance) is { } elsewhere) return elsewhere;
        foreach (var dependency in instance.Definition.Config.DependsOn ?? [])
            if (!IsFulfilled(dependency, out var instances))
                return $"waits for {dependency.Name}{Because(dependency, instances)}";
        return null;
    }

    /// <summary>
    /// Whether nothing is under way that could meet the dependencies: then a client waiting for the start need not wait
    /// longer.
    /// </summary>
    public bool IsStuck(SupervisedProcess instance)
    {
        if (HeldElsewhere?.Invoke(instance) is not null) return true;
        foreach (var dependency in instance.Definition.Config.DependsOn ?? [])
            if (!IsFulfilled(dependency, out var instances) && Array.TrueForAll(instances, IsIdle)) return true;
        return false;
    }

    bool IsIdle(SupervisedProcess instance) =>
        instance.State.Phase is LifecyclePhase.Stopped or LifecyclePhase.Errored or LifecyclePhase.Waiting
            || (instance.State.Phase == LifecyclePhase.Held && IsStuck(instance));

    bool IsFulfilled(Dependency dependency, out SupervisedProcess[] instances)
    {
        instances = InstancesOf(dependency);
        return dependency.Condition switch
        {
            Dependency.Completed => instances.Length > 0 && Array.TrueForAll(instances, HasCompleted),
            Dependency.Started => Array.Exists(instances, Runs),
            _ => Array.Exists(instances, static instance => instance.State.Phase == LifecyclePhase.Online),
        };
    }

    SupervisedProcess[] InstancesOf(Dependency dependency) =>
        table.ByName(dependency.Name) is { } definition ? table.Instances(definition.Id)![..definition.Instances] : [];

    /// <summary>Whether the instance completed on its own: a stop does not count.</summary>
    static bool HasCompleted(SupervisedProcess instance) =>
        instance.State.Phase == LifecyclePhase.Stopped
        && instance.View.RecentExits is [{ ExitCode: 0, Cause: CauseCode.Exit }, ..];

    static string Because(Dependency dependency, SupervisedProcess[] instances)
    {
        if (instances.Length == 0) return ", which is not defined";
        foreach (var instance in instances)
            if (instance.State.Phase is not (LifecyclePhase.Stopped or LifecyclePhase.Errored or LifecyclePhase.Waiting
                or LifecyclePhase.Held))
                return dependency.Condition switch
                {
                    Dependency.Completed => " to complete",
                    Dependency.Started => " to be started",
                    _ => " to be ready"
                };
        // The first instance that is in an unexpected state.
        var idle = Array.Find(instances, static instance => instance.State.Phase != LifecyclePhase.Stopped)
            ?? instances[0];
        var reason = idle.State.Reason;
        return idle.State.Phase switch
        {
            LifecyclePhase.Held => $", which {reason}",
            LifecyclePhase.Errored => $", which is errored: {reason}",
            LifecyclePhase.Waiting => $", which will be retried: {reason}",
            _ => $", which is stopped: {reason}",
        };
    }

    /// <summary>
    /// Orders the instances so that dependencies come first, adds all instances of dependencies that are down, and
    /// reports the additions in <paramref name="notes"/>.
    /// </summary>
    public List<SupervisedProcess> ToStart(IReadOnlyList<SupervisedProcess> wanted, List<string> notes)
    {
        // The usual case, which avoids comparing every pair of a thousand instances.
        if (!wanted.Any(instance => instance.Definition.Config.DependsOn is not null)) return [.. wanted];
        var order = new List<SupervisedProcess>(wanted.Count);
        var seen = new HashSet<int>();
        var chosen = wanted.Select(instance => instance.Key.Id).ToHashSet();
        foreach (var instance in wanted) Visit(instance.Definition);
        return order;

        void Visit(ProcessDefinition definition)
        {
            if (!seen.Add(definition.Id)) return;
            foreach (var dependency in definition.Config.DependsOn ?? [])
            {
                if (table.ByName(dependency.Name) is not { } needed || seen.Contains(needed.Id)) continue;
                if (!chosen.Contains(needed.Id))
                {
                    if (IsFulfilled(dependency, out var instances)
                        || !Array.TrueForAll(instances,
                            static instance =>
                                instance.State.Phase is LifecyclePhase.Stopped or LifecyclePhase.Errored)) continue;
                    notes.Add($"{needed.Name} is started too: {definition.Name} depends on it");
                }
                Visit(needed);
            }
            if (chosen.Contains(definition.Id))
                order.AddRange(wanted.Where(instance => instance.Key.Id == definition.Id));
            else order.AddRange(table.Instances(definition.Id)![..definition.Instances]);
        }
    }

    /// <summary>The definitions that depend on the process of this name.</summary>
    public List<ProcessDefinition> Dependents(string name) =>
        table.Definitions
            .FindAll(definition => definition.Config.DependsOn?.Any(dependency => dependency.Name == name) == true);

    /// <summary>
    /// Warns about running processes that depend, directly or through others, on a process that is being stopped.
    /// A chain of dependencies also leads through processes that have completed, because their results may be useless
    /// once what they depended on is gone.
    /// </summary>
    public List<string> Warnings(IReadOnlyList<SupervisedProcess> stopped)
    {
        var notes = new List<string>();
        var going = stopped.ToHashSet();
        foreach (var definition in table.Definitions)
        {
            if (definition.Config.DependsOn is null
                || !Array.Exists(table.Instances(definition.Id)!,
                    instance => Runs(instance) && !going.Contains(instance))) continue;
            Warn(definition, definition, null, going, [definition.Id], notes);
        }
        return notes;
    }

    /// <param name="dependent">The running process.</param>
    /// <param name="at">
    /// The process whose dependencies are examined: the dependent itself, or one that it depends on.
    /// </param>
    /// <param name="through">The first process on the way from the one to the other; null if they are the same.</param>
    /// <param name="going">The instances being stopped.</param>
    /// <param name="seen">Ids of processes that have been examined.</param>
    /// <param name="notes">Receives the warnings.</param>
    void Warn(
        ProcessDefinition dependent, ProcessDefinition at, string? through, HashSet<SupervisedProcess> going,
        HashSet<int> seen, List<string> notes)
    {
        var down = new List<ProcessDefinition>();
        foreach (var dependency in at.Config.DependsOn ?? [])
        {
            if (table.ByName(dependency.Name) is not { } needed || !seen.Add(needed.Id)) continue;
            var instances = InstancesOf(dependency);
            var isEnding = Array.Exists(instances, Runs)
                && Array.TrueForAll(instances, instance => going.Contains(instance) || !Runs(instance));
            var way = through is null ? "" : $" (through {through})";
            if (isEnding && dependency.Condition != Dependency.Completed)
                notes.Add($"warning: {dependent.Name} is online and depends on {needed.Name}{way}");
            // A running process in between gets a warning of its own.
            if (!Array.Exists(instances, Runs)) down.Add(needed);
        }
        foreach (var between in down) Warn(dependent, between, through ?? between.Name, going, seen, notes);
    }

    static bool Runs(SupervisedProcess instance) =>
        instance.State.Phase is LifecyclePhase.Starting or LifecyclePhase.Online;
}
