using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Platform;

/// <summary>
/// Sockets on which processes accept connections. The guardian keeps a duplicate of each, so that whoever connects
/// while no daemon lives waits in its queue and is not refused. Used by the supervisor's thread only.
/// </summary>
internal interface IListenSockets
{
    /// <summary>
    /// Listens on an address for a process, or takes what an earlier daemon left for the same process and address. A
    /// failure is a value: "cannot listen on ADDRESS: address already in use".
    /// </summary>
    SpawnFailure? Open(int owner, ListenAddress address, SocketFileRights rights, out Descriptor descriptor);

    /// <summary>Only what an earlier daemon left. False: nothing.</summary>
    bool TryTake(int owner, ListenAddress address, out Descriptor descriptor);

    /// <summary>From now on connections are refused, and a Unix socket's file is gone.</summary>
    void Close(int owner, ListenAddress address, Descriptor descriptor);

    /// <summary>Closes what no process has asked for.</summary>
    void DropUnclaimed();
}

/// <summary>
/// Whose the file of a Unix socket is to be. Null members: the daemon's own; without a mask nobody else may connect.
/// </summary>
internal readonly record struct SocketFileRights(string? User, string? Group, string? Umask);
