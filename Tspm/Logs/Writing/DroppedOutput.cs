namespace Tspm.Logs.Writing;

/// <summary>
/// <c>log.onFull: drop</c>: discards and counts a stream's output while its file cannot be written. When there may be
/// room again, dropping ends after a line break, so that complete lines follow. Counts that this daemon cannot write
/// into the log are left to its successor (<see cref="DropCounter"/>).
/// </summary>
internal sealed class DroppedOutput
{
    /// <summary>Number of reads before other streams get their turn.</summary>
    const int ReadsPerTurn = 16;

    /// <summary>After this many bytes without a line break, dropping ends within a line.</summary>
    const int MaxRestBytes = 64 << 10;

    bool _ending, _lastWasBreak;
    long _endingSince;

    /// <summary>Number of bytes dropped so far.</summary>
    public long Count { get; private set; }

    /// <summary>Discards the bytes that are in the FIFO.</summary>
    public DrainResult Drain(LinePeek peek, int fifo, OutputStream stream)
    {
        for (var reads = 0; reads < ReadsPerTurn; reads++)
        {
            var seen = _ending
                ? peek.Peek(fifo, LinePeek.MaxBytes, out var errno)
                : peek.Read(fifo, LinePeek.MaxBytes, out errno);
            if (seen.IsEmpty) return errno == 0 ? DrainResult.Ended : DrainResult.Empty;
            var end = _ending ? seen.IndexOf((byte)'\n') : -1;
            if (_ending) seen = peek.Read(fifo, end >= 0 ? end + 1 : seen.Length, out _);
            Count += seen.Length;
            stream.File.CountDropped(seen.Length);
            stream.DroppedEver += seen.Length;
            _lastWasBreak = seen[^1] == '\n';
            if (_ending && (_lastWasBreak || Count - _endingSince > MaxRestBytes) && End(stream))
                return DrainResult.More;
        }
        return DrainResult.More;
    }

    /// <summary>
    /// Tries to write again, after some time has passed: at once if the last byte ended a line, else after the end of
    /// the current line.
    /// </summary>
    public void Retry(OutputStream stream)
    {
        if (_lastWasBreak || Count == 0) End(stream);
        else if (!_ending)
        {
            _ending = true;
            _endingSince = Count;
        }
    }

    /// <summary>Writes into the file how much was dropped.</summary>
    /// <returns>True if output is written to the file again; false if there is still no room.</returns>
    public bool End(OutputStream stream)
    {
        _ending = false;
        return stream.StopDropping(Count, _lastWasBreak);
    }
}
