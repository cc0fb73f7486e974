using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Logs.Reading;
using Tspm.Platform.Linux.Events;

namespace Tspm.Logs.Writing;

/// <summary>
/// Decides when each stream takes a turn: when epoll reports bytes, after a short delay in which bytes accumulate (<see
/// cref="CoalescingDelay"/>), or at intervals while its file cannot be written. Owns the pump's thread; all members
/// except properties are for that thread.
/// </summary>
internal sealed class PumpScheduler : IReadyHandler, IDisposable
{
    /// <summary>If more streams than this are ready at the same time, their turns are short.</summary>
    const int ManyStreams = 4;

    readonly StreamTable _streams;
    readonly LogFileSet _files;
    readonly LogChangeNotifier _logChanges;
    readonly StalledStreams _stalled;
    readonly LogHousekeeper _housekeeper;

    /// <summary>
    /// Streams whose bytes accumulate. They are not in epoll, because waking it at every single write would cost a
    /// third of the writer's time; they are read after each pause until one has no bytes.
    /// </summary>
    readonly List<OutputStream> _coalescing = [];

    /// <summary>Turns since the last wait, and in the batch before that.</summary>
    int _turns, _turnsBefore;

    public PumpScheduler(StreamTable streams, LogFileSet files, LogChangeNotifier logChanges, TotalLimit? totalLimit)
    {
        _streams = streams;
        _files = files;
        _logChanges = logChanges;
        _stalled = new StalledStreams(files);
        Troubles = new PumpTroubles(files, _stalled);
        Loop = new EventLoop("logs")
        {
            BeforeWait = () => _coalescing.Count > 0 ? 0 : _stalled.WaitAtMost,
            AfterWait = AfterBatch,
            OnFault = Troubles.Fault,
        };
        _housekeeper = new LogHousekeeper(Loop, totalLimit);
        Loop.Start();
        if (totalLimit is not null) Loop.Post(_housekeeper.KeepTotal);
    }

    /// <summary>The pump's thread.</summary>
    public EventLoop Loop { get; }

    public PumpTroubles Troubles { get; }

    /// <summary>Sentences about compression and the total size of all logs.</summary>
    public IReadOnlyList<string> HousekeepingTroubles => _housekeeper.Troubles;

    /// <summary>Totals of all streams since the start; written by the pump's thread, read by any.</summary>
    public long BytesMoved, BytesDropped;

    /// <summary>Starts watching a stream that was just adopted.</summary>
    public void Watch(OutputStream stream)
    {
        // The notice about drops under an earlier daemon comes before new output, or as soon as there is room.
        if (stream.File is { Owed: > 0, Users: 1 }) _stalled.AddOwing(stream.File);
        Loop.Watch(stream.Number, SysEpoll.EPOLLIN, this);
        _housekeeper.LookAt(stream.File);
    }

    void IReadyHandler.Ready(int fd, uint events)
    {
        if (_streams.Find(fd) is not { } stream) return;
        Turn(stream, out _);
        if (stream.Delay == TimeSpan.Zero || stream.IsClosed || stream.BlockedBy != 0) return;
        if (_coalescing.Contains(stream)) return;
        Loop.Unwatch(fd);
        _coalescing.Add(stream);
    }

    DrainResult Turn(OutputStream stream, out long moved)
    {
        _turns++;
        var dropped = stream.DroppedEver;
        var length = _turnsBefore > ManyStreams ? OutputStream.FairTurnBytes : OutputStream.SoloTurnBytes;
        var result = stream.Drain(_streams.Budget, length, out moved);
        if (moved > 0) _logChanges.Notify(stream.File.Path);
        BytesMoved += moved;
        BytesDropped += stream.DroppedEver - dropped;
        if (stream.HasRotated) _housekeeper.Rotated(stream.File);
        if (stream.File.IsLost) _stalled.AddLost(stream.File);
        if (stream.Dropping is not null) _stalled.AddDropping(stream);
        if (result == DrainResult.Ended) Close(stream);
        else if (result == DrainResult.Blocked) Block(stream);
        Troubles.UpdateAfterTurn(stream);
        return result;
    }

    /// <summary>
    /// Drains a stream until its FIFO is empty, or until it turns out that all writers have closed it, which epoll may
    /// not report.
    /// </summary>
    public void Drain(OutputStream stream)
    {
        DrainResult result;
        long moved;
        do result = Turn(stream, out moved);
        while (result == DrainResult.More || (result == DrainResult.Empty && moved > 0));
    }

    void Block(OutputStream stream)
    {
        _coalescing.Remove(stream);
        Loop.Unwatch(stream.Number);
        _stalled.AddBlocked(stream);
        Troubles.Update();
    }

    /// <summary>Retries to reopen a file that is no longer at its path.</summary>
    public void AddLost(LogFile file) => _stalled.AddLost(file);

    /// <summary>Retries all streams and files that could not be written.</summary>
    public void RetryStalled()
    {
        foreach (var stream in _stalled.Retry())
        {
            if (stream.IsClosed) continue;
            if (Turn(stream, out _) is DrainResult.Empty or DrainResult.More)
                Loop.Watch(stream.Number, SysEpoll.EPOLLIN, this);
        }
        Troubles.Update();
    }

    void AfterBatch()
    {
        if (_stalled.IsDue) RetryStalled();
        if (_coalescing.Count > 0) ReadCoalesced();
        _turnsBefore = _turns;
        _turns = 0;
    }

    void ReadCoalesced()
    {
        var pause = _coalescing[0].Delay;
        foreach (var stream in _coalescing)
            if (stream.Delay < pause) pause = stream.Delay;
        Time.Pause(pause);
        for (var i = _coalescing.Count - 1; i >= 0; i--)
        {
            var stream = _coalescing[i];
            Turn(stream, out _);
            // A stream that was closed or blocked is no longer in the list. After no bytes, or many, epoll reports the
            // next ones.
            if (i >= _coalescing.Count || _coalescing[i] != stream || stream.Delay > TimeSpan.Zero) continue;
            _coalescing.RemoveAt(i);
            Loop.Watch(stream.Number, SysEpoll.EPOLLIN, this);
        }
    }

    /// <summary>Closes a stream, and its file unless others use it; does nothing if it is closed already.</summary>
    public void Close(OutputStream stream)
    {
        if (stream.IsClosed || _streams.Find(stream.Number) is null) return;
        _coalescing.Remove(stream);
        Loop.Unwatch(stream.Number);
        _stalled.Forget(stream);
        _streams.Close(stream);
        Troubles.CollectDropped(stream.File);
        if (stream.File.Owed > 0) _stalled.AddOwing(stream.File);
        _files.Release(stream.File);
        Troubles.Update();
    }

    /// <summary>Ends the pump's thread.</summary>
    public void Dispose()
    {
        _housekeeper.Dispose();
        Loop.Dispose();
    }
}
