using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux.Events;

namespace Tspm.Logs.Files;

/// <summary>
/// Compresses old logs and keeps all logs within their total, on one thread of the lowest priority that exists only
/// while there is work. It never touches a name: what it made or chose is put in place by the pump's thread, which is
/// the one that renames, so that no rotation can come in between.
/// </summary>
internal sealed class LogHousekeeper(EventLoop loop, TotalLimit? total) : IDisposable
{
    const int LowestPriority = 19;

    /// <summary>The newest old file stays as it is: it is the one that people look into.</summary>
    const int FirstCompressed = 2;

    readonly CancellationTokenSource _ended = new();
    readonly Queue<LogFile> _toCompress = new();
    bool _running, _totalWanted;

    /// <summary>Of the last compression; the thread sets it while the pump does not look.</summary>
    bool _failed;
    volatile string? _trouble;

    public IReadOnlyList<string> Troubles => _trouble is { } sentence ? [sentence] : [];

    /// <summary>A log that was opened: an earlier daemon may have left something to compress.</summary>
    public void LookAt(LogFile file)
    {
        if (file.Policy.Compress && file.IsRegular
            && Unistd.access(RotatedLogs.Plain(file.Path, FirstCompressed), Unistd.F_OK) == 0) Enqueue(file);
    }

    public void Rotated(LogFile file)
    {
        LookAt(file);
        KeepTotal();
    }

    public void KeepTotal()
    {
        if (total is null) return;
        _totalWanted = true;
        Start();
    }

    /// <summary>What is being compressed is given up; after this nothing is written any more.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _thread?.Join(LongestEnd);
    }

    /// <summary>
    /// The thread looks whether it has to end between two blocks; a disk that hangs holds up nobody's end for longer.
    /// </summary>
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(1);

    Thread? _thread;

    void Enqueue(LogFile file)
    {
        if (!file.IsQueued) _toCompress.Enqueue(file);
        file.IsQueued = true;
        Start();
    }

    void Start()
    {
        if (_running || _ended.IsCancellationRequested) return;
        try
        {
            var thread = new Thread(Run) { IsBackground = true, Name = "log upkeep" };
            thread.Start();
            _thread = thread;
            _running = true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // No thread to be had: what is to be done is found again at the next rotation.
            _trouble = "old logs cannot be compressed or removed: the system gives no thread";
        }
    }

    // ---- on the thread of its own

    void Run()
    {
        _ = SysResource.setpriority(SysResource.PRIO_PROCESS, 0, LowestPriority);
        _ = SysSyscall.ioprio_set(SysSyscall.IOPRIO_CLASS_IDLE);
        Malloc.ReturnLargePieces();
        try
        {
            while (OnPump(Next) is { } work) Do(work);
        }
        catch (OperationCanceledException)
        {
            // The pump has ended; what was being made is a temporary file, and is made again by the next one.
        }
        catch (Exception bug)
        {
            // Old logs that stay plain are no reason to end the daemon.
            _trouble = $"old logs are not compressed or removed any more: {FileSystem.Describe(bug)}";
        }
        finally
        {
            Malloc.Trim();
        }
    }

    void Do(Work work)
    {
        try
        {
            if (work.Compression is { } compression)
            {
                using var _ = compression;
                compression.Run(_ended.Token);
                OnPump(compression.PutInPlace);
            }
            else if (total!.Choose() is { Count: > 0 } victims) OnPump(() => Remove(victims));
            _trouble = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _failed = true;
            _trouble = $"old logs cannot be compressed or removed: {FileSystem.Describe(e)}";
        }
    }

    T OnPump<T>(Func<T> work)
    {
        var done = loop.Ask(work);
        try
        {
            Task.WaitAny([done], _ended.Token);
        }
        catch (OperationCanceledException)
        {
            // The pump may be at it: what it hands out then is nobody's.
            _ = done.ContinueWith(DisposeResult, TaskScheduler.Default);
            throw;
        }
        return done.ResultNow();
    }

    static void DisposeResult<T>(Task<T> late)
    {
        if (late.IsCompletedSuccessfully && late.ResultNow() is IDisposable unused) unused.Dispose();
    }

    // ---- on the pump's thread

    sealed class Work(LogCompression? compression) : IDisposable
    {
        public LogCompression? Compression => compression;

        public void Dispose() => compression?.Dispose();
    }

    /// <summary>Null: there is none, and the thread ends.</summary>
    Work? Next()
    {
        while (_toCompress.TryPeek(out var file))
        {
            // One that could not be compressed is tried again after the next rotation, and not again and again.
            if (!_failed && file.Policy.Compress && LogCompression.Begin(file, FirstCompressed) is { } compression)
                return new Work(compression);
            _toCompress.Dequeue().IsQueued = _failed = false;
        }
        _running = _totalWanted;
        _totalWanted = false;
        return _running ? new Work(compression: null) : null;
    }

    /// <summary>
    /// Removes those of the chosen files that are still where they were found, unless somebody else's link leads there
    /// now. Always true: <see cref="OnPump"/> wants an answer.
    /// </summary>
    internal static bool Remove(List<TotalLimit.Rotated> victims)
    {
        foreach (var victim in victims)
        {
            using var folder = LogWay.ToFolderOf(victim.Path);
            if (folder is null || !victim.IsStillThereIn(folder)) continue;
            if (Unistd.unlink(folder.At(victim.Path)) != 0) throw new IOException(victim.Path, Errno.Last);
        }
        return true;
    }
}
