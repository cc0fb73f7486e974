namespace Tspm.Daemon.Control;

/// <summary>
/// Counts the requests that change something, so that a version can leave in a moment in which none is under way: none
/// is ever half done, or done and not answered.
/// </summary>
internal sealed class ChangeGate(TimeProvider clock)
{
    readonly Lock _gate = new();
    int _underWay;
    volatile bool _isClosed;
    TaskCompletionSource? _quiet;
    /// <summary>Of a gate that is closed: true when sealed, false when opened again.</summary>
    TaskCompletionSource<bool> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsClosed => _isClosed;

    /// <summary>
    /// False: nothing may be begun any more. While it is closed and not sealed the answer waits: who is told to ask
    /// again must not reach the same daemon again.
    /// </summary>
    public async ValueTask<bool> Enter()
    {
        while (true)
        {
            Task<bool> decided;
            lock (_gate)
            {
                if (!_isClosed)
                {
                    _underWay++;
                    return true;
                }
                decided = _decided.Task;
            }
            if (await decided) return false;
        }
    }

    public void Leave()
    {
        lock (_gate)
            if (--_underWay == 0) _quiet?.TrySetResult();
    }

    /// <summary>
    /// Closes in a moment in which nothing is under way. False: there was none in time, and it is open as before.
    /// </summary>
    public async Task<bool> Close(TimeSpan patience)
    {
        using var over = new CancellationTokenSource(patience, clock);
        while (true)
        {
            Task quiet;
            lock (_gate)
            {
                if (_underWay == 0)
                {
                    _decided = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                    return _isClosed = true;
                }
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

    /// <summary>Nobody new can come in: those who wait, and those who come, are refused.</summary>
    public void Seal() => _decided.TrySetResult(true);

    public void Open()
    {
        lock (_gate) _isClosed = false;
        _decided.TrySetResult(false);
    }
}
