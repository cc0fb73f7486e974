using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Index;

/// <summary>
/// Writes the time index of one log (see <see cref="LogIndexEntry"/>). What cannot be written here never stops the log
/// itself: the index is closed then, tried again after a while, and told what it missed
/// (<see cref="LogIndexRecovery"/>). Used by the pump's thread only; nothing is opened before the first byte comes.
/// </summary>
internal sealed unsafe class LogIndex(string logPath, TimeProvider clock) : IDisposable
{
    public const string Suffix = ".index";

    const int Mode = 0x180; // 0600

    /// <summary>At most one entry about bytes in this time: times are good to a tenth of a second.</summary>
    const long StretchMs = 50;

    const long RetryAfterMs = 1000;

    /// <summary>
    /// A clock set back by less than this is not followed, so that times in the index go up; set back by more, it was
    /// wrong before.
    /// </summary>
    const long SmallStepMs = 10_000;

    string _logPath = logPath;
    Descriptor _descriptor;
    long _length, _base, _beganMs, _lastMs;
    long _retryAt, _notedAt = -StretchMs, _notedPosition = -1;
    ulong _notedRun;
    string? _trouble;

    string Path => _logPath + Suffix;

    /// <summary>Why entries are missing; null: none are.</summary>
    public string? Trouble => _trouble;

    /// <summary>When the current file was begun, Unix milliseconds; 0: not known yet.</summary>
    public long BeganMs => _beganMs;

    /// <summary>False: no entry can be written for now.</summary>
    public bool Ensure(int log)
    {
        if (_descriptor.IsOpen) return true;
        var now = Environment.TickCount64;
        if (now < _retryAt || SysStat.fstat(log, out var status) != 0) return false;
        _retryAt = now + RetryAfterMs;
        return Open(status);
    }

    /// <summary>Is an entry about bytes due?</summary>
    public bool IsDue(ulong run) => run != _notedRun || Environment.TickCount64 - _notedAt >= StretchMs;

    /// <summary>Bytes will be moved to this offset of the current file.</summary>
    public void Note(long offset, ulong run)
    {
        var position = _base + offset;
        // Nothing came of the last one (the file takes no more): its time was not that of any byte.
        if (position == _notedPosition && run == _notedRun) _length -= LogIndexEntry.Size;
        if (!Add(LogIndexKind.Bytes, offset, run, 0)) return;
        (_notedPosition, _notedRun, _notedAt) = (position, run, Environment.TickCount64);
    }

    /// <summary>Appends an entry about this offset of the current file.</summary>
    public bool Add(LogIndexKind kind, long offset, ulong run, ulong value)
    {
        _notedPosition = -1;
        return Append(new LogIndexEntry(kind, _base + offset, Now(), run, value));
    }

    /// <summary>A file ends at this offset, or was emptied; the stream goes on in one with this inode.</summary>
    public void BeginFile(long endOffset, ulong inode)
    {
        if (!_descriptor.IsOpen) return;
        _base += endOffset;
        if (Add(LogIndexKind.File, 0, 0, inode)) _beganMs = _lastMs;
    }

    /// <summary>
    /// Takes notice of what others did to the index: removed, it is made again with all its entries; replaced or cut,
    /// it is opened anew.
    /// </summary>
    public void Check()
    {
        if (!_descriptor.IsOpen || SysStat.fstat(_descriptor.Number, out var mine) != 0) return;
        var there = SysStat.stat(Path, out var named) == 0;
        if (there && named.IsSameFile(mine) && mine.Size >= _length) return;
        if (there) Dispose();
        else Rewrite(0, []);
    }

    /// <summary>Forgets what is before the oldest file, when that is most of the index.</summary>
    public void Trim(Func<long> bytesInOlderFiles)
    {
        if (!_descriptor.IsOpen || _length < _trimAt) return;
        IndexTrim.Cut(_descriptor.Number, _length, _base - bytesInOlderFiles(), out var from, out var kept);
        if (from > _length / 2) Rewrite(from, kept);
        _trimAt = Math.Max(MinTrimBytes, _length * 2);
    }

    /// <summary>Below this, trimming is not worth the work.</summary>
    const long MinTrimBytes = 256 << 10;

    long _trimAt = MinTrimBytes;

    public void Rename(string logPath) => _logPath = logPath;

    /// <summary>Closes; the next entry opens it again.</summary>
    public void Dispose()
    {
        _descriptor.Dispose();
        (_notedPosition, _notedAt, _retryAt) = (-1, -StretchMs, 0);
    }

    bool Open(in FileStatus log)
    {
        var opened = LogWay.Open(Path, Fcntl.O_RDWR | Fcntl.O_CREAT, null, null, out var errno, out var refusal);
        if (!opened.IsOpen) return Fail(refusal ?? Errno.Describe(errno));
        _descriptor = opened;
        if (SysStat.fstat(_descriptor.Number, out var status) != 0) return Fail();
        // Half an entry at the end was being written when a daemon died: it is written over.
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

    /// <summary>A new index in the place of this one: some entries, then everything from an offset on.</summary>
    void Rewrite(long from, IReadOnlyList<LogIndexEntry> first)
    {
        using var folder = LogWay.ToFolderOf(Path);
        if (folder is null) return;
        var path = folder.At(Path);
        var temporary = path + ".tmp";
        // One that is there was left by a daemon that died, or is a trap.
        _ = Unistd.unlink(temporary);
        using var fresh = Descriptors.Open(temporary, Fcntl.O_RDWR | Fcntl.O_CREAT | Fcntl.O_EXCL, Mode);
        var length = !fresh.IsOpen ? -1 : IndexTrim.Copy(_descriptor.Number, from, _length, first, fresh.Number);
        if (length < 0 || Unistd.rename(temporary, path) != 0)
        {
            // The one there is stays in use. If it has no name any more, the next look tries again.
            _ = Unistd.unlink(temporary);
            return;
        }
        _descriptor.Dispose();
        (_descriptor, _length, _notedPosition) = (fresh.Move(), length, -1);
    }
}
