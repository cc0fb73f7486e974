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
/// All definitions and their instances. Owned by the supervisor's thread; <see cref="Cells"/> is for readers, who look
/// at each cell's own snapshot.
/// </summary>
internal sealed class ProcessTable(SupervisionServices services)
{
    readonly SortedDictionary<int, SupervisedProcess[]> _byId = [];
    LaunchContext? _lastLaunch;

    /// <summary>Every instance in order of id and instance; replaced whole when one comes or goes.</summary>
    public ImmutableArray<SupervisedProcess> Cells { get; private set; } = [];

    public int NextId { get; set; }

    /// <summary>The environments of all definitions.</summary>
    public KeptEnvironments Environments { get; } = new();

    /// <summary>Called at every change of an instance's state.</summary>
    public Action<SupervisedProcess, LifecycleState>? Changed { get; set; }

    /// <summary>Called when a definition or an instance came, went or changed.</summary>
    public Action? Rearranged { get; set; }

    /// <summary>See <see cref="SupervisedProcess.HeldBy"/>.</summary>
    public Func<SupervisedProcess, string?>? HeldBy { get; set; }

    /// <summary>See <see cref="LogMoves.MovingOf"/>.</summary>
    public Func<int, Task?>? LogsMoving { get; set; }

    /// <summary>
    /// Every definition, in order of number: a list of its own, because a loop over it may change the table.
    /// </summary>
    public List<ProcessDefinition> Definitions => [.. _byId.Values.Select(static cells => cells[0].Definition)];

    /// <summary>In the order of their numbers, surplus ones last. Null: no such process.</summary>
    public SupervisedProcess[]? Instances(int id) => _byId.GetValueOrDefault(id);

    public ProcessDefinition? ByName(string name)
    {
        foreach (var cells in _byId.Values)
            if (cells[0].Definition.Name == name) return cells[0].Definition;
        return null;
    }

    public SupervisedProcess? Find(InstanceKey key) =>
        _byId.TryGetValue(key.Id, out var cells) && key.Instance < cells.Length ? cells[key.Instance] : null;

    /// <summary>This state is on disk.</summary>
    public void OnSaved(ProcessesFile file)
    {
        Environments.OnSaved(file.Environments);
        _logNames.Clear();
        foreach (var definition in file.Processes)
            if (definition.LogsUnder is { } under && under.Name != definition.Name)
                _logNames[under.Name] = definition.Id;
    }

    /// <summary>
    /// By the state on disk, log files of processes may still lie under these names of theirs, which they have given
    /// up.
    /// </summary>
    readonly Dictionary<string, int> _logNames = new(StringComparer.Ordinal);

    /// <summary>Why a process may not get this name yet; null: it may, or has it.</summary>
    /// <param name="name">Of no other process.</param>
    /// <param name="id">The process that is to get it; null: a new one.</param>
    public string? NameProblem(string name, int? id = null)
    {
        var owner = _logNames.TryGetValue(name, out var former) ? Instances(former)?[0].Definition : null;
        owner ??= Definitions.FirstOrDefault(definition => definition.LogsUnder?.Name == name);
        return owner is null || owner.Name == name || owner.Id == id ? null
            : $"the name '{name}' is not free yet: the log files of '{owner.Name}' use it until its rename is saved "
                + "(see tspm status); try again then";
    }

    /// <summary>
    /// Adds a definition, or replaces the one with its number. Instances keep their children; new ones get the numbers
    /// behind the last. Those that the definition has no longer (see <see cref="SupervisedProcess.IsSurplus"/>) stay
    /// until <see cref="DropSurplus"/>, because their children have to be stopped first.
    /// </summary>
    public SupervisedProcess[] Put(ProcessDefinition definition, bool isNew = true)
    {
        // Nearly all come from equal shells: one object for all of those.
        if (definition.Launch is { } launch)
        {
            if (launch != _lastLaunch) _lastLaunch = launch;
            definition = definition with { Launch = _lastLaunch };
        }
        var existing = _byId.GetValueOrDefault(definition.Id) ?? [];
        if (definition.Deletion is null) _leaving.Remove(definition.Id);
        foreach (var cell in existing) cell.Redefine(definition, isNew);
        Rearranged?.Invoke();
        return Resize(definition, existing, Math.Max(existing.Length, definition.Instances));
    }

    /// <summary>Puts surplus instances back whose children an earlier daemon had not stopped yet.</summary>
    public void Extend(int id, int instances)
    {
        var existing = _byId[id];
        Resize(existing[0].Definition, existing, Math.Max(existing.Length, instances));
    }

    SupervisedProcess[] Resize(ProcessDefinition definition, SupervisedProcess[] existing, int length)
    {
        if (existing.Length == length) return existing;
        var cells = new SupervisedProcess[length];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = i < existing.Length
                ? existing[i]
                : New(new InstanceKey(definition.Id, i), definition);
        _byId[definition.Id] = cells;
        NextId = Math.Max(NextId, definition.Id + 1);
        Index();
        return cells;
    }

    SupervisedProcess New(InstanceKey key, ProcessDefinition definition) =>
        new(services, key, definition, _environmentOf ??= Environments.Of, _unsavedOf ??= Environments.UnsavedOf)
        {
            Changed = _changed ??= (process, before) => Changed?.Invoke(process, before),
            HeldBy = _heldBy ??= process => HeldBy?.Invoke(process),
            LogsMoving = _logsMoving ??= id => LogsMoving?.Invoke(id),
        };

    // The same for all: with thousands of processes, a delegate for each would be felt.
    Func<ProcessDefinition, IReadOnlyDictionary<string, string>>? _environmentOf;
    Func<ProcessDefinition, IReadOnlyDictionary<string, string>?>? _unsavedOf;
    Action<SupervisedProcess, LifecycleState>? _changed;
    Func<SupervisedProcess, string?>? _heldBy;
    Func<int, Task?>? _logsMoving;

    /// <summary>Forgets surplus instances that are stopped, the highest number first.</summary>
    public void DropSurplus(int id)
    {
        if (!_byId.TryGetValue(id, out var cells)) return;
        var length = cells.Length;
        while (cells[length - 1] is { IsSurplus: true, State.Phase: LifecyclePhase.Stopped } last)
        {
            last.Forget();
            services.Records.Remove(last.Key);
            length--;
        }
        if (length == cells.Length) return;
        _byId[id] = cells[..length];
        Index();
    }

    /// <summary>Leaves a definition out of what is saved, until it is removed or changed.</summary>
    public void Leave(int id) => _leaving.Add(id);

    /// <summary>See <see cref="Leave"/>.</summary>
    public bool IsLeaving(int id) => _leaving.Contains(id);

    readonly HashSet<int> _leaving = [];

    public void Remove(int id)
    {
        _leaving.Remove(id);
        if (!_byId.Remove(id, out var cells)) return;
        foreach (var cell in cells)
        {
            cell.Forget();
            services.Records.Remove(cell.Key);
        }
        Index();
    }

    /// <summary>Removes a definition that has never had a child; the next one may have its number.</summary>
    public void Withdraw(int id)
    {
        var cells = Instances(id) ?? [];
        Remove(id);
        if (NextId == id + 1) NextId = id;
        // Records go by ids: this is where those of one process end and those of the next may begin.
        foreach (var cell in cells) _ = services.Tell(WithdrawnProcesses.Withdrawal(cell.Key, cell.Definition.Name));
    }

    /// <summary>What is to be on disk now: wishes are read off the instances.</summary>
    public ProcessesFile Snapshot()
    {
        var processes = new List<SavedProcess>(_byId.Count);
        var used = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cells in _byId.Values)
        {
            var definition = cells[0].Definition;
            kept.Add(definition.EnvironmentKey);
            if (IsLeaving(definition.Id)) continue;
            processes.Add(WithWish(definition, cells));
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

    static SavedProcess WithWish(ProcessDefinition definition, SupervisedProcess[] cells)
    {
        var down = cells.Where(static cell => !cell.IsSurplus && cell.State.Desired == DesiredState.Down)
            .Select(static cell => cell.Key.Instance).ToList();
        if (down.Count == definition.Instances) return SavedProcess.Of(definition, DesiredState.Down);
        return SavedProcess.Of(definition, DesiredState.Up, down.Count == 0 ? null : down);
    }

    void Index()
    {
        Cells = [.. _byId.Values.SelectMany(cells => cells)];
        Rearranged?.Invoke();
    }

    /// <summary>Takes what was saved. Environments come first: definitions point to them.</summary>
    public void Load(ProcessesFile file)
    {
        NextId = file.NextId;
        Environments.Load(file.Environments);
        OnSaved(file);
        foreach (var saved in file.Processes) Put(saved.WithoutDesiredState());
    }
}
