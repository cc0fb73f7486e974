namespace Tspm.Daemon.Control;

/// <summary>
/// Counts the requests that change something. An upgrade closes the gate while no change is in progress, so that no
/// change is ever half done, or done but not answered.
/// </summary>
internal sealed class ChangeGate(TimeProvider clock)
{
    readonly Lock _gate = new();
    int _underWay;
    volatile bool _isClosed;
    TaskCompletionSource? _quiet;
    /// <summary>While the gate is closed: completes with true when it is sealed, with false when it opens again.
    /// </summary>
    TaskCompletionSource<bool> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsClosed => _isClosed;

    /// <summary>
    /// Enters the gate; every successful call needs a <see cref="Leave"/>. While the gate is closed but not sealed, the
    /// call waits: a client that was asked to try again must not reach the same daemon again.
    /// </summary>
    /// <returns>False if the gate is sealed and no change may begin.</returns>
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
    /// Closes the gate at a moment when no change is in progress.
    /// </summary>
    /// <returns>False if there was no such moment in time; the gate is still open.</returns>
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

    /// <summary>Refuses the requests that wait at the closed gate, and all later ones.</summary>
    public void Seal() => _decided.TrySetResult(true);

    /// <summary>Opens a closed gate again; the requests that wait at it go on.</summary>
    public void Open()
    {
        lock (_gate) _isClosed = false;
        _decided.TrySetResult(false);
    }
}
