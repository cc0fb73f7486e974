using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Index;

/// <summary>
/// Writes the time index of one log (see <see cref="LogIndexEntry"/>). A failed write never stops the log itself: the
/// index is closed, reopened after a while, and brought up to date (<see cref="LogIndexRecovery"/>). It is opened only
/// when the first byte of output comes. Used by the pump's thread only.
/// </summary>
internal sealed unsafe class LogIndex(string logPath, TimeProvider clock) : IDisposable
{
    public const string Suffix = ".index";

    const int Mode = 0x180; // 0600

    /// <summary>Minimum time between two entries about bytes, which makes times accurate to 50 ms.</summary>
    const long StretchMs = 50;

    const long RetryAfterMs = 1000;

    /// <summary>
    /// If the clock is set back by less than this, the index keeps the last time, so that its times are ascending. If
    /// it is set back by more, it was wrong before, and the index follows.
    /// </summary>
    const long SmallStepMs = 10_000;

    string _logPath = logPath;
    Descriptor _descriptor;
    long _length, _base, _beganMs, _lastMs;
    long _retryAt, _notedAt = -StretchMs, _notedPosition = -1;
    ulong _notedRun;
    string? _trouble;

    string Path => _logPath + Suffix;

    /// <summary>Why the index cannot be written, as a sentence for the user; null if it can.</summary>
    public string? Trouble => _trouble;

    /// <summary>When the current file was started, in Unix milliseconds; 0: not known yet.</summary>
    public long BeganMs => _beganMs;

    /// <summary>Opens the index if it is not open.</summary>
    /// <param name="log">Descriptor of the current log file.</param>
    /// <returns>False if no entry can be written for now.</returns>
    public bool Ensure(int log)
    {
        if (_descriptor.IsOpen) return true;
        var now = Environment.TickCount64;
        if (now < _retryAt || SysStat.fstat(log, out var status) != 0) return false;
        _retryAt = now + RetryAfterMs;
        return Open(status);
    }

    /// <summary>Whether it is time for an entry about bytes of this run.</summary>
    public bool IsDue(ulong run) => run != _notedRun || Environment.TickCount64 - _notedAt >= StretchMs;

    /// <summary>Records that bytes of a run are about to be moved to this offset of the current file.</summary>
    public void Note(long offset, ulong run)
    {
        var position = _base + offset;
        // If no byte was moved after the last entry (the file cannot be written), this entry replaces it.
        if (position == _notedPosition && run == _notedRun) _length -= LogIndexEntry.Size;
        if (!Add(LogIndexKind.Bytes, offset, run, 0)) return;
        (_notedPosition, _notedRun, _notedAt) = (position, run, Environment.TickCount64);
    }

    /// <summary>Appends an entry about an offset of the current file.</summary>
    /// <returns>False if it could not be written.</returns>
    public bool Add(LogIndexKind kind, long offset, ulong run, ulong value)
    {
        _notedPosition = -1;
        return Append(new LogIndexEntry(kind, _base + offset, Now(), run, value));
    }

    /// <summary>
    /// Records that the current file ended at this offset or was emptied, and that the stream continues in the file
    /// with this inode.
    /// </summary>
    public void BeginFile(long endOffset, ulong inode)
    {
        if (!_descriptor.IsOpen) return;
        _base += endOffset;
        if (Add(LogIndexKind.File, 0, 0, inode)) _beganMs = _lastMs;
    }

    /// <summary>
    /// Reacts to what others did to the index. If it was removed, it is recreated with all its entries; if it was
    /// replaced or truncated, it is reopened.
    /// </summary>
    public void Check()
    {
        if (!_descriptor.IsOpen || SysStat.fstat(_descriptor.Number, out var mine) != 0) return;
        var there = SysStat.stat(Path, out var named) == 0;
        if (there && named.IsSameFile(mine) && mine.Size >= _length) return;
        if (there) Dispose();
        else Rewrite(0, []);
    }

    /// <summary>Removes the entries about deleted files if they are most of the index.</summary>
    public void Trim(Func<long> bytesInOlderFiles)
    {
        if (!_descriptor.IsOpen || _length < _trimAt) return;
        IndexTrim.Cut(_descriptor.Number, _length, _base - bytesInOlderFiles(), out var from, out var kept);
        if (from > _length / 2) Rewrite(from, kept);
        _trimAt = Math.Max(MinTrimBytes, _length * 2);
    }

    /// <summary>A smaller index is not worth trimming.</summary>
    const long MinTrimBytes = 256 << 10;

    long _trimAt = MinTrimBytes;

    /// <summary>The log and its index were renamed on disk.</summary>
    public void Rename(string logPath) => _logPath = logPath;

    /// <summary>Closes the index; <see cref="Ensure"/> opens it again.</summary>
    public void Dispose()
    {
        _descriptor.Dispose();
        _notedPosition = -1;
        _notedAt = -StretchMs;
        _retryAt = 0;
    }

    bool Open(in FileStatus log)
    {
        var opened = SafeLogPath.Open(Path, Fcntl.O_RDWR | Fcntl.O_CREAT, null, null, out var errno, out var refusal);
        if (!opened.IsOpen) return Fail(refusal ?? Errno.Describe(errno));
        _descriptor = opened;
        if (SysStat.fstat(_descriptor.Number, out var status) != 0) return Fail();
        // An incomplete entry at the end, left by a daemon that died, is overwritten.
        _length = status.Size / LogIndexEntry.Size * LogIndexEntry.Size;
        var found = LogIndexRecovery
            .Reconcile(_descriptor.Number, _length, _logPath, log, clock.GetUtcNow().ToUnixTimeMilliseconds());
        (_base, _beganMs, _lastMs) = (found.Base, found.BeganMs, found.LastMs);
        foreach (var entry in found.Missing)
            if (!Append(entry)) return false;
        _trouble = null;
        return true;
    }

    long Now()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return _lastMs = now < _lastMs && _lastMs - now < SmallStepMs ? _lastMs : now;
    }

    bool Append(in LogIndexEntry entry)
    {
        if (!_descriptor.IsOpen) return false;
        var bytes = stackalloc byte[LogIndexEntry.Size];
        entry.Write(new Span<byte>(bytes, LogIndexEntry.Size));
        if (Unistd.pwrite(_descriptor.Number, bytes, LogIndexEntry.Size, _length) != LogIndexEntry.Size) return Fail();
        _length += LogIndexEntry.Size;
        _trouble = null;
        return true;
    }

    bool Fail() => Fail(Errno.Describe(Errno.Last));

    bool Fail(string reason)
    {
        Dispose();
        _retryAt = Environment.TickCount64 + RetryAfterMs;
        _trouble = $"the time index {Path} cannot be written: {reason}; the log itself is not affected";
        return false;
    }

    /// <summary>Replaces the index by a new one with some entries, followed by those from an offset on.</summary>
    void Rewrite(long from, IReadOnlyList<LogIndexEntry> first)
    {
        using var folder = SafeLogPath.ToFolderOf(Path);
        if (folder is null) return;
        var path = folder.At(Path);
        var temporary = path + ".tmp";
        // An existing file was left by a daemon that died, or is a trap.
        _ = Unistd.unlink(temporary);
        using var fresh = Descriptors.Open(temporary, Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL, Mode);
        var length = !fresh.IsOpen ? -1 : IndexTrim.Copy(_descriptor.Number, from, _length, first, fresh.Number);
        if (length < 0 || Unistd.rename(temporary, path) != 0)
        {
            // The present index stays in use. If it was removed, the next Check tries again.
            _ = Unistd.unlink(temporary);
            return;
        }
        _descriptor.Dispose();
        (_descriptor, _length, _notedPosition) = (fresh.Move(), length, -1);
    }
}
