using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Platform;

/// <summary>
/// Creates the sockets on which processes accept connections. The guardian keeps a duplicate of each, so that clients
/// that connect while no daemon runs wait in the queue and are not refused. Used by the supervisor's thread only.
/// </summary>
internal interface IListenSockets
{
    /// <summary>
    /// Listens on an address for a process, or reuses the socket that an earlier daemon left for the same process and
    /// address.
    /// </summary>
    /// <returns>Null, or a failure such as "cannot listen on ADDRESS: address already in use".</returns>
    SpawnFailure? Open(int owner, ListenAddress address, SocketFileRights rights, out Descriptor descriptor);

    /// <summary>Claims the socket that an earlier daemon left; false if there is none.</summary>
    bool TryClaim(int owner, ListenAddress address, out Descriptor descriptor);

    /// <summary>
    /// Closes a socket: connections are refused from now on, and the file of a Unix socket is removed.
    /// </summary>
    void Close(int owner, ListenAddress address, Descriptor descriptor);

    /// <summary>Closes the sockets of an earlier daemon that no process has claimed.</summary>
    void DropUnclaimed();
}

/// <summary>
/// Owner and mode of the file of a Unix socket. Null stands for the daemon's own user or group; without a mask, nobody
/// else may connect.
/// </summary>
internal readonly record struct SocketFileRights(string? User, string? Group, string? Umask);
