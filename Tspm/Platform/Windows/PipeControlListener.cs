using System.IO.Pipes;
using Tspm.Model.State;

namespace Tspm.Platform.Windows;

/// <summary>
/// The control socket on a system whose Unix sockets do not report peer credentials: a named pipe that only its owner
/// may open. On other systems the runtime implements named pipes with Unix sockets, which the tests make use of.
/// </summary>
internal sealed class PipeControlListener(string name, long owner) : IControlListener
{
    NamedPipeServerStream? _next;

    public string? Trouble => null;

    /// <summary>Returns the name of the pipe of a user; each user of the machine has one.</summary>
    public static string NameOf(string user) =>
        "tspm-" + Convert.ToHexStringLower(System.IO.Hashing.XxHash128.Hash(System.Text.Encoding.UTF8.GetBytes(user)));

    /// <summary>Creates the first pipe, so that a client can connect before <see cref="Accept"/> is called.</summary>
    public void Open() => _next ??= Make();

    public async ValueTask<IControlChannel> Accept(CancellationToken cancel)
    {
        var pipe = _next ?? Make();
        _next = pipe;
        await pipe.WaitForConnectionAsync(cancel);
        _next = Make();
        return new PipeControlChannel(pipe, owner);
    }

    public void Dispose() => _next?.Dispose();

    NamedPipeServerStream Make() =>
        new(name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte,
            PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
}

/// <summary>
/// A connection to a named pipe. The access rights of the pipe guarantee that the client is the owner; which process it
/// is remains unknown.
/// </summary>
internal sealed class PipeControlChannel(NamedPipeServerStream pipe, long owner) : IControlChannel
{
    // Not disposed: FinishReading may be called after the end, and the source has no timer to release.
    readonly CancellationTokenSource _finished = new();

    public Requester? Peer { get; } = new(owner, 0);

    public int? Descriptor => null;

    public bool IsGone => !pipe.IsConnected;

    public async ValueTask<int> Receive(Memory<byte> into, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _finished.Token);
        try
        {
            return await pipe.ReadAsync(into, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return 0;
        }
    }

    public async ValueTask<int> Send(ReadOnlyMemory<byte> bytes)
    {
        await pipe.WriteAsync(bytes);
        return bytes.Length;
    }

    /// <summary>
    /// Stops receiving. A pipe cannot be shut in one direction, so data that was sent but not yet received is lost.
    /// </summary>
    public void FinishReading() => _finished.Cancel();

    public void Dispose() => pipe.Dispose();
}
