using System.Globalization;
using System.Text;
using Tspm.Libc;
using Tspm.Logs.Index;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>
/// One log file, open for writing at an explicit offset, because splice(2) does not accept O_APPEND (EINVAL). After a
/// crash, the offset is the size of the file: every byte is in the FIFO or in the file, and bytes that are in both have
/// been removed from the FIFO by <see cref="InterruptedMove"/>. Used by the pump's thread only.
/// </summary>
internal sealed class LogFile
{
    /// <summary>
    /// How often to check whether the path still leads to this file. A removed file is noticed at once by its link
    /// count, but a file that was moved away only by its path.
    /// </summary>
    const long LookAtPathMs = 250;

    const long RetryRotationMs = 1000;

    readonly LogIndex? _index;
    readonly DropCounter _drops;
    readonly bool _mayRotate;
    Descriptor _descriptor;
    long _openedMs, _lookAt, _rotateAt;

    /// <param name="path">Path of the file.</param>
    /// <param name="descriptor">The open file, which this object owns.</param>
    /// <param name="policy">Rules for rotation and for a full disk.</param>
    /// <param name="drops">Has the unreported drops of earlier daemons, and records further ones.</param>
    /// <param name="clock">Gives the times in the index.</param>
    public LogFile(string path, Descriptor descriptor, LogPolicy policy, DropCounter drops, TimeProvider clock)
    {
        _drops = drops;
        Owed = Dropped = _unreported = drops.CountOf(path);
        (Path, _descriptor, Policy) = (path, descriptor, policy);
        IsRegular = SysStat.fstat(descriptor.Number, out var status) == 0 && status.IsRegularFile;
        Offset = IsRegular ? status.Size : 0;
        // A symbolic link is not rotated, because renaming it would undo the choice of its owner.
        _mayRotate = IsRegular && SysStat.lstat(path, out var named) == 0 && named.IsRegularFile;
        if (IsRegular) _index = new LogIndex(path, clock);
        _openedMs = Environment.TickCount64;
        _lookAt = _openedMs + LookAtPathMs;
    }

    public string Path { get; private set; }

    /// <summary>The descriptor, which changes when the file is rotated or reopened.</summary>
    public int Number => _descriptor.Number;

    /// <summary>Offset of the next byte to write.</summary>
    public long Offset { get; set; }

    /// <summary>The offset for a mover; none for a device or a pipe.</summary>
    public long WriteAt => IsRegular ? Offset : IByteMover.NoOffset;

    /// <summary>False for /dev/stdout, a FIFO and the like, which have no rotation and no index.</summary>
    public bool IsRegular { get; }

    public LogPolicy Policy { get; set; }

    /// <summary>Number of streams that write to the file.</summary>
    public int Users { get; set; }

    /// <summary>Bytes dropped by streams that have ended, for which the file has no notice yet.</summary>
    public long Owed { get; set; }

    /// <summary>Bytes dropped since <see cref="PumpTroubles"/> last collected them.</summary>
    public long Dropped { get; set; }

    /// <summary>Bytes dropped by ended and present streams, for which the file has no notice yet.</summary>
    long _unreported;

    /// <summary>Counts bytes that were read from a FIFO and dropped.</summary>
    public void CountDropped(long bytes)
    {
        Dropped += bytes;
        SetUnreported(_unreported + bytes);
    }

    void SetUnreported(long bytes) => _drops.Put(Path, _unreported = bytes);

    /// <summary>Whether the file is in the queue of the <see cref="LogHousekeeper"/>.</summary>
    public bool IsQueued { get; set; }

    /// <summary>A sentence about a problem that does not stop the log itself; null if there is none.</summary>
    public string? Trouble => _lostTrouble ?? _rotationTrouble ?? _index?.Trouble;

    string? _rotationTrouble, _lostTrouble;

    /// <summary>Whether the open file is no longer at its path, and no file can be opened there.</summary>
    public bool IsLost => _lostTrouble is not null;

    /// <summary>
    /// The folder below which missing folders are created, see <see cref="LogFolders.RootOf"/>; null: none are.
    /// </summary>
    public string? FolderRoot { get; init; }

    /// <summary>
    /// Size in bytes at which the file is rotated; <see cref="long.MaxValue"/>: never, or not at the moment.
    /// </summary>
    public long Limit
    {
        get
        {
            if (!_mayRotate || (_rotateAt != 0 && Environment.TickCount64 < _rotateAt)) return long.MaxValue;
            if (Policy.MaxAgeMs > 0 && Offset > 0 && Age >= Policy.MaxAgeMs) return 1;
            return Policy.MaxSizeBytes > 0 ? Policy.MaxSizeBytes : long.MaxValue;
        }
    }

    /// <summary>Offset at which a line is cut, because it is longer than a file may be.</summary>
    public long CutAt => Policy.MaxSizeBytes is > 0 and < long.MaxValue / 2 ? 2 * Policy.MaxSizeBytes : long.MaxValue;

    /// <summary>
    /// Milliseconds since the file was begun, according to the index, or since it was opened if the index does not
    /// know.
    /// </summary>
    long Age =>
        _index?.BeganMs is { } began and > 0
            ? TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - began
            : Environment.TickCount64 - _openedMs;

    /// <summary>
    /// Reacts to what others did to the file. If it was truncated, the old offset would leave a hole; if it was
    /// appended to, the old offset would overwrite the new bytes; if it was removed or moved away, nobody would find
    /// the output.
    /// </summary>
    public void Refresh()
    {
        if (!IsRegular || SysStat.fstat(Number, out var status) != 0) return;
        if (status.Links == 0) Reopen();
        else if (status.Size < Offset) Shrunk(status);
        else Offset = status.Size;
        var now = Environment.TickCount64;
        if (now < _lookAt) return;
        _lookAt = now + LookAtPathMs;
        if (_lostTrouble is not null || SysStat.stat(Path, out var named) != 0 || !named.IsSameFile(status)) Reopen();
        _index?.Check();
    }

    /// <summary>
    /// Opens the file at the path, or creates it with its folder. Changes nothing if it is the file in use.
    /// </summary>
    /// <returns>Null on success, else a sentence; then the file in use stays open.</returns>
    public string? Reopen()
    {
        if (!IsRegular) return null;
        using var again = LogFileOpening.Open(Path, FolderRoot, [], out var errno, out var refusal);
        _lostTrouble = again.IsOpen ? null : CannotReopen(refusal ?? Errno.Describe(errno));
        if (!again.IsOpen) return _lostTrouble;
        var isSame = SysStat.fstat(again.Number, out var status) != 0
            || (SysStat.fstat(Number, out var mine) == 0 && mine.IsSameFile(status));
        if (!isSame) Use(again.Move(), status);
        return null;
    }

    string CannotReopen(string reason) => HasLeftItsPath
        ? $"the log {Path} was removed or moved away and cannot be recreated: {reason}; "
            + "output still goes to the old file"
        : $"the log {Path} cannot be reopened: {reason}; output still goes to the open file";

    /// <summary>Whether the open file is no longer at its path; false also if that is unknown.</summary>
    bool HasLeftItsPath
    {
        get
        {
            if (SysStat.stat(Path, out var named) != 0)
                return Errno.Last is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP;
            return SysStat.fstat(Number, out var mine) == 0 && !named.IsSameFile(mine);
        }
    }

    /// <summary>
    /// Records in the index which run the next bytes come from, at most every 50 ms. Must be called before they are
    /// moved.
    /// </summary>
    public void Note(int fifo, OutputRun run)
    {
        if (_index is null || !_index.IsDue(run.Id)) return;
        if (ScratchPipe.Waiting(fifo) == 0) return;
        if (!_index.Ensure(Number)) return;
        if (run.Pid != 0 && !run.IsNoted)
            run.IsNoted = _index.Add(LogIndexKind.Started, Offset, run.Id, (ulong)run.Pid);
        _index.Note(Offset, run.Id);
    }

    /// <summary>Records in the index that the last line of this file continues in the next file.</summary>
    public void NoteCut(ulong run, long moved) => _index?.Add(LogIndexKind.CutLine, Offset + moved, run, 0);

    /// <summary>Whether the last byte is a line break; true for an empty file.</summary>
    public unsafe bool EndsLine()
    {
        if (!IsRegular || Offset == 0) return true;
        using var reading = Descriptors.Open($"/proc/self/fd/{Number}", Fcntl.O_RDONLY);
        if (!reading.IsOpen) return false;
        byte last = 0;
        _ = Unistd.pread(reading.Number, &last, 1, Offset - 1);
        return last == '\n';
    }

    /// <summary>
    /// Renames the file to number 1 and starts a new one.
    /// </summary>
    /// <returns>False if that failed; output continues in the old file, and rotation is retried later.</returns>
    public bool Rotate()
    {
        using var folder = SafeLogPath.ToFolderOf(Path);
        if (folder is null) return CannotRotate(Errno.Last);
        var errno = LogRotation.Rotate(folder, Path, Number, out var fresh, out var made);
        if (errno != 0) return CannotRotate(errno);
        Use(fresh, made with { Size = 0 });
        _rotateAt = 0;
        _rotationTrouble = null;
        RotatedLogs.RemoveAbove(folder.At(Path), Policy.Keep);
        _index?.Trim(() => RotatedLogs.OldestFirst(Path).Sum(RotatedLogs.BytesOf));
        return true;
    }

    /// <summary>Empties the file and removes the rotated files. Positions in the index continue.</summary>
    public void Flush()
    {
        if (!IsRegular || SysStat.fstat(Number, out var status) != 0) return;
        _index?.Ensure(Number);
        using (var folder = SafeLogPath.ToFolderOf(Path))
            if (folder is not null) RotatedLogs.RemoveAbove(folder.At(Path), 0);
        Offset = status.Size;
        if (Unistd.ftruncate(Number, 0) == 0) Shrunk(status with { Size = 0 });
    }

    /// <summary>
    /// Writes a notice into the file, on its own line, that says how many bytes are missing.
    /// </summary>
    /// <param name="run">The run whose output was dropped; 0: unknown.</param>
    /// <param name="count">Number of dropped bytes.</param>
    /// <param name="lastWasBreak">Whether the last dropped byte was a line break. If the file ends within a line, that
    /// line break is written after all, and not counted as dropped.</param>
    /// <returns>False if there is no room yet.</returns>
    public unsafe bool WriteDropNotice(ulong run, long count, bool lastWasBreak)
    {
        Refresh();
        var told = count;
        var needsBreak = !EndsLine();
        if (needsBreak && lastWasBreak) count--;
        var text = needsBreak ? "\n" : "";
        if (count > 0)
            text += string.Create(CultureInfo.InvariantCulture,
                $"[tspm: {count} bytes of output were dropped here, the disk was full]\n");
        var bytes = Encoding.ASCII.GetBytes(text);
        fixed (byte* start = bytes)
        {
            var put = IsRegular
                ? Unistd.pwrite(Number, start, (nuint)bytes.Length, Offset)
                : Unistd.write(Number, start, (nuint)bytes.Length);
            if (put != bytes.Length)
            {
                if (put > 0 && IsRegular) _ = Unistd.ftruncate(Number, Offset);
                return false;
            }
        }
        if (_index?.Ensure(Number) == true) _index.Add(LogIndexKind.Dropped, Offset, run, (ulong)count);
        Offset += bytes.Length;
        if (needsBreak && lastWasBreak) Dropped--;
        SetUnreported(_unreported - told);
        return true;
    }

    /// <summary>The file was renamed on disk, together with its rotated files and its index.</summary>
    public void Renamed(string path)
    {
        var unreported = _unreported;
        SetUnreported(0);
        Path = path;
        SetUnreported(unreported);
        _index?.Rename(path);
    }

    public void Close()
    {
        _descriptor.Dispose();
        _index?.Dispose();
    }

    void Shrunk(in FileStatus status)
    {
        _index?.BeginFile(Offset, status.Inode);
        Offset = status.Size;
    }

    void Use(Descriptor descriptor, in FileStatus status)
    {
        // Bytes that others have appended to the old file come before the first byte of the new one.
        var end = SysStat.fstat(Number, out var old) == 0 ? Math.Max(old.Size, Offset) : Offset;
        _descriptor.Dispose();
        _descriptor = descriptor;
        _index?.BeginFile(end, status.Inode);
        Offset = status.Size;
        _openedMs = Environment.TickCount64;
    }

    bool CannotRotate(int errno)
    {
        _rotateAt = Environment.TickCount64 + RetryRotationMs;
        _rotationTrouble = $"the log {Path} cannot be rotated: {Errno.Describe(errno)}; it keeps growing";
        return false;
    }
}
