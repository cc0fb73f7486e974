namespace Tspm.Logs;

/// <summary>
/// Someone who outlives this daemon and keeps a read end of each FIFO open: what is unread in a FIFO vanishes when its last holder closes it, so
/// without a keeper the last words of a child that printed and exited while no daemon lived would be lost.
/// </summary>
internal interface IFifoKeeper
{
    /// <summary>Hands over a duplicate of the read end. On return it is in the keeper's hands, or on its way there inside the kernel.</summary>
    void Hold(ulong holdId, int readEnd);

    void Release(ulong holdId);
}
