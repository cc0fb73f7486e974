using System.Runtime.InteropServices;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// The guardian's side of the current daemon: its pid, the channel to it, and the messages that are still to be sent.
/// </summary>
internal sealed class DaemonLink(ReapedRecords reaped, DescriptorStore store)
{
    /// <summary>Keys of the stored descriptors that this daemon gets back.</summary>
    DescriptorKey[] _toReturn = [];

    /// <summary>How many of them have been sent.</summary>
    int _returned;
    bool _isCaughtUp;

    /// <summary>Pid of the daemon; 0 if there is none.</summary>
    public int Pid { get; private set; }

    Descriptor _channel;

    /// <summary>Descriptor of the channel; -1 if there is no daemon.</summary>
    public int Channel => _channel.NumberOrNone;

    /// <summary>Whether there are messages to send.</summary>
    public bool HasPending => _channel.IsOpen && (reaped.TryNext(out _) || !_isCaughtUp);

    /// <summary>Starts a daemon.</summary>
    /// <returns>False if no process can be created at the moment.</returns>
    public bool Start(int listener, int ready, GuardianOptions options)
    {
        _isCaughtUp = false;
        reaped.SendAgain();
        _toReturn = store.KeysToReturn();
        _returned = 0;
        Pid = DaemonSpawner.Start(listener, ready, options, out _channel);
        return Pid != 0;
    }

    /// <summary>Sends a signal. Only the guardian reaps the daemon, so the pid is not reused before <see
    /// cref="Ended"/>.</summary>
    public void Signal(int signal)
    {
        if (Pid > 0) _ = SysSignal.kill(Pid, signal);
    }

    /// <summary>The daemon was reaped, and all its messages have been read.</summary>
    public void Ended()
    {
        _channel.Dispose();
        Pid = 0;
    }

    /// <summary>
    /// Sends <see cref="GuardianMessageKind.CaughtUp"/> once more, after the records that are pending.
    /// </summary>
    public void CatchUpAgain() => _isCaughtUp = false;

    /// <summary>Receives a message without blocking.</summary>
    /// <returns>False if no message is waiting.</returns>
    public bool TryReceive(out GuardianMessage message, out Descriptor descriptor)
    {
        (message, descriptor) = (default, default);
        if (!_channel.IsOpen) return false;
        var bytes = MemoryMarshal.AsBytes(new Span<GuardianMessage>(ref message));
        if (FdPassing.Receive(Channel, bytes, out descriptor) == GuardianMessage.Size) return true;
        descriptor.Dispose();
        return false;
    }

    /// <summary>
    /// Sends as many pending messages as the channel accepts: records of orphans, stored descriptors, then <see
    /// cref="GuardianMessageKind.CaughtUp"/>.
    /// </summary>
    /// <param name="diedAtTicks">When the previous daemon died; 0 if there was none.</param>
    public void SendPending(long diedAtTicks)
    {
        if (!_channel.IsOpen) return;
        while (reaped.TryNext(out var record))
        {
            if (!Send(record)) return;
            reaped.MarkSent();
        }
        for (; _returned < _toReturn.Length; _returned++)
        {
            var key = _toReturn[_returned];
            var descriptor = store.Find(key);
            // The daemon has removed it meanwhile.
            if (!descriptor.IsOpen) continue;
            var returned = new GuardianMessage { Kind = GuardianMessageKind.Returned, Number = key.Wire };
            if (!Send(returned, descriptor.Number)) return;
        }
        if (_isCaughtUp) return;
        _isCaughtUp = Send(new GuardianMessage { Kind = GuardianMessageKind.CaughtUp, StartTicks = diedAtTicks });
    }

    /// <summary>Sends a message without blocking.</summary>
    /// <returns>False if the channel is full or closed.</returns>
    public bool Send(GuardianMessage message, int descriptor = Descriptor.NoNumber) =>
        FdPassing.Send(Channel, MemoryMarshal.AsBytes(new ReadOnlySpan<GuardianMessage>(in message)), descriptor) == 0;
}
