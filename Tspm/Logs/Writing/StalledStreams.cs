using Tspm.Logs.Files;

namespace Tspm.Logs.Writing;

/// <summary>
/// Streams whose file cannot be written, files without their notice about dropped output, and files that are no longer
/// at their path. They are retried at intervals, because no event reports that a disk has room again. Used by the
/// pump's thread only.
/// </summary>
internal sealed class StalledStreams(LogFileSet files)
{
    /// <summary>How often to check whether a full disk has room again.</summary>
    const int RetryMs = 250;

    /// <summary>The same for a pipe in place of a file, whose reader is only slow.</summary>
    const int RetryPipeMs = 10;

    readonly List<OutputStream> _blocked = [];
    readonly List<OutputStream> _dropping = [];
    readonly List<LogFile> _owing = [];
    readonly List<LogFile> _lost = [];
    long _retryAt;

    public IReadOnlyList<OutputStream> Blocked => _blocked;

    public IReadOnlyList<OutputStream> Dropping => _dropping;

    public bool IsEmpty => _blocked.Count + _dropping.Count + _owing.Count + _lost.Count == 0;

    /// <summary>Timeout for epoll_wait in milliseconds: until the next retry; -1: there is nothing to retry.</summary>
    public int WaitAtMost => IsEmpty ? -1 : (int)Math.Clamp(_retryAt - Environment.TickCount64, 0, RetryMs);

    /// <summary>Whether it is time for <see cref="Retry"/>.</summary>
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

    /// <summary>Writes the notice about dropped output into a file; if there is no room, that is retried.</summary>
    public void AddOwing(LogFile file)
    {
        if (WriteOwedNotice(file)) return;
        Arm(RetryMs);
        if (!_owing.Contains(file)) _owing.Add(file);
    }

    /// <summary>Retries to reopen a file that is no longer at its path (<see cref="LogFile.IsLost"/>).</summary>
    public void AddLost(LogFile file)
    {
        if (_lost.Contains(file)) return;
        Arm(RetryMs);
        _lost.Add(file);
    }

    static bool WriteOwedNotice(LogFile file)
    {
        if (file.Owed > 0 && !file.WriteDropNotice(0, file.Owed, lastWasBreak: false)) return false;
        file.Owed = 0;
        return true;
    }

    public void Forget(OutputStream stream)
    {
        _blocked.Remove(stream);
        _dropping.Remove(stream);
    }

    /// <summary>Retries everything except blocked streams, which it returns for the pump to retry.</summary>
    public OutputStream[] Retry()
    {
        var blocked = _blocked.ToArray();
        _blocked.Clear();
        foreach (var stream in _dropping) stream.Dropping?.Retry(stream);
        _dropping.RemoveAll(static stream => stream.Dropping is null);
        foreach (var file in _owing.ToArray())
        {
            if (!WriteOwedNotice(file)) continue;
            _owing.Remove(file);
            files.Settle(file);
        }
        // A file that was closed meanwhile has no users.
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
