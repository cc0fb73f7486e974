using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Platform;

namespace Tspm.Logs.Writing;

/// <summary>
/// Sentences about output that is held back or lost, and about rotation and indexes that fail. Written by the pump's
/// thread, read by any.
/// </summary>
internal sealed class PumpTroubles(LogFileSet files, StalledStreams stalled)
{
    /// <summary>Minimum time between two updates after turns, because these troubles are not urgent.</summary>
    const long UpdateEveryMs = 250;

    /// <summary>Dropped bytes of all files, including those that have been closed.</summary>
    readonly List<Loss> _dropped = [];

    sealed class Loss(string path)
    {
        public string Path => path;
        public long Bytes { get; set; }
    }

    /// <summary>Called on the pump's thread, at each update, while a file cannot be written.</summary>
    public Action? Told { get; set; }

    long _updateAt;
    string? _fault;
    volatile string? _now;
    volatile string[] _all = [];

    /// <summary>Why output is held back at the moment; null if it is not.</summary>
    public string? Now => _now;

    /// <summary>All sentences, including those about past losses.</summary>
    public IReadOnlyList<string> All => _all;

    /// <summary>
    /// A sentence about a log file that cannot be written at the moment; null if all can. A pipe with a slow reader
    /// does not count.
    /// </summary>
    public string? Unwritten => _unwritten;

    volatile string? _unwritten;

    /// <summary>
    /// Reports an exception on the pump's thread: a bug in one stream must not stop the output of all.
    /// </summary>
    public void Fault(Exception fault)
    {
        _fault = $"the output of a process is no longer written to its log: {FileSystem.Describe(fault)}";
        Update();
    }

    /// <summary>Updates the sentences after a turn if they may have changed, but not too often.</summary>
    public void UpdateAfterTurn(OutputStream stream)
    {
        if (stream.File.Trouble is null && stream.Dropping is null && _all.Length == 0) return;
        var now = Environment.TickCount64;
        if (now < _updateAt) return;
        _updateAt = now + UpdateEveryMs;
        Update();
    }

    /// <summary>Adds the dropped bytes of a file to the totals, which outlive the file.</summary>
    public void CollectDropped(LogFile file)
    {
        if (file.Dropped == 0) return;
        var loss = _dropped.Find(known => known.Path == file.Path);
        if (loss is null) _dropped.Add(loss = new Loss(file.Path));
        loss.Bytes += file.Dropped;
        file.Dropped = 0;
    }

    /// <summary>The log was emptied, so losses in it no longer matter.</summary>
    public void Forget(string path)
    {
        _dropped.RemoveAll(known => known.Path == path);
        Update();
    }

    /// <summary>Updates all sentences.</summary>
    public void Update()
    {
        string? now = _fault;
        var all = new List<string>();
        foreach (var stream in stalled.Blocked) now = BlockedSentence(stream);
        if (now is not null) all.Add(now);
        foreach (var file in files.Open)
        {
            CollectDropped(file);
            if (file.Trouble is { } trouble) all.Add(trouble);
        }
        foreach (var loss in _dropped)
            all.Add($"{loss.Bytes} bytes of output were dropped from {loss.Path}, because the file could not be "
                + "written (full disk)");
        (_now, _unwritten) = (now, FindUnwritten());
        _all = [.. all];
        if (_unwritten is not null) Told?.Invoke();
    }

    string? FindUnwritten()
    {
        foreach (var stream in stalled.Blocked)
        {
            if (stream.File.IsRegular) return BlockedSentence(stream);
        }
        foreach (var stream in stalled.Dropping)
        {
            if (stream.File.IsRegular)
                return $"output for {stream.File.Path} is being dropped: the file cannot be written (full disk)";
        }
        return null;
    }

    static string BlockedSentence(OutputStream stream) =>
        $"output cannot be written to {stream.File.Path}: {Errno.Describe(stream.BlockedBy)}; "
        + "the programs that write there are blocked until there is room";
}
