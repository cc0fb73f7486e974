using Tspm.Guardian.Contract;

namespace Tspm.Guardian;

/// <summary>
/// Records of how orphans ended, kept until a daemon has acknowledged them. The number is bounded: while no daemon
/// answers, the oldest records are dropped, and the exit status of their processes is then reported as unknown.
/// </summary>
internal sealed class ReapedRecords
{
    const int InitialCapacity = 64;

    /// <summary>
    /// 1.5 MiB of records. More orphans between two daemons, half a second apart, mean that something else is wrong.
    /// </summary>
    const int MaxRecords = 65536;

    GuardianMessage[] _records = new GuardianMessage[InitialCapacity];
    int _count;
    int _sent;
    ulong _lastNumber;

    public void Add(in EndedProcess ended) => Add(ended.Pid, ended.WaitStatus, ended.StartTicks, ended.LedSession);

    public void Add(int pid, int waitStatus, long startTicks, bool ledSession)
    {
        if (_count == MaxRecords) Drop(1);
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

    /// <summary>The next record that has not been sent to the present daemon.</summary>
    /// <returns>False if all records have been sent.</returns>
    public bool TryNext(out GuardianMessage record)
    {
        record = _sent < _count ? _records[_sent] : default;
        return _sent < _count;
    }

    public void MarkSent() => _sent++;

    /// <summary>A new daemon has started: all records that are not acknowledged are sent again.</summary>
    public void SendAgain() => _sent = 0;

    /// <summary>Drops all records up to this number.</summary>
    public void Acknowledge(ulong number)
    {
        var done = 0;
        while (done < _count && _records[done].Number <= number) done++;
        Drop(done);
    }

    /// <summary>Number of the newest record, even if it has been dropped.</summary>
    public ulong LastNumber => _lastNumber;

    /// <summary>The records that are not acknowledged, oldest first.</summary>
    public ReadOnlySpan<GuardianMessage> Unacknowledged => _records.AsSpan(0, _count);

    /// <summary>Fills a new collection with the records of the previous version of this guardian.</summary>
    public void Restore(ulong lastNumber, IReadOnlyCollection<GuardianMessage> records)
    {
        if (records.Count > _records.Length) _records = new GuardianMessage[Math.Max(records.Count, InitialCapacity)];
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
