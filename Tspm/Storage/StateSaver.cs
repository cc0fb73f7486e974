using Tspm.Model.State;

namespace Tspm.Storage;

/// <summary>
/// Writes the newest state to disk on its own thread, so that saving and spawning run in parallel and simultaneous
/// changes cost one write. A failed save is reported to its requesters and retried until it succeeds.
/// </summary>
internal sealed class StateSaver : IStateSaver, IDisposable
{
    /// <summary>Delay between a failed save and the next attempt.</summary>
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

    /// <summary>Why the newest state is not on disk; null if it is, or is about to be.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Called on the saver's thread after each failed save.</summary>
    public Action? Failed { get; set; }

    /// <inheritdoc/>
    public Action<ProcessesFile>? SavedLater { get; set; }

    /// <inheritdoc/>
    public Task<string?> Save(ProcessesFile state)
    {
        lock (_gate)
        {
            if (_closing) return Task.FromResult<string?>("the daemon is shutting down");
            if (_pending is null) _pending = new Request(state);
            else _pending.State = state;
            Monitor.Pulse(_gate);
            return _pending.Done.Task;
        }
    }

    /// <summary>Makes one attempt to write the pending state, then ends the thread.</summary>
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
            var request = WaitForRequest(retryDue: unsaved is not null, out var closing);
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

    /// <summary>Waits for the next request.</summary>
    /// <returns>Null if there is none and a retry is due or the saver is closing.</returns>
    Request? WaitForRequest(bool retryDue, out bool closing)
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
            // No failure to save, whatever its cause, may take the daemon and its supervision down.
            return Platform.FileSystem.Describe(e);
        }
    }

    sealed class Request(ProcessesFile state)
    {
        public ProcessesFile State { get; set; } = state;
        public TaskCompletionSource<string?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
