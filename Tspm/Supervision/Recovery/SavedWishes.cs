using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Supervision.Recovery;

/// <summary>What the saved state says about who is to be up, for instances that have no record of their own.</summary>
internal sealed class SavedWishes(ProcessesFile file)
{
    readonly Dictionary<int, DesiredState> _restored = [];

    /// <summary>A definition that the saved state has lost: what its records say of it.</summary>
    public void Restore(int id, DesiredState desired) => _restored[id] = desired;

    /// <summary>
    /// An instance that nothing tells of follows its process; one of an unknown process is to be down.
    /// </summary>
    public DesiredState Of(InstanceKey key)
    {
        if (_restored.TryGetValue(key.Id, out var restored)) return restored;
        foreach (var saved in file.Processes)
            if (saved.Id == key.Id) return saved.IsUp(key.Instance) ? DesiredState.Up : DesiredState.Down;
        return DesiredState.Down;
    }
}
