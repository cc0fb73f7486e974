using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision.Lifecycle;

namespace Tspm.Supervision.Recovery;

/// <summary>A definition that only run records have.</summary>
/// <param name="Definition">As the record has it.</param>
/// <param name="Record">Of one of its instances.</param>
/// <param name="Wish">Instances to whose start that daemon did not come have no record: they follow the others.</param>
internal sealed record LostDefinition(ProcessDefinition Definition, RunRecord Record, DesiredState Wish);

/// <summary>An instance beyond the number that was saved.</summary>
/// <param name="Key">The instance.</param>
/// <param name="Record">Its own.</param>
/// <param name="Newer">The definition that has it; null: it was being taken away, and is to be stopped.</param>
internal sealed record LostInstance(InstanceKey Key, RunRecord Record, ProcessDefinition? Newer);

/// <summary>
/// Decides what to make of run records that do not fit the saved state (an older generation had to be used, or the
/// daemon died between spawn and save) while the children may live.
/// </summary>
internal static class LostDefinitions
{
    /// <summary>Definitions that the saved state does not have.</summary>
    /// <param name="known">Those that it has.</param>
    /// <param name="records">All that there are.</param>
    /// <param name="bootId">This boot.</param>
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
    /// Instances beyond the number that was saved: ones that were being taken away when the daemon died, which are to
    /// be stopped, or ones that came although the state could not be saved. Their own record says which.
    /// </summary>
    /// <param name="counts">By the number of a process, how many instances there are.</param>
    /// <param name="records">All that there are.</param>
    /// <param name="bootId">This boot.</param>
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
    /// The record of an instance that is not there and has no child: it came to nothing, or was forgotten by a daemon
    /// that died before it came to its record.
    /// </summary>
    /// <param name="isProcessKnown">There is such a process.</param>
    /// <param name="isInstanceKnown">It has this instance.</param>
    /// <param name="record">Null: it cannot be read.</param>
    /// <param name="bootId">This boot.</param>
    public static bool IsUseless(bool isProcessKnown, bool isInstanceKnown, RunRecord? record, string bootId) =>
        !isInstanceKnown && (isProcessKnown || record is null || !record.MayLive(bootId));

    static bool IsLeaving(RunRecord record) =>
        record.Common.Next == nameof(AfterExit.Stop)
        && record.Common.Phase is nameof(LifecyclePhase.Stopping) or nameof(LifecyclePhase.Sweeping)
            or nameof(LifecyclePhase.Spawning);
}
