using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Storage;

/// <summary>
/// The run records under <c>run/</c>: see <see cref="RunRecordSlots"/>. Trouble on writing is kept as a sentence, never
/// thrown: supervision goes on, and what could not be written is tried again until it can. Used by one thread.
/// </summary>
internal sealed class RunRecordStore(TspmHome home)
{
    readonly Dictionary<InstanceKey, RunRecordSlots> _slots = [];

    /// <summary>What is not on disk as it should be: a record, or null for one that should be gone.</summary>
    readonly Dictionary<InstanceKey, RunRecord?> _unsaved = [];

    readonly List<Action> _whenAllSaved = [];
    string _problem = "";
    bool _retryArmed;

    /// <summary>Why the newest records are not on disk; null when they are.</summary>
    public string? Trouble => _unsaved.Count == 0 ? null : $"run records cannot be written: {_problem}";

    /// <summary>Arranges another try; without it there is none.</summary>
    public Action<Action>? RetryLater { get; init; }

    /// <summary>
    /// Asked before each write: false while the home at the path is not this daemon's. What is not written then is
    /// tried again.
    /// </summary>
    public Func<bool>? MayWrite { get; init; }

    /// <summary>
    /// Records are written as an earlier version understands them: for as long as an upgrade may go back to one.
    /// </summary>
    public bool WritesFormat1 { get; set; }

    /// <summary>Replaces the record of an instance. When it cannot be written, the one before is still there.</summary>
    public void Save(InstanceKey key, RunRecord record) => Do(key, record);

    public void Remove(InstanceKey key)
    {
        Do(key, null);
        if (!_unsaved.ContainsKey(key)) _slots.Remove(key);
    }

    /// <summary>Does it when everything is on disk: now, if it is.</summary>
    public void WhenAllSaved(Action action)
    {
        if (_unsaved.Count == 0) action();
        else _whenAllSaved.Add(action);
    }

    void Do(InstanceKey key, RunRecord? record)
    {
        var problem = MayWrite?.Invoke() == false
            ? "the home was removed or moved"
            : record is null ? SlotsOf(key).Remove() : SlotsOf(key).Write(record, WritesFormat1);
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

    void Saved(InstanceKey key)
    {
        if (!_unsaved.Remove(key) || _unsaved.Count > 0) return;
        foreach (var action in _whenAllSaved) action();
        _whenAllSaved.Clear();
    }

    void Retry()
    {
        _retryArmed = false;
        foreach (var key in new List<InstanceKey>(_unsaved.Keys)) Do(key, _unsaved[key]);
    }

    /// <summary>The instances of which there are records, readable or not.</summary>
    public IReadOnlyCollection<InstanceKey> Keys()
    {
        var keys = new HashSet<InstanceKey>();
        foreach (var path in Directory.EnumerateFiles(home.RunFolder, "*.json"))
            if (Path.GetFileName(path).Split('.') is [var id, var instance, _, _] && KeyOf(id, instance) is { } key)
                keys.Add(key);
        return keys;
    }

    /// <summary>
    /// All records that can be read. One that cannot (torn by a power cut) says nothing and is passed over.
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
    /// Moves aside whatever lies where a run record belongs and can never be read or written as one: a folder, a FIFO,
    /// a link to a device. Returns sentences for <c>status</c>.
    /// </summary>
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

    /// <summary>FIFOs that lie in the folder: (instance, run, stream, path).</summary>
    public IEnumerable<(InstanceKey Key, ulong RunId, string Stream, string Path)> Fifos()
    {
        foreach (var path in Directory.EnumerateFiles(home.RunFolder))
            if (Path.GetFileName(path).Split('.') is [var id, var instance, var runId, "in" or "out" or "err"] parts
                && KeyOf(id, instance) is { } key && ulong.TryParse(runId, out var run))
                yield return (key, run, parts[3], path);
    }

    /// <summary>Runs whose standard output still has its FIFO.</summary>
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
