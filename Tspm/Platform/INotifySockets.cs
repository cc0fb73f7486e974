using Tspm.Model.State;

namespace Tspm.Platform;

/// <summary>
/// Receives messages of systemd's notification protocol (man 3 sd_notify) from children, on one datagram socket per
/// run. The guardian keeps the sockets, so that messages sent while no daemon runs reach the next one.
/// </summary>
internal interface INotifySockets
{
    /// <summary>The value of NOTIFY_SOCKET for a run.</summary>
    string NameOf(ulong runId);

    /// <summary>
    /// Opens the socket of a run, or takes over the one that an earlier daemon opened; disposing closes it.
    /// </summary>
    /// <returns>Null if the socket cannot be created; the failure says why.</returns>
    IDisposable? Open(ulong runId, NotifyHeard heard, out SpawnFailure? failure);
}

/// <summary>Receives a datagram, on the supervisor's thread.</summary>
/// <param name="pid">The sender according to the kernel; 0 if it is in another pid namespace.</param>
/// <param name="uid">The user of the sender according to the kernel.</param>
/// <param name="text">Lines of the form NAME=VALUE.</param>
internal delegate void NotifyHeard(int pid, uint uid, string text);
