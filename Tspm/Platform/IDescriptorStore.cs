namespace Tspm.Platform;

/// <summary>
/// Keeps descriptors open beyond the life of this daemon. Unread data in a FIFO is lost when its last holder closes it.
/// Without the store, the last output of a child that exits while no daemon runs would be lost, and a listening socket
/// would refuse connections until the next daemon creates a new one.
/// </summary>
internal interface IDescriptorStore
{
    /// <summary>
    /// Stores a duplicate, which replaces the descriptor with the same key, if any. On return the store has it, or the
    /// kernel is delivering it.
    /// </summary>
    void Store(DescriptorKey key, int descriptor);

    /// <summary>Allows the store to close the descriptor. An unknown key is ignored.</summary>
    void Remove(DescriptorKey key);
}
