using System.Collections.Immutable;
using Tspm.Events;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision;

/// <summary>
/// All definitions and their instances. Owned by the supervisor's thread; other threads may read
/// <see cref="Processes"/> and each instance's snapshot.
/// </summary>
internal sealed class ProcessTable(SupervisionServices services)
{
    readonly SortedDictionary<int, SupervisedProcess[]> _byId = [];
    LaunchContext? _lastLaunch;

    /// <summary>
    /// All instances, ordered by id and instance number; replaced as a whole when one is added or removed.
    /// </summary>
    public ImmutableArray<SupervisedProcess> Processes { get; private set; } = [];

    public int NextId { get; set; }

    /// <summary>The environments of all definitions.</summary>
    public KeptEnvironments Environments { get; } = new();

    /// <summary>Called whenever the state of an instance changes.</summary>
    public Action<SupervisedProcess, LifecycleState>? Changed { get; set; }

    /// <summary>Called when a definition or an instance is added, removed or changed.</summary>
    public Action? DefinitionsChanged { get; set; }

    /// <summary>See <see cref="SupervisedProcess.HeldBy"/>.</summary>
    public Func<SupervisedProcess, string?>? HeldBy { get; set; }

    /// <summary>See <see cref="LogMoves.MovingOf"/>.</summary>
    public Func<int, Task?>? LogsMoving { get; set; }

    /// <summary>
    /// All definitions, ordered by id. A new list each time, because a loop over it may change the table.
    /// </summary>
    public List<ProcessDefinition> Definitions => [.. _byId.Values.Select(static instances => instances[0].Definition)];

    /// <summary>
    /// The instances of a process, ordered by number, surplus ones last; null if there is no such process.
    /// </summary>
    public SupervisedProcess[]? Instances(int id) => _byId.GetValueOrDefault(id);

    public ProcessDefinition? ByName(string name)
    {
        foreach (var instances in _byId.Values)
            if (instances[0].Definition.Name == name) return instances[0].Definition;
        return null;
    }

    public SupervisedProcess? Find(InstanceKey key) =>
        _byId.TryGetValue(key.Id, out var instances) && key.Instance < instances.Length
            ? instances[key.Instance] : null;

    /// <summary>Called when this state is on disk.</summary>
    public void OnSaved(ProcessesFile file)
    {
        Environments.OnSaved(file.Environments);
        _logNames.Clear();
        foreach (var definition in file.Processes)
            if (definition.LogsUnder is { } under && under.Name != definition.Name)
                _logNames[under.Name] = definition.Id;
    }

    /// <summary>
    /// Former names under which, according to the state on disk, log files may still lie, with the process's id.
    /// </summary>
    readonly Dictionary<string, int> _logNames = new(StringComparer.Ordinal);

    /// <summary>Why a process may not take this name yet; null if it may, or already has it.</summary>
    /// <param name="name">A name that no other process has.</param>
    /// <param name="id">The process that is to get the name; null for a new process.</param>
    public string? NameProblem(string name, int? id = null)
    {
        var owner = _logNames.TryGetValue(name, out var former) ? Instances(former)?[0].Definition : null;
        owner ??= Definitions.FirstOrDefault(definition => definition.LogsUnder?.Name == name);
        return owner is null || owner.Name == name || owner.Id == id ? null
            : $"the name '{name}' is not free yet: the log files of '{owner.Name}' use it until its rename is saved "
                + "(see tspm status); try again then";
    }

    /// <summary>
    /// Adds a definition, or replaces the one with the same id. Existing instances keep their children; new ones get
    /// the next numbers. Surplus instances (see <see cref="SupervisedProcess.IsSurplus"/>) stay until
    /// <see cref="DropSurplus"/>, because their children must be stopped first.
    /// </summary>
    public SupervisedProcess[] Put(ProcessDefinition definition, bool isNew = true)
    {
        // Nearly all definitions come from the same shell, so they share one object.
        if (definition.Launch is { } launch)
        {
            if (launch != _lastLaunch) _lastLaunch = launch;
            definition = definition with { Launch = _lastLaunch };
        }
        var existing = _byId.GetValueOrDefault(definition.Id) ?? [];
        if (definition.Deletion is null) _excluded.Remove(definition.Id);
        foreach (var instance in existing) instance.Redefine(definition, isNew);
        DefinitionsChanged?.Invoke();
        return Resize(definition, existing, Math.Max(existing.Length, definition.Instances));
    }

    /// <summary>Restores surplus instances whose children an earlier daemon had not stopped yet.</summary>
    public void Extend(int id, int instances)
    {
        var existing = _byId[id];
        Resize(existing[0].Definition, existing, Math.Max(existing.Length, instances));
    }

    SupervisedProcess[] Resize(ProcessDefinition definition, SupervisedProcess[] existing, int length)
    {
        if (existing.Length == length) return existing;
        var instances = new SupervisedProcess[length];
        for (var i = 0; i < instances.Length; i++)
            instances[i] = i < existing.Length
                ? existing[i]
                : New(new InstanceKey(definition.Id, i), definition);
        _byId[definition.Id] = instances;
        NextId = Math.Max(NextId, definition.Id + 1);
        Index();
        return instances;
    }

    SupervisedProcess New(InstanceKey key, ProcessDefinition definition) =>
        new(services, key, definition, _environmentOf ??= Environments.Of, _unsavedOf ??= Environments.UnsavedOf)
        {
            Changed = _changed ??= (process, before) => Changed?.Invoke(process, before),
            HeldBy = _heldBy ??= process => HeldBy?.Invoke(process),
            LogsMoving = _logsMoving ??= id => LogsMoving?.Invoke(id),
        };

    // Shared by all instances: with thousands of processes, a delegate for each would cost noticeable memory.
    Func<ProcessDefinition, IReadOnlyDictionary<string, string>>? _environmentOf;
    Func<ProcessDefinition, IReadOnlyDictionary<string, string>?>? _unsavedOf;
    Action<SupervisedProcess, LifecycleState>? _changed;
    Func<SupervisedProcess, string?>? _heldBy;
    Func<int, Task?>? _logsMoving;

    /// <summary>Forgets stopped surplus instances, highest number first.</summary>
    public void DropSurplus(int id)
    {
        if (!_byId.TryGetValue(id, out var instances)) return;
        var length = instances.Length;
        while (instances[length - 1] is { IsSurplus: true, State.Phase: LifecyclePhase.Stopped } last)
        {
            last.Forget();
            services.Records.Remove(last.Key);
            length--;
        }
        if (length == instances.Length) return;
        _byId[id] = instances[..length];
        Index();
    }

    /// <summary>Leaves a definition out of the saved state until it is removed or changed.</summary>
    public void ExcludeFromSave(int id) => _excluded.Add(id);

    /// <summary>See <see cref="ExcludeFromSave"/>.</summary>
    public bool IsExcluded(int id) => _excluded.Contains(id);

    readonly HashSet<int> _excluded = [];

    public void Remove(int id)
    {
        _excluded.Remove(id);
        if (!_byId.Remove(id, out var instances)) return;
        foreach (var instance in instances)
        {
            instance.Forget();
            services.Records.Remove(instance.Key);
        }
        Index();
    }

    /// <summary>Removes a definition that never had a child; the next definition may get its id.</summary>
    public void Withdraw(int id)
    {
        var instances = Instances(id) ?? [];
        Remove(id);
        if (NextId == id + 1) NextId = id;
        // Events are looked up by id: this event separates those of this process from those of the next one with the
        // same id.
        foreach (var instance in instances)
            _ = services.AppendEvent(WithdrawnProcesses.Withdrawal(instance.Key, instance.Definition.Name));
    }

    /// <summary>The state to save; desired states are read from the instances.</summary>
    public ProcessesFile Snapshot()
    {
        var processes = new List<SavedProcess>(_byId.Count);
        var used = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instances in _byId.Values)
        {
            var definition = instances[0].Definition;
            kept.Add(definition.EnvironmentKey);
            if (IsExcluded(definition.Id)) continue;
            processes.Add(WithDesired(definition, instances));
            used.TryAdd(definition.EnvironmentKey, Environments.Of(definition));
        }
        Environments.ForgetAllBut(kept);
        return new ProcessesFile
        {
            Format = ProcessesFile.CurrentFormat,
            NextId = NextId,
            Processes = processes,
            Environments = used,
        };
    }

    static SavedProcess WithDesired(ProcessDefinition definition, SupervisedProcess[] instances)
    {
        var down = instances.Where(
            static instance => !instance.IsSurplus && instance.State.Desired == DesiredState.Down)
            .Select(static instance => instance.Key.Instance).ToList();
        if (down.Count == definition.Instances) return SavedProcess.From(definition, DesiredState.Down);
        return SavedProcess.From(definition, DesiredState.Up, down.Count == 0 ? null : down);
    }

    void Index()
    {
        Processes = [.. _byId.Values.SelectMany(instances => instances)];
        DefinitionsChanged?.Invoke();
    }

    /// <summary>Loads the saved state. Environments come first, because definitions refer to them.</summary>
    public void Load(ProcessesFile file)
    {
        NextId = file.NextId;
        Environments.Load(file.Environments);
        OnSaved(file);
        foreach (var saved in file.Processes) Put(saved.WithoutDesiredState());
    }
}
