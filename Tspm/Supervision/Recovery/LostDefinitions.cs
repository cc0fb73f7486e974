using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Recovery;

/// <summary>A definition that exists only in run records.</summary>
/// <param name="Definition">The definition in the record.</param>
/// <param name="Record">The record of one of its instances.</param>
/// <param name="Desired">
/// The desired state for instances without a record, because the daemon died before it started them: that of the other
/// instances.
/// </param>
internal sealed record LostDefinition(ProcessDefinition Definition, RunRecord Record, DesiredState Desired);

/// <summary>An instance whose number exceeds the saved number of instances.</summary>
/// <param name="Key">The instance.</param>
/// <param name="Record">Its record.</param>
/// <param name="Newer">
/// The newer definition that includes it; null if it was being removed and has to be stopped.
/// </param>
internal sealed record LostInstance(InstanceKey Key, RunRecord Record, ProcessDefinition? Newer);

/// <summary>
/// Decides what to do with run records that do not match the saved state while their children may be alive. This
/// happens if an older generation of the state had to be used, or the daemon died between spawn and save.
/// </summary>
internal static class LostDefinitions
{
    /// <summary>The definitions that are missing from the saved state.</summary>
    /// <param name="known">The definitions in the saved state.</param>
    /// <param name="records">All run records.</param>
    /// <param name="bootId">The current boot.</param>
    public static List<LostDefinition> Among(
        IEnumerable<ProcessDefinition> known, IReadOnlyDictionary<InstanceKey, RunRecord> records, string bootId)
    {
        var (ids, names) = (new HashSet<int>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var definition in known) Add(definition);
        var lost = new List<LostDefinition>();
        foreach (var (key, record) in records)
        {
            if (record.Common.Definition is not { } definition || !record.MayLive(bootId)) continue;
            if (ids.Contains(key.Id) || names.Contains(definition.Name)) continue;
            var isUp = records.Any(other => other.Key.Id == key.Id && other.Value.Common.Desired == DesiredState.Up);
            lost.Add(new LostDefinition(definition, record, isUp ? DesiredState.Up : DesiredState.Down));
            Add(definition);
        }
        return lost;

        void Add(ProcessDefinition definition)
        {
            ids.Add(definition.Id);
            names.Add(definition.Name);
        }
    }

    /// <summary>
    /// The instances whose number exceeds the saved one. They were either being removed when the daemon died, and have
    /// to be stopped, or added although the state could not be saved. Their own record tells which.
    /// </summary>
    /// <param name="counts">The number of instances by process id.</param>
    /// <param name="records">All run records.</param>
    /// <param name="bootId">The current boot.</param>
    public static List<LostInstance> InstancesAmong(
        IReadOnlyDictionary<int, int> counts, IReadOnlyDictionary<InstanceKey, RunRecord> records, string bootId)
    {
        var restored = new Dictionary<int, int>();
        var lost = new List<LostInstance>();
        foreach (var (key, record) in records)
        {
            if (!counts.TryGetValue(key.Id, out var count) || !record.MayLive(bootId)) continue;
            if (key.Instance < Math.Max(count, restored.GetValueOrDefault(key.Id))) continue;
            var isOfNewer = record.Common.Definition?.Instances > key.Instance && !IsLeaving(record);
            var newer = isOfNewer ? record.Common.Definition : null;
            lost.Add(new LostInstance(key, record, newer));
            restored[key.Id] = newer?.Instances ?? (key.Instance + 1);
        }
        return lost;
    }

    /// <summary>
    /// Whether a record belongs to no instance and no child: the instance came to nothing, or its daemon died between
    /// forgetting it and removing its record.
    /// </summary>
    /// <param name="isProcessKnown">Whether the process exists.</param>
    /// <param name="isInstanceKnown">Whether the process has this instance.</param>
    /// <param name="record">Null if it cannot be read.</param>
    /// <param name="bootId">The current boot.</param>
    public static bool IsUseless(bool isProcessKnown, bool isInstanceKnown, RunRecord? record, string bootId) =>
        !isInstanceKnown && (isProcessKnown || record is null || !record.MayLive(bootId));

    static bool IsLeaving(RunRecord record) =>
        record.Common.Next == nameof(AfterExit.Stop)
        && record.Common.Phase is nameof(LifecyclePhase.Stopping) or nameof(LifecyclePhase.Sweeping)
            or nameof(LifecyclePhase.Spawning);
}
