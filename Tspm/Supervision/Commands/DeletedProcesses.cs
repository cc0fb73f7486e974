namespace Tspm.Supervision.Commands;

/// <summary>The changes that a deletion has begun.</summary>
internal sealed class DeletedProcesses(BegunChanges begun, IReadOnlyList<Task<string?>> gone)
{
    public BegunChanges Begun => begun;

    /// <summary>See <see cref="Deletions.WhenGone"/>, one for each process.</summary>
    public IReadOnlyList<Task<string?>> Gone => gone;
}
