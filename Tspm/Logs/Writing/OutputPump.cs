using Tspm.Logs.Files;
using Tspm.Logs.Reading;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Logs.Writing;

/// <summary>
/// Moves the output of all children from their FIFOs into files, on one thread. The bytes are moved inside the kernel
/// (man 2 splice): a pump that reads and then writes loses what it has read if it is killed in between, while here
/// there is no instant at which a byte is in neither place. Children hold their FIFOs open for reading and writing, so
/// that without a reader they wait instead of getting SIGPIPE. After short reads in quick succession, the thread pauses
/// for a moment (<see cref="CoalescingDelay"/>), so that bytes accumulate and one system call moves many lines.
/// </summary>
internal sealed class OutputPump : IRunOutputs, IDisposable
{
    readonly LogChangeNotifier _logChanges;
    readonly LogFileSet _files = new(TimeProvider.System);
    readonly StreamTable _streams;
    readonly PumpScheduler _scheduler;

    public OutputPump(IDescriptorStore store, LogChangeNotifier logChanges, Func<IByteMover> makeMover,
        TotalLimit? totalLimit = null)
    {
        _logChanges = logChanges;
        _streams = new StreamTable(store, _files, makeMover);
        _scheduler = new PumpScheduler(_streams, _files, logChanges, totalLimit);
    }

    /// <summary>Number of bytes written to logs since the start.</summary>
    public long BytesMoved => _scheduler.BytesMoved;

    /// <summary>Number of bytes dropped since the start.</summary>
    public long BytesDropped => _scheduler.BytesDropped;

    /// <summary>Why output is held back or lost at the moment; null if it is not.</summary>
    public string? Trouble => _scheduler.Troubles.Now;

    /// <summary>A sentence about a log file that cannot be written at the moment; null if all can.</summary>
    public string? Unwritten => _scheduler.Troubles.Unwritten;

    /// <summary>Called on the pump's thread, repeatedly, while <see cref="Unwritten"/> is not null.</summary>
    public Action? UnwrittenTold { set => _scheduler.Troubles.Told = value; }

    /// <summary>Why output is noticed late; null if it is not.</summary>
    public string? WatchTrouble => _scheduler.Loop.Trouble;

    /// <summary>Sentences for <c>tspm status</c>, including those about losses in the past.</summary>
    public IReadOnlyList<string> Troubles => [.. _scheduler.Troubles.All, .. _scheduler.HousekeepingTroubles];

    /// <summary>Sets the counter that also records dropped output. Must be called before anything is opened.</summary>
    public void Use(DropCounter drops) => _files.Drops = drops;

    /// <summary>
    /// Sets the mover for enlarged FIFOs, which is disposed with the pump. Must be called before anything is opened.
    /// </summary>
    public void Use(TeeMover raisedMover) => _streams.RaisedMover = raisedMover;

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

    public SpawnFailure? Check(RunStreams run)
    {
        if (FifoOpening.Check(run.OutFile, run.FolderRootOf(run.OutFile)) is { } failure) return failure;
        return run.ErrFile == run.OutFile ? null : FifoOpening.Check(run.ErrFile, run.FolderRootOf(run.ErrFile));
    }

    public bool Resume(RunStreams run)
    {
        var hasOut = ResumeOne(
            run.OutFifo, run.OutFile, KeyOf(run, OutputKind.Out), run.Log, run.FolderRootOf(run.OutFile));
        if (run.ErrFifo == run.OutFifo) return hasOut;
        var hasErr = ResumeOne(
            run.ErrFifo, run.ErrFile, KeyOf(run, OutputKind.Err), run.Log, run.FolderRootOf(run.ErrFile));
        return hasOut || hasErr;
    }

    public void Started(RunStreams run, int pid) => _scheduler.Loop.Post(() =>
    {
        foreach (var stream in _streams.Of(run)) stream.Run.Pid = pid;
    });

    public void Discard(RunStreams run) => _scheduler.Loop.Post(() =>
    {
        foreach (var stream in _streams.Of(run))
        {
            _scheduler.Close(stream);
            // If others already write to the same file, it is kept.
            if (_files.Find(stream.File.Path) is null) LogFileOpening.RemoveMade(stream.Made);
        }
        FifoOpening.Remove(run.OutFifo);
        FifoOpening.Remove(run.ErrFifo);
        if (run.StdinFifo is { } stdin) FifoOpening.Remove(stdin);
    });

    public void Finish(RunStreams run) => _scheduler.Loop.Post(() =>
    {
        foreach (var stream in _streams.Of(run)) _scheduler.Drain(stream);
        if (run.StdinFifo is { } stdin) FifoOpening.Remove(stdin);
    });

    /// <summary>
    /// Continues with a FIFO that an earlier daemon left, and drains it until its last holder closes it.
    /// </summary>
    /// <returns>False if the FIFO is gone.</returns>
    public bool ResumeOne(string fifo, string file, DescriptorKey key, LogPolicy policy, string? folderRoot = null)
    {
        if (!_streams.TryReserve(fifo)) return true;
        if (!_streams.OpenExisting(fifo, file, key, folderRoot)) return false;
        // If the writers closed the FIFO before it was opened, epoll reports nothing, although it may have bytes.
        _scheduler.Loop.Post(
            () => _scheduler.Drain(Adopt(fifo, file, key, policy, folderRoot, isRaised: false)));
        return true;
    }

    /// <summary>
    /// Completes once everything posted before has been done. For a child that has ended, all its output is then in its
    /// file.
    /// </summary>
    public Task Settled() => _scheduler.Loop.Ask(() => true);

    /// <inheritdoc/>
    public Task<string?> Rename(IReadOnlyList<(string From, string To)> files, bool again = false) =>
        _scheduler.Loop.Ask(() => _files.Rename(files, again));

    /// <inheritdoc/>
    public Task<string?> Remove(IReadOnlyList<string> files) => _scheduler.Loop.Ask(() =>
    {
        string? problem = null;
        // A leftover process may have held a FIFO until a moment ago. Its end, read after the removal, would create the
        // log again.
        foreach (var stream in _streams.To(files)) _scheduler.Drain(stream);
        foreach (var path in files)
        {
            if (RotatedLogs.RemoveAll(path) is { } reason) problem ??= $"the log {path} could not be removed: {reason}";
        }
        return problem;
    });

    /// <inheritdoc/>
    public void Keep(IReadOnlyList<string> files, LogPolicy policy) => _scheduler.Loop.Post(() =>
    {
        foreach (var path in files)
            if (_files.Find(path) is { } file) file.Policy = policy;
    });

    /// <summary>Empties logs and removes their rotated files.</summary>
    public Task Flush(IReadOnlyList<string> paths) => ForEach(paths, path =>
    {
        _files.Flush(path);
        _scheduler.Troubles.Forget(path);
    });

    /// <summary>Recreates log files that were removed or moved away, and continues writing to the new ones.</summary>
    /// <returns>The result for each path.</returns>
    public async Task<IReadOnlyList<ReopenedLog>> Reopen(IReadOnlyList<string> paths)
    {
        var reopened = new List<ReopenedLog>(paths.Count);
        await ForEach(paths, path =>
        {
            reopened.Add(_files.Reopen(path));
            if (_files.Find(path) is { IsLost: true } lost) _scheduler.AddLost(lost);
        });
        return reopened;
    }

    /// <summary>Ends without draining: unread output stays in the FIFOs for the next daemon.</summary>
    public void Dispose()
    {
        _scheduler.Dispose();
        _streams.Dispose();
    }

    Task ForEach(IReadOnlyList<string> paths, Action<string> act) => _scheduler.Loop.Ask(() =>
    {
        foreach (var path in paths)
        {
            act(path);
            _logChanges.Notify(path);
        }
        // Stalled streams may have room now, or a new file.
        _scheduler.RetryStalled();
        return true;
    });

    static DescriptorKey KeyOf(RunStreams run, OutputKind output) => DescriptorKey.Output(run.RunId, output);

    SpawnFailure? Prepare(RunStreams run, string fifo, string file, DescriptorKey key)
    {
        if (_streams.Create(run, fifo, file, key, out var isRaised) is { } failure) return failure;
        _scheduler.Loop.Post(() =>
        {
            var begin = Adopt(fifo, file, key, run.Log, run.FolderRootOf(file), isRaised).File.Offset;
            if (fifo == run.OutFifo) run.Begins.Out = begin;
            else run.Begins.Err = begin;
        });
        return null;
    }

    OutputStream Adopt(
        string fifo, string path, DescriptorKey key, LogPolicy policy, string? folderRoot, bool isRaised)
    {
        var stream = _streams.Adopt(fifo, path, key, policy, folderRoot, isRaised);
        _scheduler.Watch(stream);
        return stream;
    }
}
