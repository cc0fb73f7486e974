namespace Tspm.Guardian.Contract;

/// <summary>What came of an attempt to make a home again.</summary>
internal enum HomeOutcome
{
    /// <summary>Lock and socket were where they should be; folders may have been made.</summary>
    Kept,
    /// <summary>The socket was gone and there is another one; the lock was kept.</summary>
    SocketMade,
    /// <summary>All of it was gone, and there is a new lock and a new socket.</summary>
    Made,
    /// <summary>Another guardian has a home there, or is just deciding whether it will.</summary>
    Taken,
    /// <summary>It cannot be made.</summary>
    Failed,
}
