using System.Net.Sockets;

namespace Tspm.Platform.Portable;

/// <summary>
/// Sockets that the kernel refuses to watch for now (ENOMEM; ENOSPC: fs.epoll.max_user_watches, man 2 epoll_ctl). The
/// runtime tries every call before it waits, so the call is made again and again until it is done, or the socket can be
/// watched.
/// </summary>
internal sealed class UnwatchedSockets
{
    static readonly TimeSpan TryAgainAfter = TimeSpan.FromMilliseconds(20);

    /// <summary>Longer than between two tries: after that it is over.</summary>
    const long OverAfterMs = 2000;

    long _refusedAt = long.MinValue;

    /// <summary>A sentence while it goes on; null: all are watched.</summary>
    public string? Trouble => Environment.TickCount64 - OverAfterMs < Volatile.Read(ref _refusedAt)
        ? "the system refuses to watch the connections of clients; they are served late. "
            + "Raise the limit (sysctl -w fs.epoll.max_user_watches=NUMBER), or free memory"
        : null;

    /// <summary>The runtime reports both errors as one of these.</summary>
    public static bool IsRefusal(Exception e) =>
        e is SocketException { SocketErrorCode: SocketError.NoBufferSpaceAvailable } or OutOfMemoryException;

    public Task Wait(CancellationToken cancel)
    {
        Volatile.Write(ref _refusedAt, Environment.TickCount64);
        return Task.Delay(TryAgainAfter, cancel);
    }
}
