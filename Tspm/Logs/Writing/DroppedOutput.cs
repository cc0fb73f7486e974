namespace Tspm.Logs.Writing;

/// <summary>
/// <c>log.onFull: drop</c>: what a stream loses while its file takes no more. Bytes are read and counted; when there
/// may be room again, the stretch is ended behind a line break, so that whole lines follow. What a daemon did not get
/// to tell its successor does (<see cref="DropLedger"/>).
/// </summary>
internal sealed class DroppedOutput
{
    /// <summary>Reads of one turn, before other streams get theirs.</summary>
    const int ReadsPerTurn = 16;

    /// <summary>A line this long is not waited for.</summary>
    const int LongestRest = 64 << 10;

    bool _ending, _lastWasBreak;
    long _endingSince;

    public long Count { get; private set; }

    /// <summary>Throws away what is there.</summary>
    public DrainResult Drain(LinePeek peek, int fifo, OutputStream stream)
    {
        for (var reads = 0; reads < ReadsPerTurn; reads++)
        {
            var seen = _ending
                ? peek.Look(fifo, LinePeek.MaxBytes, out var errno)
                : peek.Take(fifo, LinePeek.MaxBytes, out errno);
            if (seen.IsEmpty) return errno == 0 ? DrainResult.Ended : DrainResult.Empty;
            var end = _ending ? seen.IndexOf((byte)'\n') : -1;
            if (_ending) seen = peek.Take(fifo, end >= 0 ? end + 1 : seen.Length, out _);
            Count += seen.Length;
            stream.File.Lose(seen.Length);
            stream.DroppedEver += seen.Length;
            _lastWasBreak = seen[^1] == '\n';
            if (_ending && (_lastWasBreak || Count - _endingSince > LongestRest) && End(stream))
                return DrainResult.More;
        }
        return DrainResult.More;
    }

    /// <summary>
    /// Some time has passed: is there room? Between two lines that is tried at once, else behind the end of this one.
    /// </summary>
    public void Retry(OutputStream stream)
    {
        if (_lastWasBreak || Count == 0) End(stream);
        else if (!_ending) (_ending, _endingSince) = (true, Count);
    }

    /// <summary>Says in the file what was dropped. True: bytes are moved again.</summary>
    public bool End(OutputStream stream)
    {
        _ending = false;
        return stream.StopDropping(Count, _lastWasBreak);
    }
}
