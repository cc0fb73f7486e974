namespace Tspm.Supervision.Commands;

/// <summary>The changes that a start has begun.</summary>
internal sealed class StartedProcesses(BegunChanges begun, IReadOnlyList<int> newIds)
{
    public BegunChanges Begun => begun;

    /// <summary>Ids of the processes that the order has defined.</summary>
    public IReadOnlyList<int> NewIds => newIds;
}
