using Tspm.Model;

namespace Tspm.Storage;

/// <summary>The run records under <c>run/</c>: see <see cref="RunRecordSlots"/>. Trouble on writing is kept as a sentence, never thrown: supervision goes on.</summary>
internal sealed class RunRecordStore(TspmHome home)
{
    readonly Dictionary<InstanceKey, RunRecordSlots> _slots = [];

    /// <summary>Why the newest records are not on disk; null when they are.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Replaces the record of an instance. False: it could not be written, and the one before is still there.</summary>
    public bool Save(InstanceKey key, RunRecord record)
    {
        var problem = SlotsOf(key).Write(record);
        Trouble = problem is null ? null : $"run records cannot be written: {problem}";
        return problem is null;
    }

    public void Remove(InstanceKey key)
    {
        if (SlotsOf(key).Remove() is { } problem) Trouble = $"run records cannot be removed: {problem}";
        _slots.Remove(key);
    }

    /// <summary>All records that can be read. One that cannot (torn by a power cut) says nothing and is passed over.</summary>
    public IReadOnlyDictionary<InstanceKey, RunRecord> LoadAll()
    {
        var records = new Dictionary<InstanceKey, RunRecord>();
        foreach (var path in Directory.EnumerateFiles(home.RunFolder, "*.json"))
            if (Path.GetFileName(path).Split('.') is [var id, var instance, _, _] && KeyOf(id, instance) is { } key && !records.ContainsKey(key)
                && SlotsOf(key).Read() is { } record)
                records[key] = record;
        return records;
    }

    /// <summary>FIFOs that lie in the folder: (instance, run, stream, path).</summary>
    public IEnumerable<(InstanceKey Key, ulong RunId, string Stream, string Path)> Fifos()
    {
        foreach (var path in Directory.EnumerateFiles(home.RunFolder))
            if (Path.GetFileName(path).Split('.') is [var id, var instance, var runId, "in" or "out" or "err"] parts
                && KeyOf(id, instance) is { } key && ulong.TryParse(runId, out var run))
                yield return (key, run, parts[3], path);
    }

    RunRecordSlots SlotsOf(InstanceKey key) => _slots.TryGetValue(key, out var slots) ? slots : _slots[key] = new RunRecordSlots(home.RunRecordPaths(key));

    static InstanceKey? KeyOf(string id, string instance) =>
        int.TryParse(id, out var number) && int.TryParse(instance, out var index) ? new InstanceKey(number, index) : null;
}
