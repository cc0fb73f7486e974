using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Storage;
using Tspm.Supervision.Lifecycle;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Recovery;

/// <summary>
/// Definitions that the saved state lost (an older generation had to be used, or the daemon died between spawn and
/// save) while their child may live: the run record has them. Likewise instances that the definition has no longer.
/// </summary>
internal static class LostDefinitions
{
    /// <summary>True: there was one.</summary>
    public static bool RestoreLostDefinitions(ProcessTable table, IReadOnlyDictionary<InstanceKey, RunRecord> records,
        IProcessSystem system, SavedWishes wishes)
    {
        var isRestored = false;
        foreach (var (key, record) in records)
        {
            if (table.Instances(key.Id) is not null || record.Common.Definition is not { } definition
                || !record.MayLive(system.BootId)) continue;
            if (table.ByName(definition.Name) is not null) continue;
            table.Environments.Restore(definition.EnvironmentKey, () => EnvironmentOf(record, system));
            // Instances to whose start that daemon did not come have no record: they follow the others.
            var isUp = records.Any(other => other.Key.Id == key.Id && other.Value.Common.Desired == DesiredState.Up);
            table.Put(definition);
            wishes.Restore(definition.Id, isUp ? DesiredState.Up : DesiredState.Down);
            isRestored = true;
        }
        return isRestored;
    }

    /// <summary>
    /// Instances beyond the number that was saved: ones that were being taken away when the daemon died, which are to
    /// be stopped, or ones that came although the state could not be saved. Their own record says which. True: there
    /// was one of the latter.
    /// </summary>
    public static bool RestoreInstances(ProcessTable table, IReadOnlyDictionary<InstanceKey, RunRecord> records,
        IProcessSystem system)
    {
        var isRestored = false;
        foreach (var (key, record) in records)
        {
            if (table.Instances(key.Id) is null || table.Find(key) is not null
                || !record.MayLive(system.BootId)) continue;
            if (record.Common.Definition is { } newer && newer.Instances > key.Instance && !IsLeaving(record))
            {
                table.Environments.Restore(newer.EnvironmentKey, () => EnvironmentOf(record, system));
                table.Put(newer, isNew: false);
                isRestored = true;
            }
            else table.Extend(key.Id, key.Instance + 1);
        }
        return isRestored;
    }

    /// <summary>
    /// Removes the records of instances that are not there and have no child: they came to nothing, or were forgotten
    /// by a daemon that died before it came to its record.
    /// </summary>
    public static void RemoveUseless(ProcessTable table, IReadOnlyDictionary<InstanceKey, RunRecord> records,
        IProcessSystem system, RunRecordStore store)
    {
        foreach (var key in store.Keys())
            if (table.Find(key) is null
                && (table.Instances(key.Id) is not null || !records.TryGetValue(key, out var record)
                || !record.MayLive(system.BootId))) store.Remove(key);
    }

    /// <summary>On record until it is saved with the definition; then only the child still has it.</summary>
    static IReadOnlyDictionary<string, string> EnvironmentOf(RunRecord record, IProcessSystem system) =>
        record.Common.Environment ?? ChildEnvironment.Kept(system.ReadEnvironment(record.Current?.Pid ?? 0));

    static bool IsLeaving(RunRecord record) =>
        record.Common.Next == nameof(AfterExit.Stop)
        && record.Common.Phase is nameof(LifecyclePhase.Stopping) or nameof(LifecyclePhase.Sweeping)
            or nameof(LifecyclePhase.Spawning);
}
