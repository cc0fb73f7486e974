using Tspm.Platform;

namespace Tspm.Supervision.Triggers;

/// <summary>
/// A watch that begins once it is known where its paths lead, and reports no change before that. Used on the
/// supervisor's thread only.
/// </summary>
internal sealed class LateFileWatch : IFileWatch
{
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    IFileWatch? _watch;
    bool _ended;

    public Task Ready => _ready.Task;

    /// <summary>Begins the watch, unless it was disposed meanwhile.</summary>
    public void Begin(Func<IFileWatch> watch)
    {
        if (_ended) return;
        _watch = watch();
        _watch.Ready.ContinueWith(_ => _ready.TrySetResult(), TaskContinuationOptions.ExecuteSynchronously);
    }

    /// <summary>The same number as the watch begins with if it has not begun yet.</summary>
    public long Forget() => _watch?.Forget() ?? 0;

    public void Dispose()
    {
        _ended = true;
        _watch?.Dispose();
        _ready.TrySetResult();
    }
}
