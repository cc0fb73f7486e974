using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>
/// Writes the newest state to disk on its own thread, so that saving runs beside spawning and several changes at once
/// cost one write. A save that fails is said to those who asked for it, and is tried again until it works.
/// </summary>
internal sealed class StateSaver : IStateSaver, IDisposable
{
    /// <summary>How long after a failed save the next try comes.</summary>
    static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    readonly Action<ProcessesFile> _save;
    readonly Thread _thread;
    readonly object _gate = new();
    Request? _pending;
    bool _closing;

    public StateSaver(Action<ProcessesFile> save)
    {
        _save = save;
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "state" };
        _thread.Start();
    }

    /// <summary>Why the newest state is not on disk; null when it is or is about to be.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Called on the saver's thread when it has come into trouble.</summary>
    public Action? Failed { get; set; }

    /// <inheritdoc/>
    public Action<ProcessesFile>? SavedLater { get; set; }

    /// <inheritdoc/>
    public Task<string?> Save(ProcessesFile state)
    {
        lock (_gate)
        {
            if (_closing) return Task.FromResult<string?>("the daemon is going away");
            if (_pending is null) _pending = new Request(state);
            else _pending.State = state;
            Monitor.Pulse(_gate);
            return _pending.Done.Task;
        }
    }

    /// <summary>Tries to write what is pending, then ends.</summary>
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
        ProcessesFile? unsaved = null;
        while (true)
        {
            var request = Take(retryDue: unsaved is not null, out var closing);
            unsaved = request?.State ?? unsaved;
            if (unsaved is null) return;
            Trouble = Try(unsaved);
            if (Trouble is not null) Failed?.Invoke();
            if (Trouble is null)
            {
                if (request is null) SavedLater?.Invoke(unsaved);
                unsaved = null;
            }
            request?.Done.TrySetResult(Trouble);
            if (request is null && closing) return;
        }
    }

    /// <summary>The next request; null when there is none and a retry is due or the end has come.</summary>
    Request? Take(bool retryDue, out bool closing)
    {
        lock (_gate)
        {
            while (_pending is null && !_closing)
                if (!Monitor.Wait(_gate, retryDue ? RetryAfter : Timeout.InfiniteTimeSpan)) break;
            closing = _closing;
            var taken = _pending;
            _pending = null;
            return taken;
        }
    }

    string? Try(ProcessesFile state)
    {
        try
        {
            _save(state);
            return null;
        }
        catch (Exception e)
        {
            // Whatever it is: the processes are worth more than the daemon's opinion of itself.
            return Platform.FileSystem.Describe(e);
        }
    }

    sealed class Request(ProcessesFile state)
    {
        public ProcessesFile State { get; set; } = state;
        public TaskCompletionSource<string?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
