using Tspm.Model;
using Tspm.Platform;
using Tspm.Storage;

namespace Tspm.Supervision;

/// <summary>
/// Definitions that the saved state lost (an older generation had to be used, or the daemon died between spawn and save) while their child may
/// live: the run record has them.
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
            table.RestoreEnvironment(definition.EnvironmentKey, () => ChildEnvironment.Kept(system.ReadEnvironment(record.Pid)));
            table.Put(definition);
        }
    }
}
