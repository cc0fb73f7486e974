using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Events;

/// <summary>
/// Appends events to <c>events.jsonl</c> on its own thread, so that reporting an event only takes a queue insertion,
/// however slow the disk is. Events that are waiting are written together, as complete lines. Nothing is fsynced: a
/// killed daemon loses at most the events of its last instant, and a power cut a few more. Events that cannot be
/// written are counted, and once writing works again a <see cref="EventKind.Lost"/> line marks the gap.
/// </summary>
internal sealed class EventLog : IDisposable
{
    /// <summary>Events beyond this number are dropped while the disk does not respond.</summary>
    const int MaxWaiting = 10_000;

    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _path;
    readonly TimeProvider _clock;
    readonly Action _written;
    readonly long _maxBytes;
    readonly object _gate = new();
    readonly Thread _thread;
    List<ProcessEvent> _waiting = [];
    long _lastSeq, _lost;
    /// <summary>Used by the writer thread only.</summary>
    long _lastWritten;
    bool _closing, _writing;
    TaskCompletionSource? _settled;
    volatile string? _trouble;

    /// <param name="path">Path of the newest file.</param>
    /// <param name="clock">Gives each event its time.</param>
    /// <param name="written">Called after each write, on the writer thread.</param>
    /// <param name="maxBytes">Size at which a file is rotated.</param>
    public EventLog(string path, TimeProvider clock, Action written, long maxBytes = EventFiles.MaxBytes)
    {
        (_path, _clock, _written, _maxBytes) = (path, clock, written, maxBytes);
        _lastWritten = _lastSeq = LastSeq();
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "event log" };
        _thread.Start();
    }

    /// <summary>Why events are missing, as a sentence for the user; null if none are.</summary>
    public string? Trouble => _trouble ?? _moved;

    volatile string? _moved;

    /// <summary>Writing to a FIFO would lose the events, and writing to a folder is impossible.</summary>
    void MoveObstacleAside()
    {
        if (RegularFile.Obstacle(_path) is { } problem && FileSystem.SetAside(_path, out var aside) is null)
            _moved = $"events.jsonl could not be used (it {problem.Words}); it is kept as {Path.GetFileName(aside)}";
    }

    /// <summary>Sequence number of the newest event.</summary>
    public long Last
    {
        get { lock (_gate) return _lastSeq; }
    }

    /// <summary>
    /// Queues an event for writing. Never blocks and never throws.
    /// </summary>
    /// <returns>The event with its sequence number, time and sentence.</returns>
    public ProcessEvent Append(ProcessEvent happened)
    {
        happened = happened with { Sentence = EventText.Describe(happened) };
        lock (_gate)
        {
            happened = happened with { Seq = ++_lastSeq, Time = _clock.GetUtcNow() };
            if (_waiting.Count >= MaxWaiting || _closing) _lost++;
            else _waiting.Add(happened);
            Monitor.Pulse(_gate);
        }
        return happened;
    }

    /// <summary>Completes once every queued event has been written or has failed to be written.</summary>
    public Task Settled()
    {
        lock (_gate)
            return _waiting.Count == 0 && !_writing
                ? Task.CompletedTask
                : (_settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Writes the waiting events, then ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join();
    }

    void Run()
    {
        while (WaitForBatch() is { } batch)
        {
            Write(batch);
            TaskCompletionSource? settled = null;
            lock (_gate)
            {
                _writing = false;
                if (_waiting.Count == 0) (settled, _settled) = (_settled, null);
            }
            settled?.SetResult();
            _written();
        }
    }

    List<ProcessEvent>? WaitForBatch()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_closing) return null;
                Monitor.Wait(_gate);
            }
            var taken = _waiting;
            (_waiting, _writing) = ([], true);
            return taken;
        }
    }

    void Write(List<ProcessEvent> batch)
    {
        long lost;
        lock (_gate) lost = _lost;
        try
        {
            var lines = new MemoryStream();
            // The Lost line takes the number before this batch. If that number is already written, the missing events
            // come after this batch (too many were waiting), and the next batch reports them.
            if (batch[0].Seq - 1 == _lastWritten) lost = 0;
            if (lost > 0)
                lines.Write(EventFiles.Line(new ProcessEvent
                {
                    Kind = EventKind.Lost,
                    Seq = batch[0].Seq - 1,
                    Time = batch[0].Time,
                    Lost = lost
                }));
            foreach (var happened in batch) lines.Write(EventFiles.Line(happened));
            Append(lines.GetBuffer().AsSpan(0, (int)lines.Length));
            lock (_gate) _lost -= lost;
            _lastWritten = batch[^1].Seq;
            _trouble = null;
        }
        catch (Exception e)
        {
            // No failure to write events, whatever its cause, may take the daemon and its supervision down.
            lock (_gate) lost = _lost += batch.Count;
            _trouble = $"events.jsonl cannot be written: {FileSystem.Describe(e)}; {lost} "
                + $"{(lost == 1 ? "event is" : "events are")} missing";
        }
    }

    /// <summary>
    /// Opens the file anew for each write, so that the next line ends up under this path even if somebody has moved or
    /// removed the file.
    /// </summary>
    void Append(ReadOnlySpan<byte> lines)
    {
        MoveObstacleAside();
        var present = new FileInfo(_path);
        var isFull = present.Exists && present.Length > 0 && present.Length + lines.Length > _maxBytes;
        if (isFull) EventFiles.Rotate(_path);
        using var file = new FileStream(_path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = OwnerOnly,
        });
        var end = file.Length;
        file.Position = end;
        try
        {
            if (IsCut(file, end)) FileSystem.Write(file, "\n"u8);
            FileSystem.Write(file, lines);
        }
        catch
        {
            // The whole batch is counted as lost, so no part of it may remain in the file.
            file.SetLength(end);
            throw;
        }
    }

    /// <summary>Whether the file ends in an incomplete line, left by a daemon that was killed while writing.</summary>
    static bool IsCut(FileStream file, long end)
    {
        if (end == 0) return false;
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file.SafeFileHandle, last, end - 1) == 1 && last[0] != '\n';
    }

    long LastSeq()
    {
        try
        {
            foreach (var happened in EventFiles.Newest(_path))
                if (happened is not null) return happened.Seq;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _trouble = $"events.jsonl cannot be read: {FileSystem.Describe(e)}";
        }
        return 0;
    }
}
