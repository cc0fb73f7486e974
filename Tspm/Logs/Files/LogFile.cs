using System.Text;
using Tspm.Libc;
using Tspm.Logs.Index;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Files;

/// <summary>
/// One log file, open for writing at an explicit offset. Not O_APPEND: splice(2) refuses that (EINVAL). After a crash
/// the offset is the file's size: bytes are in the FIFO or in the file, never in between, and what was in both is in
/// the file alone once <see cref="InterruptedMove"/> has looked. Used by the pump's thread only.
/// </summary>
internal sealed class LogFile
{
    const int Mode = 0x180; // 0600
    const uint ModeBits = 0xfff;

    /// <summary>
    /// How often to look whether the path still leads here. A removed file is noticed at once; one that was moved away
    /// lives on, and only its path tells.
    /// </summary>
    const long LookAtPathMs = 250;

    const long RetryRotationMs = 1000;

    readonly LogIndex? _index;
    readonly DropLedger _ledger;
    readonly bool _mayRotate;
    Descriptor _descriptor;
    long _openedMs, _lookAt, _rotateAt;

    /// <param name="path">Where it is.</param>
    /// <param name="descriptor">Of it; closed with this.</param>
    /// <param name="policy">How it is rotated, and so on.</param>
    /// <param name="ledger">Knows what an earlier daemon did not get to tell, and is told of what is lost.</param>
    /// <param name="clock">For the index.</param>
    public LogFile(string path, Descriptor descriptor, LogPolicy policy, DropLedger ledger, TimeProvider clock)
    {
        _ledger = ledger;
        Owed = Dropped = _untold = ledger.Of(path);
        (Path, _descriptor, Policy) = (path, descriptor, policy);
        IsRegular = SysStat.fstat(descriptor.Number, out var status) == 0 && status.IsRegularFile;
        Offset = IsRegular ? status.Size : 0;
        // A link leads where its owner wants it to: renaming it would take that away.
        _mayRotate = IsRegular && SysStat.lstat(path, out var named) == 0 && named.IsRegularFile;
        if (IsRegular) _index = new LogIndex(path, clock);
        _openedMs = Environment.TickCount64;
        _lookAt = _openedMs + LookAtPathMs;
    }

    public string Path { get; private set; }

    /// <summary>For system calls; another one after the file was replaced.</summary>
    public int Number => _descriptor.Number;

    /// <summary>Where the next byte goes.</summary>
    public long Offset { get; set; }

    /// <summary>For the mover: a device or a pipe has no offsets.</summary>
    public long WriteAt => IsRegular ? Offset : IByteMover.NoOffset;

    /// <summary>False for /dev/stdout, a FIFO and the like: no rotation, no index.</summary>
    public bool IsRegular { get; }

    public LogPolicy Policy { get; set; }

    /// <summary>Streams that write here.</summary>
    public int Users { get; set; }

    /// <summary>Bytes that were dropped by streams that have ended, and are not told in the file yet.</summary>
    public long Owed { get; set; }

    /// <summary>Bytes that were dropped here and that nobody has asked about yet.</summary>
    public long Dropped { get; set; }

    /// <summary>Bytes that were dropped, of ended and of present streams, and are not told in the file yet.</summary>
    long _untold;

    /// <summary>These were read, and there is no room for them.</summary>
    public void Lose(long bytes)
    {
        Dropped += bytes;
        SetUntold(_untold + bytes);
    }

    void SetUntold(long bytes) => _ledger.Put(Path, _untold = bytes);

    /// <summary>It waits for, or is being looked at by, the one who compresses.</summary>
    public bool IsQueued { get; set; }

    /// <summary>What does not work as it should, while the log itself goes on; null: all does.</summary>
    public string? Trouble => _lostTrouble ?? _rotationTrouble ?? _index?.Trouble;

    string? _rotationTrouble, _lostTrouble;

    /// <summary>The file that is written to has lost its place, and another one cannot be made there.</summary>
    public bool IsLost => _lostTrouble is not null;

    /// <summary>See <see cref="LogFolders.RootOf"/>; null: no folder is made for it.</summary>
    public string? FolderRoot { get; init; }

    /// <summary>Bytes after which a new file is begun; <see cref="long.MaxValue"/>: never, or not now.</summary>
    public long Limit
    {
        get
        {
            if (!_mayRotate || (_rotateAt != 0 && Environment.TickCount64 < _rotateAt)) return long.MaxValue;
            if (Policy.MaxAgeMs > 0 && Offset > 0 && Age >= Policy.MaxAgeMs) return 1;
            return Policy.MaxSizeBytes > 0 ? Policy.MaxSizeBytes : long.MaxValue;
        }
    }

    /// <summary>A line that is still not over here is longer than a file may be, and is cut.</summary>
    public long CutAt => Policy.MaxSizeBytes is > 0 and < long.MaxValue / 2 ? 2 * Policy.MaxSizeBytes : long.MaxValue;

    /// <summary>Of the current file, in milliseconds; 0: unknown.</summary>
    long Age =>
        _index?.BeganMs is { } began and > 0
            ? TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - began
            : Environment.TickCount64 - _openedMs;

    /// <summary>
    /// Opens or makes the file, with the folders that are missing; never waits (a FIFO without a reader is ENXIO).
    /// </summary>
    /// <param name="path">Of the file.</param>
    /// <param name="folderRoot">See <see cref="LogFolders.RootOf"/>; null: no folder is made.</param>
    /// <param name="made">Is given the path of all that was made: folders, then the file.</param>
    /// <param name="errno">Why it is not open; 0: it is.</param>
    /// <param name="refusal">The same in words, when the place is not safe (<see cref="LogWay"/>).</param>
    public static Descriptor Open(
        string path, string? folderRoot, List<string> made, out int errno, out string? refusal)
    {
        var descriptor = LogWay.Open(path, Fcntl.O_WRONLY, null, null, out errno, out refusal);
        if (errno != Errno.ENOENT) return descriptor;
        if (!LogFolders.IsBelow(path, folderRoot ?? "")) folderRoot = null;
        descriptor = LogWay.Open(path, Fcntl.O_WRONLY | Fcntl.O_CREAT, folderRoot, made, out errno, out refusal);
        if (descriptor.IsOpen) made.Add(path);
        return descriptor;
    }

    /// <summary>Opens or makes the file in a folder that is there.</summary>
    public static Descriptor Open(string path) =>
        LogWay.Open(path, Fcntl.O_WRONLY | Fcntl.O_CREAT, null, null, out _, out _);

    /// <summary>Removes what was made for a run that did not come about: an empty file, and empty folders.</summary>
    /// <param name="made">See <see cref="Open(string, string, List{string}, out int, out string)"/>.</param>
    public static void Unmake(IReadOnlyList<string> made)
    {
        if (made.Count == 0) return;
        var last = made[^1];
        var isFile = SysStat.lstat(last, out var status) == 0 && status.IsRegularFile;
        if (isFile && status.Size == 0)
        {
            using var folder = LogWay.ToFolderOf(last);
            folder?.Remove(last, isFolder: false);
        }
        LogFolders.Remove(isFile ? [.. made.Take(made.Count - 1)] : made);
    }

    /// <summary>
    /// Takes notice of what others did to the file: truncated (the offset would leave a hole), appended to under
    /// another of its names (what they wrote would be overwritten), removed or moved away (nobody would find what is
    /// written).
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
    /// The file at the path, made if there is none, with its folder; nothing changes when it is the one in use. Null,
    /// or why it cannot be opened: then the one in use stays.
    /// </summary>
    public string? Reopen()
    {
        if (!IsRegular) return null;
        using var again = Open(Path, FolderRoot, [], out var errno, out var refusal);
        _lostTrouble = again.IsOpen ? null : CannotReopen(refusal ?? Errno.Describe(errno));
        if (!again.IsOpen) return _lostTrouble;
        var isSame = SysStat.fstat(again.Number, out var status) != 0
            || (SysStat.fstat(Number, out var mine) == 0 && mine.IsSameFile(status));
        if (!isSame) Use(again.Move(), status);
        return null;
    }

    string CannotReopen(string reason) => HasLeftItsPath
        ? $"the log {Path} was removed or moved away, and cannot be made again: {reason}; "
            + "output still goes to the file that was there"
        : $"the log {Path} cannot be opened again: {reason}; output still goes to the file that is open";

    /// <summary>False also when that cannot be seen.</summary>
    bool HasLeftItsPath
    {
        get
        {
            if (SysStat.stat(Path, out var named) != 0)
                return Errno.Last is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP;
            return SysStat.fstat(Number, out var mine) == 0 && !named.IsSameFile(mine);
        }
    }

    /// <summary>Writes down whose bytes come now, at most every 50 ms. To be called before they are moved.</summary>
    public void Note(int fifo, OutputRun run)
    {
        if (_index is null || !_index.IsDue(run.Id)) return;
        if (ScratchPipe.Waiting(fifo) == 0) return;
        if (!_index.Ensure(Number)) return;
        if (run.Pid != 0 && !run.IsNoted)
            run.IsNoted = _index.Add(LogIndexKind.Started, Offset, run.Id, (ulong)run.Pid);
        _index.Note(Offset, run.Id);
    }

    /// <summary>A line ends here though it goes on in the next file.</summary>
    public void NoteCut(ulong run, long moved) => _index?.Add(LogIndexKind.CutLine, Offset + moved, run, 0);

    /// <summary>Is the last byte a line break? An empty file counts as ended.</summary>
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
    /// Puts the file away as number 1 and begins a new one. The new one is made first, under a name of its own, so that
    /// a lack of anything is known before something has moved. False: it did not work and is tried again later; writing
    /// goes on in the old one.
    /// </summary>
    public bool Rotate()
    {
        using var folder = LogWay.ToFolderOf(Path);
        if (folder is null) return CannotRotate(default, Errno.Last);
        var path = folder.At(Path);
        var fresh = RotatedLogs.Fresh(path);
        // One that is there was left by a daemon that died, or is a trap.
        if (Unistd.unlink(fresh) != 0 && Errno.Last != Errno.ENOENT) return CannotRotate(default, Errno.Last);
        var descriptor = Descriptors.Open(fresh, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL, Mode);
        if (!descriptor.IsOpen || SysStat.fstat(Number, out var old) != 0
            || SysStat.fstat(descriptor.Number, out var made) != 0) return CannotRotate(descriptor, Errno.Last);
        KeepOwnerAndMode(descriptor.Number, old);
        if (RotatedLogs.MoveUp(path) is { } problem) return CannotRotate(descriptor, problem);
        if (Unistd.rename(path, RotatedLogs.Plain(path, 1)) != 0) return CannotRotate(descriptor, Errno.Last);
        if (Unistd.rename(fresh, path) != 0) return CannotRotate(descriptor, Errno.Last);
        Use(descriptor, made with { Size = 0 });
        (_rotateAt, _rotationTrouble) = (0, null);
        RotatedLogs.RemoveAbove(path, Policy.Keep);
        _index?.Trim(() => RotatedLogs.OldestFirst(Path).Sum(RotatedLogs.BytesOf));
        return true;
    }

    /// <summary>Empties the file and removes the old ones. The positions in the index go on.</summary>
    public void Flush()
    {
        if (!IsRegular || SysStat.fstat(Number, out var status) != 0) return;
        _index?.Ensure(Number);
        using (var folder = LogWay.ToFolderOf(Path))
            if (folder is not null) RotatedLogs.RemoveAbove(folder.At(Path), 0);
        Offset = status.Size;
        if (Unistd.ftruncate(Number, 0) == 0) Shrunk(status with { Size = 0 });
    }

    /// <summary>
    /// Says in the file how many bytes are missing, on a line of its own. With <paramref name="lastWasBreak"/> the last
    /// byte that was dropped is a line break, and is given back where the file ends in the middle of a line. False:
    /// there is no room yet.
    /// </summary>
    public unsafe bool TellDropped(ulong run, long count, bool lastWasBreak)
    {
        Refresh();
        var told = count;
        var needsBreak = !EndsLine();
        if (needsBreak && lastWasBreak) count--;
        var text = needsBreak ? "\n" : "";
        if (count > 0)
            text += string
                .Create(System.Globalization.CultureInfo.InvariantCulture,
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
        SetUntold(_untold - told);
        return true;
    }

    /// <summary>The file was renamed, and its companions with it.</summary>
    public void Renamed(string path)
    {
        var untold = _untold;
        SetUntold(0);
        Path = path;
        SetUntold(untold);
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
        // What others appended since the last look is before the new file's first byte.
        var end = SysStat.fstat(Number, out var old) == 0 ? Math.Max(old.Size, Offset) : Offset;
        _descriptor.Dispose();
        _descriptor = descriptor;
        _index?.BeginFile(end, status.Inode);
        Offset = status.Size;
        _openedMs = Environment.TickCount64;
    }

    static void KeepOwnerAndMode(int descriptor, in FileStatus old)
    {
        // Without the right to give it away it stays with this user, which is whom the old one belonged to in nearly
        // all cases.
        if (old.Uid != Unistd.geteuid() || old.Gid != Unistd.getegid())
            _ = SysStat.fchown(descriptor, old.Uid, old.Gid);
        if ((old.Mode & ModeBits) != Mode) _ = SysStat.fchmod(descriptor, old.Mode & ModeBits);
    }

    bool CannotRotate(Descriptor fresh, int errno)
    {
        if (fresh.IsOpen)
        {
            fresh.Dispose();
            using var folder = LogWay.ToFolderOf(Path);
            folder?.Remove(RotatedLogs.Fresh(Path), isFolder: false);
        }
        _rotateAt = Environment.TickCount64 + RetryRotationMs;
        _rotationTrouble = $"the log {Path} cannot be rotated: {Errno.Describe(errno)}; it grows on";
        return false;
    }
}
