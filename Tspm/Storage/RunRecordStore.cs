using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Storage;

/// <summary>
/// The run records under <c>run/</c>, see <see cref="RunRecordSlots"/>. A failed write is reported by <see
/// cref="Trouble"/> and never thrown: supervision continues, and the write is retried until it succeeds. Used by one
/// thread only.
/// </summary>
internal sealed class RunRecordStore(TspmHome home)
{
    readonly Dictionary<InstanceKey, RunRecordSlots> _slots = [];

    /// <summary>Records that still have to be written, or null for those that still have to be deleted.</summary>
    readonly Dictionary<InstanceKey, RunRecord?> _unsaved = [];

    readonly List<Action> _whenAllSaved = [];
    string _problem = "";
    bool _retryArmed;

    /// <summary>Why the newest records are not on disk; null if they are.</summary>
    public string? Trouble => _unsaved.Count == 0 ? null : $"run records cannot be written: {_problem}";

    /// <summary>Schedules a retry after a failed write; without this function, nothing is retried.</summary>
    public Action<Action>? RetryLater { get; init; }

    /// <summary>
    /// Called before each write. Returns false while the home at its path belongs to another daemon; the write is then
    /// retried later.
    /// </summary>
    public Func<bool>? MayWrite { get; init; }

    /// <summary>
    /// Whether records are written in format 1, for as long as an upgrade may return to a version that reads no other.
    /// </summary>
    public bool WritesFormat1 { get; set; }

    /// <summary>Replaces the record of an instance. If it cannot be written, the previous record remains.</summary>
    public void Save(InstanceKey key, RunRecord record) => Apply(key, record);

    /// <summary>Deletes the record of an instance.</summary>
    public void Remove(InstanceKey key)
    {
        Apply(key, null);
        if (!_unsaved.ContainsKey(key)) _slots.Remove(key);
    }

    /// <summary>Runs the action once everything is on disk; at once if it already is.</summary>
    public void WhenAllSaved(Action action)
    {
        if (_unsaved.Count == 0) action();
        else _whenAllSaved.Add(action);
    }

    void Apply(InstanceKey key, RunRecord? record)
    {
        var problem = TryApply(key, record);
        if (problem is null)
        {
            if (_unsaved.Count > 0) Saved(key);
            return;
        }
        _problem = problem;
        _unsaved[key] = record;
        if (_retryArmed || RetryLater is null) return;
        _retryArmed = true;
        RetryLater(Retry);
    }

    string? TryApply(InstanceKey key, RunRecord? record)
    {
        if (MayWrite?.Invoke() == false) return "the home was removed or moved";
        return record is null ? SlotsOf(key).Remove() : SlotsOf(key).Write(record, WritesFormat1);
    }

    void Saved(InstanceKey key)
    {
        if (!_unsaved.Remove(key) || _unsaved.Count > 0) return;
        foreach (var action in _whenAllSaved) action();
        _whenAllSaved.Clear();
    }

    void Retry()
    {
        _retryArmed = false;
        foreach (var key in new List<InstanceKey>(_unsaved.Keys)) Apply(key, _unsaved[key]);
    }

    /// <summary>The instances that have record files, readable or not.</summary>
    public IReadOnlyCollection<InstanceKey> Keys()
    {
        var keys = new HashSet<InstanceKey>();
        foreach (var path in Directory.EnumerateFiles(home.RunFolder, "*.json"))
            if (Path.GetFileName(path).Split('.') is [var id, var instance, _, _] && KeyOf(id, instance) is { } key)
                keys.Add(key);
        return keys;
    }

    /// <summary>
    /// All readable records. Unreadable ones (torn by a power cut) are skipped.
    /// </summary>
    public IReadOnlyDictionary<InstanceKey, RunRecord> LoadAll()
    {
        var records = new Dictionary<InstanceKey, RunRecord>();
        foreach (var path in Directory.EnumerateFiles(home.RunFolder, "*.json"))
            if (Path.GetFileName(path).Split('.') is [var id, var instance, _, _] && KeyOf(id, instance) is { } key
                && !records.ContainsKey(key)
                && SlotsOf(key).Read() is { } record)
                records[key] = record;
        return records;
    }

    /// <summary>
    /// Moves aside everything that has the name of a run record but is not a regular file: a folder, a FIFO, a link to
    /// a device.
    /// </summary>
    /// <returns>Sentences for <c>status</c>.</returns>
    public IReadOnlyList<string> MoveObstaclesAside()
    {
        var moved = new List<string>();
        foreach (var path in Directory.GetFileSystemEntries(home.RunFolder, "*.json"))
        {
            if (FileSystem.IsThere(path) && RegularFile.Obstacle(path) is { } problem)
                moved.Add(MoveAside(path, problem));
        }
        return moved;
    }

    static string MoveAside(string path, FileProblem problem)
    {
        var what = $"the run record {Path.GetFileName(path)} could not be read (it {problem.Words})";
        return FileSystem.SetAside(path, out var aside) is { } stuck
            ? $"{what} and cannot be moved aside: {stuck}"
            : $"{what}; it is kept as {Path.GetFileName(aside)}";
    }

    /// <summary>All FIFOs in the folder, recognised by their names.</summary>
    public IEnumerable<(InstanceKey Key, ulong RunId, string Stream, string Path)> Fifos()
    {
        foreach (var path in Directory.EnumerateFiles(home.RunFolder))
            if (Path.GetFileName(path).Split('.') is [var id, var instance, var runId, "in" or "out" or "err"] parts
                && KeyOf(id, instance) is { } key && ulong.TryParse(runId, out var run))
                yield return (key, run, parts[3], path);
    }

    /// <summary>The runs whose standard output FIFO still exists.</summary>
    public IReadOnlyList<(InstanceKey Key, ulong RunId)> Runs()
    {
        var runs = new List<(InstanceKey, ulong)>();
        foreach (var (key, runId, stream, _) in Fifos())
            if (stream == "out") runs.Add((key, runId));
        return runs;
    }

    RunRecordSlots SlotsOf(InstanceKey key) =>
        _slots.TryGetValue(key, out var slots) ? slots : _slots[key] = new RunRecordSlots(home.RunRecordPaths(key));

    static InstanceKey? KeyOf(string id, string instance) =>
        int.TryParse(id, out var number) && int.TryParse(instance, out var index)
            ? new InstanceKey(number, index)
            : null;
}
