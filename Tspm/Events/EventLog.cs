using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Events;

/// <summary>
/// Writes what happens into <c>events.jsonl</c>, on a thread of its own: whoever tells of an event only puts it into a
/// queue, whatever the disk does. What happens together is written together, in whole lines; nothing is fsynced, so a
/// killed daemon loses at most what was told in its last instant, and a power cut a little more. What cannot be written
/// is counted, and said where it is missing once there is room again.
/// </summary>
internal sealed class EventLog : IDisposable
{
    /// <summary>Events that wait while the disk does not answer; more than that are not kept.</summary>
    const int MostWaiting = 10_000;

    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _path;
    readonly TimeProvider _clock;
    readonly Action _written;
    readonly long _maxBytes;
    readonly object _gate = new();
    readonly Thread _thread;
    List<ProcessEvent> _waiting = [];
    long _lastSeq, _lost;
    /// <summary>Only the writer's.</summary>
    long _lastWritten;
    bool _closing, _writing;
    TaskCompletionSource? _settled;
    volatile string? _trouble;

    /// <param name="path">Of the newest file.</param>
    /// <param name="clock">For the time of each event.</param>
    /// <param name="written">Called after each write, on the writer's thread.</param>
    /// <param name="maxBytes">Of one file.</param>
    public EventLog(string path, TimeProvider clock, Action written, long maxBytes = EventFiles.MaxBytes)
    {
        (_path, _clock, _written, _maxBytes) = (path, clock, written, maxBytes);
        _lastWritten = _lastSeq = LastSeq();
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "event log" };
        _thread.Start();
    }

    /// <summary>Why events are missing; null: none are.</summary>
    public string? Trouble => _trouble ?? _moved;

    volatile string? _moved;

    /// <summary>A FIFO would take the events to nobody, and a folder takes none.</summary>
    void MoveObstacleAside()
    {
        if (RegularFile.Obstacle(_path) is { } problem && FileSystem.SetAside(_path, out var aside) is null)
            _moved = $"events.jsonl could not be used (it {problem.Words}); it is kept as {Path.GetFileName(aside)}";
    }

    /// <summary>The number of the newest event.</summary>
    public long Last
    {
        get { lock (_gate) return _lastSeq; }
    }

    /// <summary>
    /// Takes an event and gives it back with its number, time and sentence. Never waits, never throws.
    /// </summary>
    public ProcessEvent Tell(ProcessEvent happened)
    {
        happened = happened with { Sentence = EventText.Of(happened) };
        lock (_gate)
        {
            happened = happened with { Seq = ++_lastSeq, Time = _clock.GetUtcNow() };
            if (_waiting.Count >= MostWaiting || _closing) _lost++;
            else _waiting.Add(happened);
            Monitor.Pulse(_gate);
        }
        return happened;
    }

    /// <summary>Completes when all that was told is written, or has failed to be.</summary>
    public Task Settled()
    {
        lock (_gate)
            return _waiting.Count == 0 && !_writing
                ? Task.CompletedTask
                : (_settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Writes what is waiting, then ends.</summary>
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
        while (Take() is { } batch)
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

    List<ProcessEvent>? Take()
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
            // It stands for the last of those that are missing, which come before these or, when too many were waiting,
            // behind them.
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
            // Whatever it is: supervision is worth more than its diary.
            lock (_gate) lost = _lost += batch.Count;
            _trouble = $"events.jsonl cannot be written: {FileSystem.Describe(e)}; {lost} "
                + $"{(lost == 1 ? "event is" : "events are")} missing";
        }
    }

    /// <summary>
    /// Opened anew for each write: whatever somebody did to the file, the next line is in one of this name.
    /// </summary>
    void Append(ReadOnlySpan<byte> lines)
    {
        MoveObstacleAside();
        if (new FileInfo(_path) is { Exists: true } present && present.Length > 0
            && present.Length + lines.Length > _maxBytes) EventFiles.Rotate(_path);
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
            // Half a batch would be told as a whole one.
            file.SetLength(end);
            throw;
        }
    }

    /// <summary>A daemon that was killed while it wrote may have left half a line.</summary>
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
