using Tspm.Logs.Files;

namespace Tspm.Logs.Writing;

/// <summary>
/// Streams whose file takes no more, files that owe a word about what was dropped, and files that have lost their
/// place: looked at again and again, because no event tells that a disk has room.
/// Used by the pump's thread only.
/// </summary>
internal sealed class StalledStreams(LogFileSet files)
{
    /// <summary>How often to look whether a full disk has room again.</summary>
    const int RetryMs = 250;

    /// <summary>The same for a pipe in the place of a file: its reader is only slow.</summary>
    const int RetryPipeMs = 10;

    readonly List<OutputStream> _blocked = [];
    readonly List<OutputStream> _dropping = [];
    readonly List<LogFile> _owing = [];
    readonly List<LogFile> _lost = [];
    long _retryAt;

    public IReadOnlyList<OutputStream> Blocked => _blocked;

    public IReadOnlyList<OutputStream> Dropping => _dropping;

    public bool IsEmpty => _blocked.Count + _dropping.Count + _owing.Count + _lost.Count == 0;

    /// <summary>For epoll_wait: milliseconds until the next look, -1: there is nothing to look at.</summary>
    public int WaitAtMost => IsEmpty ? -1 : (int)Math.Clamp(_retryAt - Environment.TickCount64, 0, RetryMs);

    public bool IsDue => !IsEmpty && Environment.TickCount64 >= _retryAt;

    public void AddBlocked(OutputStream stream)
    {
        Arm(stream.File.IsRegular ? RetryMs : RetryPipeMs);
        if (!_blocked.Contains(stream)) _blocked.Add(stream);
    }

    public void AddDropping(OutputStream stream)
    {
        if (_dropping.Contains(stream)) return;
        Arm(RetryMs);
        _dropping.Add(stream);
    }

    /// <summary>A file that owes a word: it is said at once, if there is room.</summary>
    public void Owes(LogFile file)
    {
        if (TellOwed(file)) return;
        Arm(RetryMs);
        if (!_owing.Contains(file)) _owing.Add(file);
    }

    /// <summary>A file that has lost its place (<see cref="LogFile.IsLost"/>).</summary>
    public void AddLost(LogFile file)
    {
        if (_lost.Contains(file)) return;
        Arm(RetryMs);
        _lost.Add(file);
    }

    static bool TellOwed(LogFile file)
    {
        if (file.Owed > 0 && !file.TellDropped(0, file.Owed, lastWasBreak: false)) return false;
        file.Owed = 0;
        return true;
    }

    public void Forget(OutputStream stream)
    {
        _blocked.Remove(stream);
        _dropping.Remove(stream);
    }

    /// <summary>Tries again. The blocked ones are handed out: moving is the pump's.</summary>
    public OutputStream[] Retry()
    {
        var blocked = _blocked.ToArray();
        _blocked.Clear();
        foreach (var stream in _dropping) stream.Dropping?.Retry(stream);
        _dropping.RemoveAll(static stream => stream.Dropping is null);
        foreach (var file in _owing.ToArray())
        {
            if (!TellOwed(file)) continue;
            _owing.Remove(file);
            files.Settle(file);
        }
        // One that was closed meanwhile has no users.
        _lost.RemoveAll(static file => file.Users == 0 || file.Reopen() is null);
        if (_dropping.Count + _owing.Count + _lost.Count > 0) _retryAt = Environment.TickCount64 + RetryMs;
        return blocked;
    }

    void Arm(int ms)
    {
        var at = Environment.TickCount64 + ms;
        _retryAt = IsEmpty ? at : Math.Min(_retryAt, at);
    }
}
