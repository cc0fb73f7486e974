namespace Tspm.Platform;

/// <summary>
/// Someone who outlives this daemon and keeps descriptors open. What is unread in a FIFO vanishes when its last holder
/// closes it, so without the store the last words of a child that printed and exited while no daemon lived would be
/// lost; and a listening socket would refuse connections until the next daemon has made another one.
/// </summary>
internal interface IDescriptorStore
{
    /// <summary>
    /// Hands over a duplicate, which replaces what has the same key. On return it is in the keeper's hands, or on its
    /// way there inside the kernel.
    /// </summary>
    void Store(DescriptorKey key, int descriptor);

    /// <summary>The keeper may close it. A key that is not there is passed over.</summary>
    void Remove(DescriptorKey key);
}
