namespace Tspm.Platform;

/// <summary>
/// Hears of every descriptor that gets an owner and of every one that is given up. Any thread calls it.
/// </summary>
internal interface IDescriptorLedger
{
    void Owned(int number);

    /// <summary>It is closed or handed over; called before that.</summary>
    void GivenUp(int number);
}
