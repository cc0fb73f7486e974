using System.Runtime.InteropServices;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// The present daemon as its guardian has it: a pid, a channel, and what has not been sent over it yet.
/// </summary>
internal sealed class DaemonLink(ReapedRecords reaped, DescriptorStore store)
{
    /// <summary>The keys of what this daemon is to get back, and how many it has got.</summary>
    DescriptorKey[] _toReturn = [];

    int _returned;
    bool _isCaughtUp;

    /// <summary>0: there is no daemon.</summary>
    public int Pid { get; private set; }

    Descriptor _channel;

    /// <summary>-1: there is no daemon.</summary>
    public int Channel => _channel.NumberOrNone;

    public bool HasPending => _channel.IsOpen && (reaped.TryNext(out _) || !_isCaughtUp);

    /// <returns>False: it could not be started for now.</returns>
    public bool Start(int listener, int ready, GuardianOptions options)
    {
        _isCaughtUp = false;
        reaped.SendAgain();
        (_toReturn, _returned) = (store.GivenBack(), 0);
        Pid = DaemonSpawner.Start(listener, ready, options, out _channel);
        return Pid != 0;
    }

    /// <summary>Only the guardian reaps it, so until <see cref="Ended"/> the pid is nobody else's.</summary>
    public void Signal(int signal)
    {
        if (Pid > 0) _ = SysSignal.kill(Pid, signal);
    }

    /// <summary>It was reaped, and all that it had sent has been read.</summary>
    public void Ended()
    {
        _channel.Dispose();
        Pid = 0;
    }

    /// <summary>After the next records it is told once more that these were all.</summary>
    public void CatchUpAgain() => _isCaughtUp = false;

    /// <returns>False: there is no message now.</returns>
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
    /// Sends what there is room for: records of orphans, what is given back, and then that this was all.
    /// </summary>
    /// <param name="diedAtTicks">When the daemon before this one died; 0: there was none.</param>
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
            // Removed meanwhile: there is nothing to give back.
            var descriptor = store.Find(key);
            if (!descriptor.IsOpen) continue;
            var returned = new GuardianMessage { Kind = GuardianMessageKind.Returned, Number = key.Wire };
            if (!Send(returned, descriptor.Number)) return;
        }
        if (_isCaughtUp) return;
        _isCaughtUp = Send(new GuardianMessage { Kind = GuardianMessageKind.CaughtUp, StartTicks = diedAtTicks });
    }

    /// <returns>False: there is no room, or nobody reads any more.</returns>
    public bool Send(GuardianMessage message, int descriptor = Descriptor.NoNumber) =>
        FdPassing.Send(Channel, MemoryMarshal.AsBytes(new ReadOnlySpan<GuardianMessage>(in message)), descriptor) == 0;
}
