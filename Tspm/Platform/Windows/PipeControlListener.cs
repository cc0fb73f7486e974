using System.IO.Pipes;
using Tspm.Model.State;

namespace Tspm.Platform.Windows;

/// <summary>
/// The control socket of a system without Unix sockets that know their peers: a named pipe that only its owner may
/// open. Elsewhere the runtime makes a Unix socket of it, which is how it is tested.
/// </summary>
internal sealed class PipeControlListener(string name, long owner) : IControlListener
{
    NamedPipeServerStream? _next;

    public string? Trouble => null;

    /// <summary>One for each user of a Windows machine.</summary>
    public static string NameOf(string user) =>
        "tspm-" + Convert.ToHexStringLower(System.IO.Hashing.XxHash128.Hash(System.Text.Encoding.UTF8.GetBytes(user)));

    /// <summary>The first is made here, so that a client can connect before anybody accepts.</summary>
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
/// A connection to a named pipe. That its client is the owner is what the pipe's own rights say; which process it is,
/// nobody does.
/// </summary>
internal sealed class PipeControlChannel(NamedPipeServerStream pipe, long owner) : IControlChannel
{
    // Never disposed: whoever finishes the reading may come after the end, and there is no timer in it to give back.
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
    /// A pipe has no half that could be shut: what the client has sent and nobody has received yet is lost.
    /// </summary>
    public void FinishReading() => _finished.Cancel();

    public void Dispose() => pipe.Dispose();
}
