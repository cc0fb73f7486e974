using System.Runtime.InteropServices;
using Tspm.Guardian.Contract;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Sockets;
using Tspm.Supervision.Recovery;

namespace Tspm.Daemon;

/// <summary>
/// The daemon's end of the channel to its guardian: receives the exit records of orphans and stores descriptors. A
/// message that has been sent is in the guardian's queue, whatever happens to this process afterwards.
/// </summary>
/// <param name="descriptor">The socket of the channel; stays open as long as the daemon lives.</param>
internal sealed class GuardianChannel(Descriptor descriptor) : IDescriptorStore, IReadyHandler
{
    /// <summary>
    /// Called on the event loop's thread for each record that arrives after <see cref="ReadCaughtUp"/>.
    /// </summary>
    public Action<GuardianRecord>? Reaped { get; set; }

    /// <summary>
    /// Called on the event loop's thread with the result of recreating the home and the new socket to listen on, which
    /// the callee owns. The socket is not open if the old one is still good.
    /// </summary>
    public Action<HomeOutcome, Descriptor>? HomeAnswered { get; set; }

    /// <summary>
    /// Returns every record that earlier daemons did not acknowledge. Blocks until the guardian reports that these were
    /// all.
    /// </summary>
    public IReadOnlyList<GuardianRecord> ReadCaughtUp()
    {
        var records = new List<GuardianRecord>();
        while (Receive(out var returned) is { } message)
        {
            if (returned.IsOpen) Keep(DescriptorKey.FromWire(message.Number), returned);
            if (message.Kind == GuardianMessageKind.Reaped) records.Add(RecordOf(message));
            if (message.Kind != GuardianMessageKind.CaughtUp) continue;
            DaemonDiedAtTicks = message.StartTicks;
            break;
        }
        return records;
    }

    void Keep(DescriptorKey key, Descriptor returned)
    {
        if (Returned.Remove(key, out var earlier)) earlier.Dispose();
        Returned[key] = returned;
    }

    /// <summary>
    /// Returns the records of processes that have ended since <see cref="ReadCaughtUp"/>, and blocks in the same way.
    /// Must be called before <see cref="Watch"/>.
    /// </summary>
    public IReadOnlyList<GuardianRecord> CatchUpAgain()
    {
        Send(new GuardianMessage { Kind = GuardianMessageKind.CatchUp });
        return ReadCaughtUp();
    }

    /// <summary>
    /// When the previous daemon died, in clock ticks since boot; set by <see cref="ReadCaughtUp"/>. 0 if this is the
    /// guardian's first daemon.
    /// </summary>
    public long DaemonDiedAtTicks { get; private set; }

    /// <summary>
    /// Descriptors that earlier daemons stored; complete after <see cref="ReadCaughtUp"/>.
    /// </summary>
    public Dictionary<DescriptorKey, Descriptor> Returned { get; } = [];

    public void Watch(EventLoop loop)
    {
        Descriptors.SetNonBlocking(descriptor.Number);
        loop.Watch(descriptor.Number, EventLoop.Readable, this);
    }

    void IReadyHandler.Ready(int fd, uint events)
    {
        while (Receive(out var passed) is { } message)
        {
            if (message.Kind == GuardianMessageKind.Reaped) Reaped?.Invoke(RecordOf(message));
            if (message.Kind == GuardianMessageKind.HomeAnswer && HomeAnswered is { } told)
                told((HomeOutcome)message.Number, passed);
            // A message of a newer guardian that this version does not know.
            else passed.Dispose();
        }
    }

    /// <summary>Acknowledges all records up to this one: their effects are saved, or they concern no process.</summary>
    public void Acknowledge(ulong sequence) => Send(new GuardianMessage
    {
        Kind = GuardianMessageKind.Acknowledge,
        Number = sequence,
    });

    public void SendReady() => Send(new GuardianMessage { Kind = GuardianMessageKind.Ready });

    /// <summary>Confirms that the events for this number of daemon deaths are on disk.</summary>
    public void SendDeathsReported(int count) => Send(new GuardianMessage
    {
        Kind = GuardianMessageKind.DeathsRecorded,
        Number = (ulong)count,
    });

    /// <summary>Reports that the home is missing; <see cref="HomeAnswered"/> receives the result.</summary>
    public void SendHomeGone() => Send(new GuardianMessage { Kind = GuardianMessageKind.HomeGone });

    public void SendLeaving() => Send(new GuardianMessage { Kind = GuardianMessageKind.Leaving });

    /// <summary>Makes the guardian execute this file once this daemon has exited.</summary>
    public void Upgrade(int executable) => Send(new GuardianMessage { Kind = GuardianMessageKind.Upgrade }, executable);

    /// <summary>
    /// Makes the guardian hand everything over, once this daemon has exited, to the guardian that waits at the other
    /// end of this connection.
    /// </summary>
    public void HandOver(int connection) =>
        Send(new GuardianMessage { Kind = GuardianMessageKind.HandOver }, connection);

    public void Store(DescriptorKey key, int passed) =>
        Send(new GuardianMessage { Kind = GuardianMessageKind.Store, Number = key.Wire }, passed);

    public void Remove(DescriptorKey key) => Send(new GuardianMessage
    {
        Kind = GuardianMessageKind.Remove,
        Number = key.Wire,
    });

    GuardianMessage? Receive(out Descriptor passed)
    {
        GuardianMessage message = default;
        var size = FdPassing
            .Receive(descriptor.Number, MemoryMarshal.AsBytes(new Span<GuardianMessage>(ref message)), out passed);
        if (size == GuardianMessage.Size) return message;
        passed.Dispose();
        return null;
    }

    /// <summary>
    /// Waits while the guardian's queue is full: the guardian is busy only for a moment, and no message may be lost.
    /// </summary>
    void Send(GuardianMessage message, int passed = Descriptor.NoNumber) => _ = FdPassing.SendWhenRoom(
        descriptor.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<GuardianMessage>(in message)), passed);

    static GuardianRecord RecordOf(in GuardianMessage message) =>
        new(message.Number, message.Pid, message.StartTicks, ExitStatus.FromWaitStatus(message.WaitStatus),
            message.LedSession != 0);
}
