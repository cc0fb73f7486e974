using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux.Events;

namespace Tspm.Logs.Files;

/// <summary>
/// Compresses rotated logs and enforces the total size of all logs, on a thread of the lowest priority that exists only
/// while there is work. That thread never renames or removes logs: the pump's thread does it, as it does rotations, so
/// that the two cannot interfere.
/// </summary>
internal sealed class LogHousekeeper(EventLoop loop, TotalLimit? total) : IDisposable
{
    const int LowestPriority = 19;

    /// <summary>The newest rotated file is not compressed, because it is the one that people look into.</summary>
    const int FirstCompressed = 2;

    readonly CancellationTokenSource _ended = new();
    readonly Queue<LogFile> _toCompress = new();
    bool _running, _totalWanted;

    /// <summary>
    /// Whether the last compression failed. Set by the housekeeper's thread while the pump's thread does not use it.
    /// </summary>
    bool _failed;
    volatile string? _trouble;

    public IReadOnlyList<string> Troubles => _trouble is { } sentence ? [sentence] : [];

    /// <summary>A log was opened: an earlier daemon may have left files that are to be compressed.</summary>
    public void LookAt(LogFile file)
    {
        if (file.Policy.Compress && file.IsRegular
            && Unistd.access(RotatedLogs.Plain(file.Path, FirstCompressed), Unistd.F_OK) == 0) Enqueue(file);
    }

    /// <summary>A log was rotated.</summary>
    public void Rotated(LogFile file)
    {
        LookAt(file);
        KeepTotal();
    }

    /// <summary>Enforces the total size of all logs soon.</summary>
    public void KeepTotal()
    {
        if (total is null) return;
        _totalWanted = true;
        Start();
    }

    /// <summary>Abandons a compression in progress, and waits for the thread to end.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _thread?.Join(JoinTimeout);
    }

    /// <summary>
    /// The thread checks between two blocks whether it must end; the limit is for a disk that hangs.
    /// </summary>
    static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(1);

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
            // The next rotation finds the same work again.
            _trouble = "old logs cannot be compressed or removed: no thread can be created";
        }
    }

    // ---- on the housekeeper's thread

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
            // The pump has ended. An unfinished file has a temporary name, and the next daemon starts it anew.
        }
        catch (Exception bug)
        {
            // A bug here must not end the daemon.
            _trouble = $"old logs are no longer compressed or removed: {FileSystem.Describe(bug)}";
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
            // The pump may still do the work; its result is disposed.
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

    /// <summary>The next piece of work.</summary>
    /// <returns>Null if there is none, so that the thread ends.</returns>
    Work? Next()
    {
        while (_toCompress.TryPeek(out var file))
        {
            // A file that could not be compressed is retried only after the next rotation.
            if (!_failed && file.Policy.Compress && LogCompression.Begin(file, FirstCompressed) is { } compression)
                return new Work(compression);
            _toCompress.Dequeue().IsQueued = _failed = false;
        }
        _running = _totalWanted;
        _totalWanted = false;
        return _running ? new Work(compression: null) : null;
    }

    /// <summary>
    /// Removes those of the chosen files that are still where they were found, unless another user's link is on the
    /// path now.
    /// </summary>
    /// <returns>Always true, because <see cref="OnPump"/> needs a result.</returns>
    internal static bool Remove(List<TotalLimit.Rotated> victims)
    {
        foreach (var victim in victims)
        {
            using var folder = SafeLogPath.ToFolderOf(victim.Path);
            if (folder is null || !victim.IsStillThereIn(folder)) continue;
            if (Unistd.unlink(folder.At(victim.Path)) != 0) throw new IOException(victim.Path, Errno.Last);
        }
        return true;
    }
}
