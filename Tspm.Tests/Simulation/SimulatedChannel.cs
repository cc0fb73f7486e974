using Tspm.Guardian.Contract;
using Tspm.Platform;

namespace Tspm.Tests.Simulation;

/// <summary>
/// The SOCK_SEQPACKET pair between a guardian and one daemon. In each direction, messages wait in the order in which
/// they were sent, none is lost and none arrives twice while both ends are open. When the daemon dies, what was on the
/// way to it is lost, and what it had sent can still be read. A descriptor that is on its way is open.
/// </summary>
internal sealed class SimulatedChannel
{
    /// <summary>The guardian does not wait when the queue is full: so few that this happens.</summary>
    const int Room = 4;

    readonly Queue<GuardianMessage> _toDaemon = new(), _toGuardian = new();

    public bool HasRoom => _toDaemon.Count < Room;

    public bool HasForDaemon => _toDaemon.Count > 0;

    public bool HasForGuardian => _toGuardian.Count > 0;

    public void SendToDaemon(GuardianMessage message) => _toDaemon.Enqueue(message);

    public void SendToGuardian(GuardianMessageKind kind, ulong number = 0) =>
        _toGuardian.Enqueue(new GuardianMessage { Kind = kind, Number = number });

    public GuardianMessage? ReadAsDaemon() => _toDaemon.TryDequeue(out var message) ? message : null;

    public GuardianMessage? ReadAsGuardian() => _toGuardian.TryDequeue(out var message) ? message : null;

    /// <summary>The descriptor with this key is on its way to the guardian.</summary>
    public bool Carries(DescriptorKey key) =>
        _toGuardian.Any(message => message.Kind == GuardianMessageKind.Store && message.Number == key.Wire);
}
