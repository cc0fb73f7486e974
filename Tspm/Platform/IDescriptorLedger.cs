namespace Tspm.Platform;

/// <summary>
/// Is notified of every descriptor that gets an owner or loses it. Called on any thread.
/// </summary>
internal interface IDescriptorLedger
{
    void Owned(int number);

    /// <summary>Called before a descriptor is closed or handed over.</summary>
    void GivenUp(int number);
}
