using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Platform;

namespace Tspm.Logs.Writing;

/// <summary>
/// Sentences about output that is held back, lost, or not kept as it should be. Made on the pump's thread, read from
/// any.
/// </summary>
internal sealed class PumpTroubles(LogFileSet files, StalledStreams stalled)
{
    /// <summary>Troubles of the index or of rotation are no hurry.</summary>
    const long LookEveryMs = 250;

    /// <summary>What was dropped by files that are closed meanwhile.</summary>
    readonly List<Loss> _dropped = [];

    sealed class Loss(string path)
    {
        public string Path => path;
        public long Bytes { get; set; }
    }

    /// <summary>Called on the pump's thread while output cannot be written.</summary>
    public Action? Told { get; set; }

    long _lookAt;
    string? _fault;
    volatile string? _now;
    volatile string[] _all = [];

    /// <summary>Why output is held back, or lost, at this moment.</summary>
    public string? Now => _now;

    public IReadOnlyList<string> All => _all;

    /// <summary>
    /// Which log file takes no output at this moment; a pipe with a slow reader is none. Null: all do.
    /// </summary>
    public string? Unwritten => _unwritten;

    volatile string? _unwritten;

    /// <summary>One stream's trouble (a bug) must not end the daemon, and with it the moving of all others.</summary>
    public void Fault(Exception fault)
    {
        _fault = $"the output of a process is not moved: {FileSystem.Describe(fault)}";
        Tell();
    }

    /// <summary>After a turn: makes the sentences anew when something may have changed, not too often.</summary>
    public void Look(OutputStream stream)
    {
        if (stream.File.Trouble is null && stream.Dropping is null && _all.Length == 0) return;
        var now = Environment.TickCount64;
        if (now < _lookAt) return;
        _lookAt = now + LookEveryMs;
        Tell();
    }

    /// <summary>The file may be closed soon.</summary>
    public void Remember(LogFile file)
    {
        if (file.Dropped == 0) return;
        var loss = _dropped.Find(known => known.Path == file.Path);
        if (loss is null) _dropped.Add(loss = new Loss(file.Path));
        loss.Bytes += file.Dropped;
        file.Dropped = 0;
    }

    /// <summary>The log was emptied, and what is missing in it is of no interest any more.</summary>
    public void Forget(string path)
    {
        _dropped.RemoveAll(known => known.Path == path);
        Tell();
    }

    public void Tell()
    {
        string? now = _fault;
        var all = new List<string>();
        foreach (var stream in stalled.Blocked)
            now = $"output cannot be written to {stream.File.Path}: {Errno.Describe(stream.BlockedBy)}; the "
                + "writers wait";
        if (now is not null) all.Add(now);
        foreach (var file in files.Open)
        {
            Remember(file);
            if (file.Trouble is { } trouble) all.Add(trouble);
        }
        foreach (var loss in _dropped)
            all.Add($"{loss.Bytes} bytes of output were dropped from {loss.Path}, because it took no more (a full "
                + "disk)");
        (_now, _unwritten) = (now, FindUnwritten());
        _all = [.. all];
        if (_unwritten is not null) Told?.Invoke();
    }

    string? FindUnwritten()
    {
        foreach (var stream in stalled.Blocked)
            if (stream.File.IsRegular)
                return $"output cannot be written to {stream.File.Path}: {Errno.Describe(stream.BlockedBy)}; the "
                    + "writers wait";
        foreach (var stream in stalled.Dropping)
            if (stream.File.IsRegular)
                return $"output for {stream.File.Path} is being dropped: the file cannot be written (a full disk)";
        return null;
    }
}
