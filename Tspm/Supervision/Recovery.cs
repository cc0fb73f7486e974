using Tspm.Model;
using Tspm.Platform;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>
/// Definitions that the saved state lost (an older generation had to be used, or the daemon died between spawn and save) while their child may
/// live: the run record has them. Likewise instances that the definition has no longer.
/// </summary>
internal static class Recovery
{
    public static void RestoreLostDefinitions(ProcessTable table, IReadOnlyDictionary<InstanceKey, RunRecord> records, IProcessSystem system)
    {
        foreach (var (key, record) in records)
        {
            if (table.Instances(key.Id) is not null || record.Definition is not { } definition || record.BootId != system.BootId) continue;
            var mayLive = record.Phase is not (nameof(LifecyclePhase.Stopped) or nameof(LifecyclePhase.Errored));
            if (!mayLive || table.ByName(definition.Name) is not null) continue;
            table.RestoreEnvironment(definition.EnvironmentKey, () => record.Environment ?? ChildEnvironment.Kept(system.ReadEnvironment(record.Pid)));
            table.Put(definition);
        }
    }

    /// <summary>
    /// Instances beyond the number that was saved: ones that were being taken away when the daemon died, which are to be stopped, or ones that came after the save. Their own record says which.
    /// Records of those that have no child are of no use any more.
    /// </summary>
    public static void RestoreSurplus(ProcessTable table, IReadOnlyDictionary<InstanceKey, RunRecord> records, IProcessSystem system, RunRecordStore store)
    {
        foreach (var (key, record) in records)
        {
            if (table.Instances(key.Id) is null || table.Find(key) is not null) continue;
            if (record.BootId != system.BootId || record.Phase == nameof(LifecyclePhase.Stopped)) continue;
            if (record.Definition is { } newer && newer.Instances > key.Instance)
            {
                table.RestoreEnvironment(newer.EnvironmentKey, () => record.Environment ?? ChildEnvironment.Kept(system.ReadEnvironment(record.Pid)));
                table.Put(newer, isNew: false);
            }
            else table.Extend(key.Id, key.Instance + 1);
        }
        // Only now: one record may have brought back the instance of another.
        foreach (var key in records.Keys)
            if (table.Instances(key.Id) is not null && table.Find(key) is null) store.Remove(key);
    }
}
