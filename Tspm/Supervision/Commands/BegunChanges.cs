namespace Tspm.Supervision.Commands;

/// <summary>The changes that an order has begun.</summary>
internal sealed class BegunChanges(IReadOnlyList<PendingChange> pending, Task<string?> saved)
{
    /// <summary>One for each instance.</summary>
    public IReadOnlyList<PendingChange> Pending => pending;

    /// <summary>See <see cref="Supervisor.Save"/>.</summary>
    public Task<string?> Saved => saved;

    /// <summary>Remarks for the requester.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
