using System.Runtime.InteropServices;
using Tspm.Model;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Native;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Logs;

/// <summary>
/// Moves what children print from their FIFOs into files, all of them on one thread. Why inside the kernel (splice): a pump that reads and then writes loses, when it is killed
/// between the two, what it has read; here there is no instant at which a byte is in neither place. Why FIFOs that children hold open for reading and
/// writing: without a reader they wait instead of getting SIGPIPE.
/// Pace: large reads are taken at once; after short ones in quick succession the thread pauses for a moment, so that bytes gather and one
/// system call moves many lines.
/// </summary>
internal sealed class OutputPump : IRunOutputs, IReadyHandler, IDisposable
{
    const int FifoMode = 0x180; // 0600
    const uint NoOwner = uint.MaxValue;

    /// <summary>How long bytes gather after short reads.</summary>
    static readonly TimeSpan GatherPause = TimeSpan.FromMilliseconds(0.3);

    /// <summary>Reads that follow each other faster than this count as "in quick succession".</summary>
    static readonly TimeSpan QuickSuccession = TimeSpan.FromMilliseconds(2);

    /// <summary>How often to look whether a full disk has room again.</summary>
    const int RetryBlockedMs = 250;

    readonly EventLoop _loop;
    readonly IFifoKeeper _keeper;
    readonly LogGrowth _growth;
    readonly Func<IByteMover> _makeMover;
    readonly PipeBudget _budget = new();
    readonly Dictionary<string, LogFile> _files = new(StringComparer.Ordinal);
    readonly Dictionary<int, OutputStream> _byDescriptor = [];
    readonly List<OutputStream> _blocked = [];
    long _lastTurn;
    bool _pauseWanted;
    volatile string? _trouble;

    public OutputPump(IFifoKeeper keeper, LogGrowth growth, Func<IByteMover> makeMover)
    {
        (_keeper, _growth, _makeMover) = (keeper, growth, makeMover);
        _loop = new EventLoop("logs") { BeforeWait = WaitAtMost, AfterWait = AfterBatch, OnFault = OnFault };
        _loop.Start();
    }

    /// <summary>Why output is held back at this moment; null: it is not.</summary>
    public string? Trouble => _trouble;

    public SpawnFailure? Open(RunStreams run)
    {
        if (Prepare(run, run.OutFifo, run.OutFile, HoldId(run, 0)) is { } outFailure) return outFailure;
        if (run.ErrFifo != run.OutFifo && Prepare(run, run.ErrFifo, run.ErrFile, HoldId(run, 1)) is { } errFailure)
        {
            Discard(run);
            return errFailure;
        }
        if (run.StdinFifo is { } stdin && MakeFifo(stdin, run.Owner) is { } inFailure)
        {
            Discard(run);
            return inFailure;
        }
        return null;
    }

    public bool Resume(RunStreams run)
    {
        var found = ResumeOne(run.OutFifo, run.OutFile, HoldId(run, 0));
        return (run.ErrFifo != run.OutFifo && ResumeOne(run.ErrFifo, run.ErrFile, HoldId(run, 1))) || found;
    }

    public void Discard(RunStreams run) => _loop.Post(() =>
    {
        foreach (var stream in StreamsOf(run)) Close(stream);
        Remove(run.OutFifo);
        Remove(run.ErrFifo);
        if (run.StdinFifo is { } stdin) Remove(stdin);
    });

    public void Finish(RunStreams run) => _loop.Post(() =>
    {
        foreach (var stream in StreamsOf(run)) DrainAll(stream);
        if (run.StdinFifo is { } stdin) Remove(stdin);
    });

    /// <summary>Goes on with a FIFO that was found without a run: drains it until its last holder closes it.</summary>
    public bool ResumeOne(string fifo, string file, ulong holdId)
    {
        if (_loop.Ask(() => _byDescriptor.Values.Any(stream => stream.Fifo == fifo)).GetAwaiter().GetResult()) return true;
        if (Attach(fifo, file, holdId, out _) is not { } attached) return false;
        _loop.Post(() =>
        {
            Adopt(attached.Descriptor, fifo, attached.File, file, holdId);
            // No event comes for a FIFO whose writers went before it was opened; its bytes are there all the same.
            if (_byDescriptor.TryGetValue(attached.Descriptor, out var stream)) DrainAll(stream);
        });
        return true;
    }

    /// <summary>Waits until everything posted before was done: what a child that ended had printed is in its file then.</summary>
    public Task Settled() => _loop.Ask(() => true);

    /// <inheritdoc/>
    public Task<string?> Rename(IReadOnlyList<(string From, string To)> files) => _loop.Ask(() =>
    {
        string? problem = null;
        foreach (var (from, to) in files)
        {
            if (from == to || !File.Exists(from)) continue;
            // A file under the new name that is open here has only just been made, by a run that was quicker than this; any other one is somebody's.
            if (Files.Rename(from, to, keepPresent: !_files.ContainsKey(to)) is { } failure)
            {
                problem ??= $"the log {from} could not be renamed: {failure}";
                continue;
            }
            if (!_files.Remove(from, out var open)) continue;
            open.Path = to;
            _files[to] = open;
        }
        return problem;
    });

    /// <summary>Empties log files.</summary>
    public Task Flush(IReadOnlyList<string> paths) => _loop.Ask(() =>
    {
        foreach (var path in paths)
        {
            if (_files.TryGetValue(path, out var open)) open.Truncate();
            else if (File.Exists(path) && LogFile.Open(path) is >= 0 and var descriptor)
            {
                _ = Unistd.ftruncate(descriptor, 0);
                Unistd.close(descriptor);
            }
            _growth.Notify(path);
        }
        return true;
    });

    /// <summary>Ends without draining: what is in the FIFOs stays there for the next one.</summary>
    public void Dispose()
    {
        _loop.Dispose();
        foreach (var stream in _byDescriptor.Values) stream.Close();
        foreach (var file in _byDescriptor.Values.Select(stream => stream.File).Distinct()) file.Close();
        _byDescriptor.Clear();
    }

    /// <summary>One stream's trouble (no room for a watch in the kernel, or a bug) must not end the daemon, and with it the moving of all others.</summary>
    void OnFault(Exception fault) => _trouble = $"the output of a process is not moved: {Files.Describe(fault)}";

    // ---- opening

    SpawnFailure? Prepare(RunStreams run, string fifo, string file, ulong holdId)
    {
        if (MakeFifo(fifo, run.Owner) is { } failure) return failure;
        if (Attach(fifo, file, holdId, out var problem) is not { } attached)
        {
            Remove(fifo);
            return problem;
        }
        _loop.Post(() => Adopt(attached.Descriptor, fifo, attached.File, file, holdId));
        return null;
    }

    /// <summary>Opens both ends on the caller's thread, where a failure can still be an answer.</summary>
    (int Descriptor, int File)? Attach(string fifo, string file, ulong holdId, out SpawnFailure? failure)
    {
        failure = null;
        var descriptor = Fcntl.open(fifo, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC);
        if (descriptor < 0)
        {
            failure = Failure("open output", $"cannot open {fifo}", Marshal.GetLastPInvokeError());
            return null;
        }
        var target = LogFile.Open(file);
        if (target < 0)
        {
            Unistd.close(descriptor);
            failure = Failure("open log file", $"cannot open the log file {file}", -target);
            return null;
        }
        _keeper.Hold(holdId, descriptor);
        return (descriptor, target);
    }

    static SpawnFailure? MakeFifo(string path, string? owner)
    {
        if (SysStat.mkfifo(path, FifoMode) != 0) return Failure("make output", $"cannot make {path}", Marshal.GetLastPInvokeError());
        if (owner is null || Files.UserIdOf(owner) is not { } uid) return null;
        if (SysStat.chown(path, uid, NoOwner) == 0) return null;
        var failure = Failure("make output", $"cannot give {path} to user {owner}", Marshal.GetLastPInvokeError());
        Remove(path);
        return failure;
    }

    static SpawnFailure Failure(string stage, string what, int errno) => new(stage, errno, $"{what}: {Errno.Describe(errno)}");

    static ulong HoldId(RunStreams run, ulong stream) => (run.RunId << 1) | stream;

    void Adopt(int descriptor, string fifo, int target, string path, ulong holdId)
    {
        if (_files.TryGetValue(path, out var file)) Unistd.close(target);
        else _files[path] = file = new LogFile(path, target);
        file.Users++;
        _byDescriptor[descriptor] = new OutputStream(fifo, descriptor, holdId, file, _makeMover());
        _loop.Watch(descriptor, SysEpoll.EPOLLIN, this);
    }

    // ---- moving

    void IReadyHandler.Ready(int fd, uint events)
    {
        if (_byDescriptor.TryGetValue(fd, out var stream)) Turn(stream);
    }

    DrainResult Turn(OutputStream stream) => Turn(stream, out _);

    DrainResult Turn(OutputStream stream, out long moved)
    {
        var result = stream.Drain(_budget, out moved);
        if (moved > 0) _growth.Notify(stream.File.Path);
        if (result == DrainResult.Ended) Close(stream);
        else if (result == DrainResult.Blocked) Block(stream);
        else if (stream.WasShort) _pauseWanted = true;
        return result;
    }

    /// <summary>Until nothing comes any more, or it turns out that nobody writes any more: of that no event may come.</summary>
    void DrainAll(OutputStream stream)
    {
        DrainResult result;
        long moved;
        do result = Turn(stream, out moved);
        while (result == DrainResult.More || (result == DrainResult.Empty && moved > 0));
    }

    void Block(OutputStream stream)
    {
        _loop.Unwatch(stream.Descriptor);
        if (!_blocked.Contains(stream)) _blocked.Add(stream);
        _trouble = $"output cannot be written to {stream.File.Path}: {Errno.Describe(stream.BlockedBy)}; the writers wait";
    }

    void RetryBlocked()
    {
        foreach (var stream in _blocked.ToArray())
        {
            _blocked.Remove(stream);
            if (!_byDescriptor.ContainsKey(stream.Descriptor)) continue;
            if (Turn(stream) is DrainResult.Empty or DrainResult.More) _loop.Watch(stream.Descriptor, SysEpoll.EPOLLIN, this);
        }
        if (_blocked.Count == 0) _trouble = null;
    }

    int WaitAtMost() => _blocked.Count > 0 ? RetryBlockedMs : -1;

    void AfterBatch()
    {
        if (_blocked.Count > 0) RetryBlocked();
        var now = Stopwatch.GetTimestamp();
        var quick = Stopwatch.GetElapsedTime(_lastTurn, now) <= QuickSuccession;
        if (_pauseWanted)
        {
            if (quick) Time.Pause(GatherPause);
            _lastTurn = now;
        }
        _pauseWanted = false;
    }

    // ---- closing

    IEnumerable<OutputStream> StreamsOf(RunStreams run) =>
        _byDescriptor.Values.Where(stream => stream.Fifo == run.OutFifo || stream.Fifo == run.ErrFifo).ToArray();

    void Close(OutputStream stream)
    {
        if (!_byDescriptor.Remove(stream.Descriptor)) return;
        _loop.Unwatch(stream.Descriptor);
        if (_blocked.Remove(stream) && _blocked.Count == 0) _trouble = null;
        if (stream.IsRaised) _budget.GiveBack();
        stream.Close();
        Remove(stream.Fifo);
        _keeper.Release(stream.HoldId);
        if (--stream.File.Users > 0) return;
        // After a rename another open file may stand under this name.
        if (_files.TryGetValue(stream.File.Path, out var listed) && listed == stream.File) _files.Remove(stream.File.Path);
        stream.File.Close();
    }

    /// <summary>A FIFO without holders is of no use; one that is gone already is as good.</summary>
    static void Remove(string fifo) => _ = Unistd.unlink(fifo);
}
