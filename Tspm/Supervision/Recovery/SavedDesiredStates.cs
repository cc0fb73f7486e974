using Tspm.Model.Selecting;
using Tspm.Model.State;

namespace Tspm.Supervision.Recovery;

/// <summary>The desired states in the saved state, for instances without a run record.</summary>
internal sealed class SavedDesiredStates(ProcessesFile file)
{
    readonly Dictionary<int, DesiredState> _restored = [];

    /// <summary>Sets the desired state of a definition that the saved state lost, from its run records.</summary>
    public void Restore(int id, DesiredState desired) => _restored[id] = desired;

    /// <summary>
    /// The desired state of an instance without a record: that of its process, or down if the process is unknown.
    /// </summary>
    public DesiredState Of(InstanceKey key)
    {
        if (_restored.TryGetValue(key.Id, out var restored)) return restored;
        foreach (var saved in file.Processes)
            if (saved.Id == key.Id) return saved.IsUp(key.Instance) ? DesiredState.Up : DesiredState.Down;
        return DesiredState.Down;
    }
}
