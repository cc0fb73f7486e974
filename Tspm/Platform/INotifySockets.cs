using Tspm.Model.State;

namespace Tspm.Platform;

/// <summary>
/// Where children speak systemd's notification protocol (man 3 sd_notify): a datagram socket a run. It outlives the
/// daemon in the guardian's hands, so that what is said while no daemon lives is heard by the next.
/// </summary>
internal interface INotifySockets
{
    /// <summary>The value of NOTIFY_SOCKET for a run.</summary>
    string NameOf(ulong runId);

    /// <summary>
    /// Makes the socket of a run, or goes on with the one that an earlier daemon made, until it is disposed of. Null:
    /// it cannot be made, and the failure says why.
    /// </summary>
    IDisposable? Open(ulong runId, NotifyHeard heard, out SpawnFailure? failure);
}

/// <summary>A datagram came. Called on the supervisor's thread.</summary>
/// <param name="pid">Sender, as the kernel knows it; 0: not of this pid namespace.</param>
/// <param name="uid">The sender's user, as the kernel knows it.</param>
/// <param name="text">Lines of NAME=VALUE.</param>
internal delegate void NotifyHeard(int pid, uint uid, string text);
