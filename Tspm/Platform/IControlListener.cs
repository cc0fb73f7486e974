using Tspm.Model.State;

namespace Tspm.Platform;

/// <summary>
/// Accepts the clients of the daemon on a Unix socket, or on a named pipe on Windows. The same tests check both
/// implementations.
/// </summary>
internal interface IControlListener : IDisposable
{
    /// <summary>
    /// Waits for the next client. A SocketException or IOException means that one client could not be accepted; the
    /// next call may succeed.
    /// </summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    ValueTask<IControlChannel> Accept(CancellationToken cancel);

    /// <summary>Why clients are served late; null if they are not.</summary>
    string? Trouble { get; }
}

/// <summary>
/// The connection to one client, which transfers bytes both ways. When the client has disconnected, calls throw a
/// SocketException or an IOException, or <see cref="Receive"/> returns 0.
/// </summary>
internal interface IControlChannel : IDisposable
{
    /// <summary>The client according to the kernel; null if the kernel does not report it.</summary>
    Requester? Peer { get; }

    /// <summary>
    /// The descriptor that can be passed to another process, valid until the channel is disposed; null if this kind of
    /// channel cannot be passed on.
    /// </summary>
    int? Descriptor { get; }

    /// <summary>
    /// Whether the client has closed both directions, so that nothing can reach it. Also false if that cannot be
    /// determined. A client that closed only its sending direction still waits for answers.
    /// </summary>
    bool IsGone { get; }

    /// <summary>Receives bytes, and returns their number; 0 if no more will arrive.</summary>
    ValueTask<int> Receive(Memory<byte> into, CancellationToken cancel);

    /// <summary>Sends bytes, and returns how many were accepted: at least one.</summary>
    ValueTask<int> Send(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Stops receiving: any <see cref="Receive"/>, even one in progress, returns 0, on a Unix socket only after the
    /// bytes that were sent before. Sending still works.
    /// </summary>
    void FinishReading();
}
