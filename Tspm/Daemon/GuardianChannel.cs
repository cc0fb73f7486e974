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
/// The daemon's side of the channel to its guardian: takes exit records of orphans, hands over descriptors to keep. A
/// message that is written is in the guardian's queue, whatever happens to this process afterwards.
/// </summary>
/// <param name="descriptor">Of the channel; open as long as the daemon lives.</param>
internal sealed class GuardianChannel(Descriptor descriptor) : IDescriptorStore, IReadyHandler
{
    /// <summary>
    /// Called on the event loop's thread for each record that comes after <see cref="ReadCaughtUp"/>.
    /// </summary>
    public Action<GuardianRecord>? Reaped { get; set; }

    /// <summary>
    /// Called on the event loop's thread: what came of making the home again, and the socket to listen on from now on,
    /// which is the called one's; not open: the same.
    /// </summary>
    public Action<HomeOutcome, Descriptor>? HomeAnswered { get; set; }

    /// <summary>
    /// Everything that earlier daemons did not acknowledge. Blocks until the guardian has said that this was all.
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
    /// The records of all that has ended by now, and of which <see cref="ReadCaughtUp"/> did not tell. Before <see
    /// cref="Watch"/>; blocks in the same way.
    /// </summary>
    public IReadOnlyList<GuardianRecord> CatchUpAgain()
    {
        Send(new GuardianMessage { Kind = GuardianMessageKind.CatchUp });
        return ReadCaughtUp();
    }

    /// <summary>
    /// When the daemon before this one died, known after <see cref="ReadCaughtUp"/>; 0: there was none under this
    /// guardian.
    /// </summary>
    public long DaemonDiedAtTicks { get; private set; }

    /// <summary>
    /// Descriptors that earlier daemons stored for the next; complete after <see cref="ReadCaughtUp"/>.
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
            // A newer guardian's, and nothing that this version knows.
            else passed.Dispose();
        }
    }

    /// <summary>All records up to this one are saved or nobody's.</summary>
    public void Acknowledge(ulong sequence) => Send(new GuardianMessage
    {
        Kind = GuardianMessageKind.Acknowledge,
        Number = sequence,
    });

    public void SayReady() => Send(new GuardianMessage { Kind = GuardianMessageKind.Ready });

    /// <summary>The events of so many daemon deaths are written.</summary>
    public void SayDeathsTold(int count) => Send(new GuardianMessage
    {
        Kind = GuardianMessageKind.DeathsTold,
        Number = (ulong)count,
    });

    /// <summary>The home is not where it should be: <see cref="HomeAnswered"/> tells what came of it.</summary>
    public void SayHomeGone() => Send(new GuardianMessage { Kind = GuardianMessageKind.HomeGone });

    public void SayLeaving() => Send(new GuardianMessage { Kind = GuardianMessageKind.Leaving });

    /// <summary>Execute this when I have ended.</summary>
    public void Upgrade(int executable) => Send(new GuardianMessage { Kind = GuardianMessageKind.Upgrade }, executable);

    /// <summary>
    /// When I have ended, give everything to the guardian that waits at the other end of this connection.
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
    /// The guardian reads at once; a full queue means that it is busy for a moment, and this message must not be lost.
    /// </summary>
    void Send(GuardianMessage message, int passed = Descriptor.NoNumber) => _ = FdPassing.SendWhenRoom(
        descriptor.Number, MemoryMarshal.AsBytes(new ReadOnlySpan<GuardianMessage>(in message)), passed);

    static GuardianRecord RecordOf(in GuardianMessage message) =>
        new(message.Number, message.Pid, message.StartTicks, ExitStatus.FromWaitStatus(message.WaitStatus),
            message.LedSession != 0);
}
