using System.Net.Sockets;

namespace Tspm.Platform.Portable;

/// <summary>
/// Handles sockets that the kernel currently refuses to watch (ENOMEM; ENOSPC: fs.epoll.max_user_watches, man 2
/// epoll_ctl). The runtime attempts every call before it waits, so the call is repeated until it succeeds or the socket
/// can be watched.
/// </summary>
internal sealed class UnwatchedSockets
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);

    /// <summary>The trouble is over after this time without a refusal; longer than <see cref="RetryAfter"/>.</summary>
    const long OverAfterMs = 2000;

    long _refusedAt = long.MinValue;

    /// <summary>A sentence while the trouble lasts; null if all sockets are watched.</summary>
    public string? Trouble => Environment.TickCount64 - OverAfterMs < Volatile.Read(ref _refusedAt)
        ? "the system refuses to watch client connections, so clients are served late. "
            + "Raise the limit (sysctl -w fs.epoll.max_user_watches=NUMBER), or free memory"
        : null;

    /// <summary>
    /// Whether the kernel refused to watch a socket. The runtime reports both errors as one of these.
    /// </summary>
    public static bool IsRefusal(Exception e) =>
        e is SocketException { SocketErrorCode: SocketError.NoBufferSpaceAvailable } or OutOfMemoryException;

    public Task Wait(CancellationToken cancel)
    {
        Volatile.Write(ref _refusedAt, Environment.TickCount64);
        return Task.Delay(RetryAfter, cancel);
    }
}
