using Tspm.Model.State;

namespace Tspm.Platform;

/// <summary>
/// Where clients reach the daemon: a Unix socket, or a named pipe on Windows. What both promise is held by one set of
/// tests.
/// </summary>
internal interface IControlListener : IDisposable
{
    /// <summary>
    /// The next client. Throws <see cref="OperationCanceledException"/>, or SocketException or IOException when this
    /// one could not be accepted; then the next may be.
    /// </summary>
    ValueTask<IControlChannel> Accept(CancellationToken cancel);

    /// <summary>Why clients are served late; null: they are not.</summary>
    string? Trouble { get; }
}

/// <summary>
/// One client, as bytes both ways. A client that went away is a SocketException, an IOException or the end of what can
/// be received.
/// </summary>
internal interface IControlChannel : IDisposable
{
    /// <summary>Who is on the other side, by the kernel's word; null: it does not say.</summary>
    Requester? Peer { get; }

    /// <summary>
    /// What can be handed to another process, valid as long as the channel is not disposed; null: this kind cannot be.
    /// </summary>
    int? Descriptor { get; }

    /// <summary>
    /// The client has closed both directions, so that nothing can reach it any more. False also where that cannot be
    /// known. One that only sends nothing more still waits for answers.
    /// </summary>
    bool IsGone { get; }

    /// <summary>How many bytes came; 0: no more will.</summary>
    ValueTask<int> Receive(Memory<byte> into, CancellationToken cancel);

    /// <summary>How many bytes were taken, at least one.</summary>
    ValueTask<int> Send(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Nothing that the client sends from now on is received: a <see cref="Receive"/>, also one that waits already,
    /// ends with 0, on a Unix socket after what was sent before. Sending goes on.
    /// </summary>
    void FinishReading();
}
