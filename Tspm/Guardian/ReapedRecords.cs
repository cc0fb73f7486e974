using Tspm.Guardian.Contract;

namespace Tspm.Guardian;

/// <summary>
/// How orphans ended, until a daemon has acknowledged it. Bounded: while no daemon answers, the newest records are kept
/// and the oldest are dropped, whose processes are then honestly "unknown".
/// </summary>
internal sealed class ReapedRecords
{
    const int First = 64;

    /// <summary>
    /// 1.5 MiB: more orphans than that between two daemons, half a second apart, mean that something else is wrong.
    /// </summary>
    const int Most = 65536;

    GuardianMessage[] _records = new GuardianMessage[First];
    int _count;
    int _sent;
    ulong _lastNumber;

    public void Add(in EndedProcess ended) => Add(ended.Pid, ended.WaitStatus, ended.StartTicks, ended.LedSession);

    public void Add(int pid, int waitStatus, long startTicks, bool ledSession)
    {
        if (_count == Most) Drop(1);
        if (_count == _records.Length) Array.Resize(ref _records, _count * 2);
        _records[_count++] = new GuardianMessage
        {
            Kind = GuardianMessageKind.Reaped,
            Pid = pid,
            WaitStatus = waitStatus,
            StartTicks = startTicks,
            LedSession = ledSession ? 1 : 0,
            Number = ++_lastNumber,
        };
    }

    /// <summary>The next record that the present daemon has not been sent.</summary>
    public bool TryNext(out GuardianMessage record)
    {
        record = _sent < _count ? _records[_sent] : default;
        return _sent < _count;
    }

    public void MarkSent() => _sent++;

    /// <summary>A new daemon: everything that was not acknowledged is sent again.</summary>
    public void SendAgain() => _sent = 0;

    public void Acknowledge(ulong number)
    {
        var done = 0;
        while (done < _count && _records[done].Number <= number) done++;
        Drop(done);
    }

    /// <summary>Number of the newest record there ever was.</summary>
    public ulong LastNumber => _lastNumber;

    /// <summary>What is not acknowledged, oldest first.</summary>
    public ReadOnlySpan<GuardianMessage> Unacknowledged => _records.AsSpan(0, _count);

    /// <summary>Goes on where another image of this guardian was; for a collection that is new.</summary>
    public void Restore(ulong lastNumber, IReadOnlyCollection<GuardianMessage> records)
    {
        if (records.Count > _records.Length) _records = new GuardianMessage[Math.Max(records.Count, First)];
        foreach (var record in records) _records[_count++] = record;
        _lastNumber = lastNumber;
    }

    void Drop(int count)
    {
        if (count == 0) return;
        Array.Copy(_records, count, _records, 0, _count - count);
        _count -= count;
        _sent = Math.Max(0, _sent - count);
    }
}
