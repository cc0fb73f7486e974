using System.Collections.Concurrent;
using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Logs.Reading;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux.Events;

namespace Tspm.Logs.Writing;

/// <summary>
/// Moves what children print from their FIFOs into files, all of them on one thread. Why inside the kernel (splice): a
/// pump that reads and then writes loses, when it is killed between the two, what it has read; here there is no instant
/// at which a byte is in neither place. Why FIFOs that children hold open for reading and writing: without a reader
/// they wait instead of getting SIGPIPE. Pace: large reads are taken at once; after short ones in quick succession the
/// thread pauses for a moment (<see cref="GatherPause"/>), so that bytes gather and one system call moves many lines.
/// </summary>
internal sealed class OutputPump : IRunOutputs, IReadyHandler, IDisposable
{
    /// <summary>With more streams than this that want a turn at the same time, a turn is short.</summary>
    const int Crowd = 4;

    readonly EventLoop _loop;
    readonly IDescriptorStore _store;
    readonly LogGrowth _growth;
    readonly Func<IByteMover> _makeMover;
    readonly PipeBudget _budget = new();
    readonly LinePeek _peek = new();
    TeeMover? _raisedMover;
    readonly LogFileSet _files = new(TimeProvider.System);
    readonly Dictionary<int, OutputStream> _byDescriptor = [];

    /// <summary>By the FIFO's path, from any thread; null: opened and on its way to the pump's thread.</summary>
    readonly ConcurrentDictionary<string, OutputStream?> _byFifo = new();

    /// <summary>By the FIFO's path: what those that are on their way to the pump's thread have open.</summary>
    readonly ConcurrentDictionary<string, FifoOpening.Ends> _onTheWay = new();
    readonly StalledStreams _stalled;
    readonly PumpTroubles _troubles;
    readonly LogHousekeeper _housekeeper;

    /// <summary>
    /// Streams whose bytes gather: out of epoll, which would be woken by every single write (a third of the writer's
    /// time), and read after each pause until nothing comes.
    /// </summary>
    readonly List<OutputStream> _gathering = [];

    /// <summary>Turns since the last wait, and in the batch before.</summary>
    int _turns, _turnsBefore;

    public OutputPump(IDescriptorStore store, LogGrowth growth, Func<IByteMover> makeMover,
        TotalLimit? totalLimit = null)
    {
        (_store, _growth, _makeMover) = (store, growth, makeMover);
        _stalled = new StalledStreams(_files);
        _troubles = new PumpTroubles(_files, _stalled);
        _loop = new EventLoop("logs")
        {
            BeforeWait = () => _gathering.Count > 0 ? 0 : _stalled.WaitAtMost,
            AfterWait = AfterBatch,
            OnFault = _troubles.Fault,
        };
        _housekeeper = new LogHousekeeper(_loop, totalLimit);
        _loop.Start();
        if (totalLimit is not null) _loop.Post(_housekeeper.KeepTotal);
    }

    /// <summary>Of all streams since the start; written by the pump's thread, read by any.</summary>
    public long BytesMoved, BytesDropped;

    /// <summary>Why output is held back, or lost, at this moment; null: it is not.</summary>
    public string? Trouble => _troubles.Now;

    /// <summary>Which log file takes no output at this moment; null: all do.</summary>
    public string? Unwritten => _troubles.Unwritten;

    /// <summary>Called on the pump's thread while there is one.</summary>
    public Action? UnwrittenTold { set => _troubles.Told = value; }

    /// <summary>Why output comes late; null: it does not.</summary>
    public string? WatchTrouble => _loop.Trouble;

    /// <summary>All that a person should know, also what is over.</summary>
    public IReadOnlyList<string> Troubles => [.. _troubles.All, .. _housekeeper.Troubles];

    /// <summary>What is lost is written down here too. Before anything is opened.</summary>
    public void Use(DropLedger ledger) => _files.Ledger = ledger;

    /// <summary>Empties raised FIFOs from now on, and is disposed with the pump. Before anything is opened.</summary>
    public void Use(TeeMover raisedMover) => _raisedMover = raisedMover;

    public SpawnFailure? Open(RunStreams run)
    {
        if (Prepare(run, run.OutFifo, run.OutFile, KeyOf(run, OutputKind.Out)) is { } outFailure) return outFailure;
        if (run.ErrFifo != run.OutFifo
            && Prepare(run, run.ErrFifo, run.ErrFile, KeyOf(run, OutputKind.Err)) is { } errFailure)
        {
            Discard(run);
            return errFailure;
        }
        if (run.StdinFifo is { } stdin && FifoOpening.Make(stdin, run.Owner) is { } inFailure)
        {
            Discard(run);
            return inFailure;
        }
        return null;
    }

    public SpawnFailure? Check(RunStreams run) =>
        FifoOpening.Check(run.OutFile, run.FolderRootOf(run.OutFile))
        ?? (run.ErrFile == run.OutFile ? null : FifoOpening.Check(run.ErrFile, run.FolderRootOf(run.ErrFile)));

    public bool Resume(RunStreams run)
    {
        var found = ResumeOne(run.OutFifo, run.OutFile, KeyOf(run, OutputKind.Out), run.Log,
            run.FolderRootOf(run.OutFile));
        return (run.ErrFifo != run.OutFifo
            && ResumeOne(run.ErrFifo, run.ErrFile, KeyOf(run, OutputKind.Err), run.Log, run.FolderRootOf(run.ErrFile)))
                || found;
    }

    public void Started(RunStreams run, int pid) => _loop.Post(() =>
    {
        foreach (var stream in StreamsOf(run)) stream.Run.Pid = pid;
    });

    public void Discard(RunStreams run) => _loop.Post(() =>
    {
        foreach (var stream in StreamsOf(run))
        {
            Close(stream);
            // Others write to it by now, perhaps, and will not find it where it was: they make it again.
            if (_files.Find(stream.File.Path) is null) LogFile.Unmake(stream.Made);
        }
        FifoOpening.Remove(run.OutFifo);
        FifoOpening.Remove(run.ErrFifo);
        if (run.StdinFifo is { } stdin) FifoOpening.Remove(stdin);
    });

    public void Finish(RunStreams run) => _loop.Post(() =>
    {
        foreach (var stream in StreamsOf(run)) DrainAll(stream);
        if (run.StdinFifo is { } stdin) FifoOpening.Remove(stdin);
    });

    /// <summary>Goes on with a FIFO that was found without a run: drains it until its last holder closes it.</summary>
    public bool ResumeOne(string fifo, string file, DescriptorKey key, LogPolicy policy, string? folderRoot = null)
    {
        if (!_byFifo.TryAdd(fifo, null)) return true;
        if (FifoOpening.Open(fifo, file, folderRoot, out _) is not { } opened)
        {
            _byFifo.TryRemove(fifo, out _);
            return false;
        }
        _store.Store(key, opened.Fifo.Number);
        _onTheWay[fifo] = opened;
        _loop.Post(() =>
        {
            // No event comes for a FIFO whose writers went before it was opened; its bytes are there all the same.
            DrainAll(Adopt(fifo, file, key, policy, folderRoot, raised: false));
        });
        return true;
    }

    /// <summary>
    /// Waits until everything posted before was done: what a child that ended had printed is in its file then.
    /// </summary>
    public Task Settled() => _loop.Ask(() => true);

    /// <inheritdoc/>
    public Task<string?> Rename(IReadOnlyList<(string From, string To)> files, bool again = false) =>
        _loop.Ask(() => _files.Rename(files, again));

    /// <inheritdoc/>
    public Task<string?> Remove(IReadOnlyList<string> files) => _loop.Ask(() =>
    {
        string? problem = null;
        foreach (var path in files)
            if (RotatedLogs.RemoveAll(path) is { } reason) problem ??= $"the log {path} could not be removed: {reason}";
        return problem;
    });

    /// <inheritdoc/>
    public void Keep(IReadOnlyList<string> files, LogPolicy policy) => _loop.Post(() =>
    {
        foreach (var path in files)
            if (_files.Find(path) is { } file) file.Policy = policy;
    });

    /// <summary>Empties logs and removes their old files.</summary>
    public Task Flush(IReadOnlyList<string> paths) => ForEach(paths, path =>
    {
        _files.Flush(path);
        _troubles.Forget(path);
    });

    /// <summary>Makes log files anew that were moved away or removed. What came of each.</summary>
    public async Task<IReadOnlyList<ReopenedLog>> Reopen(IReadOnlyList<string> paths)
    {
        var reopened = new List<ReopenedLog>(paths.Count);
        await ForEach(paths, path =>
        {
            reopened.Add(_files.Reopen(path));
            if (_files.Find(path) is { IsLost: true } lost) _stalled.AddLost(lost);
        });
        return reopened;
    }

    /// <summary>Ends without draining: what is in the FIFOs stays there for the next one.</summary>
    public void Dispose()
    {
        _housekeeper.Dispose();
        _loop.Dispose();
        foreach (var stream in _byDescriptor.Values) stream.Close();
        // A file whose name was given to another one is not among the files any more.
        foreach (var stream in _byDescriptor.Values) stream.File.Close();
        foreach (var opened in _onTheWay.Values) opened.Dispose();
        _files.CloseAll();
        _peek.Dispose();
        _raisedMover?.Dispose();
        _byDescriptor.Clear();
    }

    Task ForEach(IReadOnlyList<string> paths, Action<string> act) => _loop.Ask(() =>
    {
        foreach (var path in paths)
        {
            act(path);
            _growth.Notify(path);
        }
        // There may be room now, or another file.
        RetryStalled();
        return true;
    });

    // ---- opening

    static DescriptorKey KeyOf(RunStreams run, OutputKind output) => DescriptorKey.Output(run.RunId, output);

    SpawnFailure? Prepare(RunStreams run, string fifo, string file, DescriptorKey key)
    {
        if (FifoOpening.Make(fifo, run.Owner) is { } failure) return failure;
        if (FifoOpening.Open(fifo, file, run.FolderRootOf(file), out var problem) is not { } opened)
        {
            FifoOpening.Remove(fifo);
            return problem;
        }
        // Before the child is there: it may print more than a pipe holds and be gone.
        var raised = run.Log.LargePipe && _budget.TryRaise(opened.Fifo.Number);
        _store.Store(key, opened.Fifo.Number);
        // Whoever finds the FIFO in the home meanwhile knows that it is open.
        _byFifo[fifo] = null;
        _onTheWay[fifo] = opened;
        _loop.Post(() =>
        {
            var begin = Adopt(fifo, file, key, run.Log, run.FolderRootOf(file), raised).File.Offset;
            if (fifo == run.OutFifo) run.Begins.Out = begin;
            else run.Begins.Err = begin;
        });
        return null;
    }

    OutputStream Adopt(
        string fifo, string path, DescriptorKey key, LogPolicy policy, string? folderRoot, bool raised)
    {
        _onTheWay.Remove(fifo, out var opened);
        var file = _files.Use(path, opened.File, policy, folderRoot);
        // Of an earlier daemon: before what comes now, or as soon as there is room.
        if (file is { Owed: > 0, Users: 1 }) _stalled.Owes(file);
        var stream = new OutputStream(
            fifo, opened.Fifo, key, new OutputRun(key.RunId), file, _makeMover(), _raisedMover, _peek)
        {
            IsRaised = raised,
            Made = opened.Made,
        };
        _byDescriptor[stream.Number] = _byFifo[fifo] = stream;
        _loop.Watch(stream.Number, SysEpoll.EPOLLIN, this);
        _housekeeper.LookAt(file);
        return stream;
    }

    // ---- moving

    void IReadyHandler.Ready(int fd, uint events)
    {
        if (!_byDescriptor.TryGetValue(fd, out var stream)) return;
        Turn(stream, out _);
        if (stream.Gather == TimeSpan.Zero || !_byDescriptor.ContainsKey(fd) || stream.BlockedBy != 0
            || _gathering.Contains(stream)) return;
        _loop.Unwatch(fd);
        _gathering.Add(stream);
    }

    DrainResult Turn(OutputStream stream, out long moved)
    {
        _turns++;
        var dropped = stream.DroppedEver;
        var result = stream
            .Drain(_budget, _turnsBefore > Crowd ? OutputStream.CrowdBytes : OutputStream.AloneBytes, out moved);
        if (moved > 0) _growth.Notify(stream.File.Path);
        BytesMoved += moved;
        BytesDropped += stream.DroppedEver - dropped;
        if (stream.HasRotated) _housekeeper.Rotated(stream.File);
        if (stream.File.IsLost) _stalled.AddLost(stream.File);
        if (stream.Dropping is not null) _stalled.AddDropping(stream);
        if (result == DrainResult.Ended) Close(stream);
        else if (result == DrainResult.Blocked) Block(stream);
        _troubles.Look(stream);
        return result;
    }

    /// <summary>
    /// Until nothing comes any more, or it turns out that nobody writes any more: of that no event may come.
    /// </summary>
    void DrainAll(OutputStream stream)
    {
        DrainResult result;
        long moved;
        do result = Turn(stream, out moved);
        while (result == DrainResult.More || (result == DrainResult.Empty && moved > 0));
    }

    void Block(OutputStream stream)
    {
        _gathering.Remove(stream);
        _loop.Unwatch(stream.Number);
        _stalled.AddBlocked(stream);
        _troubles.Tell();
    }

    void RetryStalled()
    {
        foreach (var stream in _stalled.Retry())
        {
            if (stream.IsClosed) continue;
            if (Turn(stream, out _) is DrainResult.Empty or DrainResult.More)
                _loop.Watch(stream.Number, SysEpoll.EPOLLIN, this);
        }
        _troubles.Tell();
    }

    void AfterBatch()
    {
        if (_stalled.IsDue) RetryStalled();
        if (_gathering.Count > 0) ReadGathered();
        (_turns, _turnsBefore) = (0, _turns);
    }

    void ReadGathered()
    {
        var pause = _gathering[0].Gather;
        foreach (var stream in _gathering)
            if (stream.Gather < pause) pause = stream.Gather;
        Time.Pause(pause);
        for (var i = _gathering.Count - 1; i >= 0; i--)
        {
            var stream = _gathering[i];
            Turn(stream, out _);
            // Gone, or blocked: it is out of the list already. Nothing came, or much: epoll tells of what is next.
            if (i >= _gathering.Count || _gathering[i] != stream || stream.Gather > TimeSpan.Zero) continue;
            _gathering.RemoveAt(i);
            _loop.Watch(stream.Number, SysEpoll.EPOLLIN, this);
        }
    }

    // ---- closing

    List<OutputStream> StreamsOf(RunStreams run)
    {
        var streams = new List<OutputStream>(2);
        if (_byFifo.TryGetValue(run.OutFifo, out var output) && output is not null) streams.Add(output);
        if (run.ErrFifo != run.OutFifo && _byFifo.TryGetValue(run.ErrFifo, out var error) && error is not null)
            streams.Add(error);
        return streams;
    }

    void Close(OutputStream stream)
    {
        if (stream.IsClosed || !_byDescriptor.Remove(stream.Number)) return;
        _byFifo.TryRemove(stream.Fifo, out _);
        _gathering.Remove(stream);
        _loop.Unwatch(stream.Number);
        _stalled.Forget(stream);
        if (stream.IsRaised)
        {
            _budget.GiveBack();
            if (_budget.IsUnused) _raisedMover?.Rest();
        }
        stream.Close();
        FifoOpening.Remove(stream.Fifo);
        _store.Remove(stream.Key);
        _troubles.Remember(stream.File);
        if (stream.File.Owed > 0) _stalled.Owes(stream.File);
        _files.Release(stream.File);
        _troubles.Tell();
    }
}
