namespace Tspm.Daemon;

/// <summary>Counts the requests that change something, so that a version can leave in a moment in which none is under way: none is ever half done, or done and not answered.</summary>
internal sealed class ChangeGate(TimeProvider clock)
{
    readonly Lock _gate = new();
    int _underWay;
    volatile bool _isClosed;
    TaskCompletionSource? _quiet;

    public bool IsClosed => _isClosed;

    /// <summary>False: closed, and nothing may be begun.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            _underWay++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_gate)
            if (--_underWay == 0) _quiet?.TrySetResult();
    }

    /// <summary>Closes in a moment in which nothing is under way. False: there was none in time, and it is open as before.</summary>
    public async Task<bool> Close(TimeSpan patience)
    {
        using var over = new CancellationTokenSource(patience, clock);
        while (true)
        {
            Task quiet;
            lock (_gate)
            {
                if (_underWay == 0) return _isClosed = true;
                quiet = (_quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            try
            {
                await quiet.WaitAsync(over.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    public void Open()
    {
        lock (_gate) _isClosed = false;
    }
}
