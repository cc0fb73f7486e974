namespace Tspm.Supervision.Commands;

/// <summary>What a start has begun.</summary>
internal sealed class StartedProcesses(BegunChanges begun, IReadOnlyList<int> newIds)
{
    public BegunChanges Begun => begun;

    /// <summary>The processes that were defined by it.</summary>
    public IReadOnlyList<int> NewIds => newIds;
}
