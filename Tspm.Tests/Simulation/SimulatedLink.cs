using Tspm.Guardian;
using Tspm.Guardian.Contract;

namespace Tspm.Tests.Simulation;

/// <summary>The present daemon as its guardian has it, as DaemonLink: what has not been sent to it yet.</summary>
internal sealed class SimulatedLink(ReapedRecords reaped, Mistake mistake)
{
    bool _isCaughtUp;

    /// <summary>Null: there is no daemon.</summary>
    public SimulatedChannel? Channel { get; private set; }

    public bool HasPending => Channel is { HasRoom: true } && (!_isCaughtUp || reaped.TryNext(out _));

    public SimulatedChannel Start()
    {
        _isCaughtUp = false;
        reaped.SendAgain();
        return Channel = new SimulatedChannel();
    }

    public void Ended() => Channel = null;

    /// <summary>After the next records it is told once more that these were all.</summary>
    public void CatchUpAgain() => _isCaughtUp = false;

    /// <returns>False: there is nothing to send, or no room.</returns>
    public bool SendOne(long diedAtTicks)
    {
        if (Channel is not { HasRoom: true } channel) return false;
        if (reaped.TryNext(out var record))
        {
            channel.SendToDaemon(record);
            reaped.MarkSent();
            if (mistake == Mistake.SendsRecordsOnce) reaped.Acknowledge(record.Number);
            return true;
        }
        if (_isCaughtUp) return false;
        channel.SendToDaemon(new GuardianMessage { Kind = GuardianMessageKind.CaughtUp, StartTicks = diedAtTicks });
        return _isCaughtUp = true;
    }
}
