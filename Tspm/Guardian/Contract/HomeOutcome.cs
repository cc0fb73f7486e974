namespace Tspm.Guardian.Contract;

/// <summary>Result of an attempt to recreate a lost home.</summary>
internal enum HomeOutcome
{
    /// <summary>Lock and socket were in place; missing folders may have been created.</summary>
    Kept,
    /// <summary>The socket was missing and was recreated; the lock was in place.</summary>
    SocketMade,
    /// <summary>Lock and socket were missing and were recreated.</summary>
    Made,
    /// <summary>Another guardian has a home at the path, or is about to create one.</summary>
    Taken,
    /// <summary>The home cannot be recreated now.</summary>
    Failed,
}
