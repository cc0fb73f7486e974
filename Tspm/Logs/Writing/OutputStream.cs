using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Platform;
using Tspm.Platform.Portable;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Logs.Writing;

/// <summary>Result of one turn of a stream.</summary>
internal enum DrainResult
{
    /// <summary>The FIFO is empty for now.</summary>
    Empty,
    /// <summary>The FIFO may have more bytes, but other streams come first.</summary>
    More,
    /// <summary>The last writer has closed the FIFO.</summary>
    Ended,
    /// <summary>
    /// The file cannot be written (no space, quota, size limit): the bytes stay in the FIFO, and the writer waits.
    /// </summary>
    Blocked,
}

/// <summary>Moves the bytes of one FIFO to a file. Used by the pump's thread only.</summary>
/// <param name="fifo">Path of the FIFO.</param>
/// <param name="descriptor">Read end of the FIFO, which the stream owns.</param>
/// <param name="key">The key under which the guardian keeps a duplicate of the read end.</param>
/// <param name="run">The run whose output this is.</param>
/// <param name="file">The file to write to.</param>
/// <param name="mover">Moves the bytes.</param>
/// <param name="raisedMover">Moves the bytes once the FIFO has been enlarged; null: there is none.</param>
/// <param name="peek">Shows the next bytes without removing them.</param>
internal sealed class OutputStream(string fifo, Descriptor descriptor, DescriptorKey key, OutputRun run, LogFile file,
    IByteMover mover, TeeMover? raisedMover, LinePeek peek)
{
    /// <summary>Maximum number of bytes for one system call.</summary>
    const int ChunkBytes = 1 << 20;

    /// <summary>Length of a turn in bytes if few streams are ready.</summary>
    public const long SoloTurnBytes = 4 << 20;

    /// <summary>
    /// Length of a turn in bytes if many streams are ready: the default capacity of a FIFO. Otherwise, a stream with an
    /// enlarged FIFO would get sixteen times the share of the others.
    /// </summary>
    public const long FairTurnBytes = 64 << 10;

    /// <summary>
    /// A read of this size means that a FIFO of the default capacity (16 pages) was full or nearly full: lines do not
    /// fill every page completely.
    /// </summary>
    const int FullBytes = 48 << 10;

    /// <summary>
    /// The same for an enlarged FIFO, with reads of <see cref="TeeMover.MaxBytes"/>. After a smaller read, the writer
    /// has room for a while, and reading again at once would move little.
    /// </summary>
    const int FullRaisedBytes = 480 << 10;

    IByteMover _mover = mover;
    long _turnedAt;

    public string Fifo => fifo;
    public int Number => descriptor.Number;

    public bool IsClosed => !descriptor.IsOpen;

    public DescriptorKey Key => key;
    public OutputRun Run => run;
    public LogFile File => file;

    /// <summary>Paths of folders, and of the file, that were created for this stream.</summary>
    public IReadOnlyList<string> Made { get; init; } = [];

    /// <summary>Whether the FIFO was enlarged, so that its capacity counts against the budget.</summary>
    public bool IsRaised { get; set; }

    /// <summary>
    /// Delay before the next turn, in which bytes accumulate; zero after a turn with no bytes or many.
    /// </summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>The error number if the file cannot be written, else 0.</summary>
    public int BlockedBy { get; private set; }

    /// <summary>Number of bytes dropped since the stream was opened.</summary>
    public long DroppedEver { get; set; }

    /// <summary>Not null while output is dropped.</summary>
    public DroppedOutput? Dropping { get; private set; }

    /// <summary>
    /// Whether the file was rotated in the last turn, so that files may have to be compressed or removed.
    /// </summary>
    public bool HasRotated { get; private set; }

    /// <summary>Takes a turn: moves up to <paramref name="most"/> bytes.</summary>
    public DrainResult Drain(PipeBudget budget, long most, out long moved)
    {
        moved = 0;
        HasRotated = false;
        if (Dropping is { } dropping)
        {
            var dropped = dropping.Drain(peek, descriptor.Number, this);
            Delay = TimeSpan.Zero;
            return dropped;
        }
        BlockedBy = 0;
        file.Refresh();
        file.Note(descriptor.Number, run);
        while (moved < most)
        {
            var count = MoveChunk(most - moved, out var asked, out var errno);
            if (count < 0)
            {
                var isEmpty = errno is Errno.EAGAIN or Errno.EINTR && !TargetIsFull();
                return isEmpty ? Stop(DrainResult.Empty, moved) : Refused(errno);
            }
            if (count == 0) return DrainResult.Ended;
            file.Offset += count;
            moved += count;
            if (count >= FullBytes && !IsRaised) IsRaised = budget.TryRaise(descriptor.Number);
            if (count < Math.Min(asked, IsRaised ? FullRaisedBytes : FullBytes)) return Stop(DrainResult.Empty, moved);
            if (_rotateNow) Rotate();
        }
        return Stop(DrainResult.More, moved);
    }

    /// <summary>
    /// Writes how much was dropped, and returns to moving bytes.
    /// </summary>
    /// <returns>False if there is still no room.</returns>
    public bool StopDropping(long count, bool lastWasBreak)
    {
        while (_mover.Held > 0)
        {
            var written = _mover.Move(descriptor.Number, file.Number, file.WriteAt, _mover.Held, out _);
            if (written <= 0) return false;
            file.Offset += written;
        }
        if (count > 0 && !file.WriteDropNotice(run.Id, count, lastWasBreak)) return false;
        (Dropping, BlockedBy) = (null, 0);
        return true;
    }

    public void Close()
    {
        if (Dropping is { Count: > 0 } dropping && !dropping.End(this)) file.Owed += dropping.Count;
        Dropping = null;
        descriptor.Dispose();
    }

    bool _rotateNow;

    /// <summary>
    /// Moves one chunk. Near the size limit of the file, the chunk ends exactly at the end of a line.
    /// </summary>
    long MoveChunk(long most, out long asked, out int errno)
    {
        _rotateNow = false;
        asked = Math.Min(ChunkBytes, most);
        var limit = file.Limit;
        if (limit == long.MaxValue) return Move(asked, out errno);
        var free = limit - LinePeek.MaxBytes - file.Offset;
        if (free > 0) return Move(asked = Math.Min(asked, free), out errno);
        if (_mover.Held > 0) return Move(asked = _mover.Held, out errno);
        var next = peek.Peek(descriptor.Number, LinePeek.MaxBytes, out errno);
        if (next.IsEmpty)
        {
            if (errno == 0) return 0;
            // Without a pipe for peeking (no descriptors left), the file grows beyond its limit for now.
            return errno == Errno.EAGAIN ? -1 : Move(asked, out errno);
        }
        var room = limit - file.Offset;
        asked = RotationPoint.Find(next, room, file, out _rotateNow, out var cut);
        if (asked == 0)
        {
            // The next line does not fit, and must not be divided.
            Rotate();
            return MoveChunk(most, out asked, out errno);
        }
        var moved = Move(asked, out errno);
        if (moved != asked) _rotateNow = false;
        else if (cut) file.NoteCut(run.Id, moved);
        return moved;
    }

    void Rotate()
    {
        _rotateNow = false;
        HasRotated |= file.Rotate();
    }

    long Move(long max, out int errno)
    {
        if (IsWorthTee(max) && raisedMover!.Move(fifo, descriptor.Number, file, (int)max, out errno) is { } moved)
            return moved;
        var count = _mover.Move(descriptor.Number, file.Number, file.WriteAt, (int)max, out errno);
        if (count >= 0 || errno != Errno.EINVAL || _mover is CopyMover) return count;
        // The file does not support splice (man 2 splice), so bytes are copied through memory.
        _mover = new CopyMover();
        return _mover.Move(descriptor.Number, file.Number, file.WriteAt, (int)max, out errno);
    }

    /// <summary>A few bytes up to the end of a line or of a short turn are not worth a tee.</summary>
    bool IsWorthTee(long max) =>
        IsRaised && raisedMover is not null && max > LinePeek.MaxBytes && file.IsRegular && _mover is not CopyMover;

    DrainResult Stop(DrainResult result, long moved)
    {
        var now = Stopwatch.GetTimestamp();
        Delay = CoalescingDelay.After(moved, Stopwatch.GetElapsedTime(_turnedAt, now), IsRaised);
        _turnedAt = now;
        return result;
    }

    /// <summary>
    /// Whether EAGAIN was about the target: a pipe or terminal in place of a file, whose reader is slow.
    /// </summary>
    unsafe bool TargetIsFull()
    {
        if (file.IsRegular) return false;
        var ask = new PollFd { fd = file.Number, events = SysPoll.POLLOUT };
        return SysPoll.poll(&ask, 1, 0) == 0;
    }

    DrainResult Refused(int errno)
    {
        BlockedBy = errno;
        if (!file.Policy.Drop || errno == Errno.EAGAIN) return DrainResult.Blocked;
        Dropping = new DroppedOutput();
        return DrainResult.More;
    }
}
