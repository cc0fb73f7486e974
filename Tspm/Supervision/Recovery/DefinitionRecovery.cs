using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Supervision.Recovery;

/// <summary>
/// Restores the definitions that <see cref="LostDefinitions"/> finds, and removes run records that are no longer
/// needed.
/// </summary>
internal sealed class DefinitionRecovery(MachineServices services, ProcessTable table)
{
    readonly EarlierChildren _children = new(services);

    /// <summary>Restores definitions that only run records have.</summary>
    /// <returns>True if the state must be saved.</returns>
    public bool Restore(IReadOnlyDictionary<InstanceKey, RunRecord> records, SavedDesiredStates desired)
    {
        var bootId = services.System.BootId;
        var isRestored = false;
        foreach (var lost in LostDefinitions.Among(table.Definitions, records, bootId))
        {
            KeepEnvironment(lost.Definition, lost.Record);
            table.Put(lost.Definition);
            desired.Restore(lost.Definition.Id, lost.Desired);
            isRestored = true;
        }
        var counts = table.Definitions.ToDictionary(
            static definition => definition.Id, definition => table.Instances(definition.Id)!.Length);
        foreach (var lost in LostDefinitions.InstancesAmong(counts, records, bootId))
        {
            if (lost.Newer is not { } newer)
            {
                table.Extend(lost.Key.Id, lost.Key.Instance + 1);
                continue;
            }
            KeepEnvironment(newer, lost.Record);
            table.Put(newer, isNew: false);
            isRestored = true;
        }
        return isRestored;
    }

    public void RemoveUseless(IReadOnlyDictionary<InstanceKey, RunRecord> records)
    {
        foreach (var key in services.Records.Keys())
        {
            var (isProcess, isInstance) = (table.Instances(key.Id) is not null, table.Find(key) is not null);
            var record = records.GetValueOrDefault(key);
            if (LostDefinitions.IsUseless(isProcess, isInstance, record, services.System.BootId))
                services.Records.Remove(key);
        }
    }

    /// <summary>
    /// The environment is in the run record until it has been saved with the definition; after that only the child
    /// still has it.
    /// </summary>
    void KeepEnvironment(ProcessDefinition definition, RunRecord record) => table.Environments.Restore(
        definition.EnvironmentKey,
        () => record.Common.Environment ?? _children.EnvironmentOf(record.Current?.Pid ?? 0));
}
