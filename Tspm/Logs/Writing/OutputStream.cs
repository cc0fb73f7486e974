using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Platform;
using Tspm.Platform.Portable;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Logs.Writing;

/// <summary>What came of reading a stream once.</summary>
internal enum DrainResult
{
    /// <summary>Nothing left for now.</summary>
    Empty,
    /// <summary>There may be more: others first.</summary>
    More,
    /// <summary>The last holder has closed it.</summary>
    Ended,
    /// <summary>
    /// The file takes no more (no space, quota, size limit): the bytes stay in the FIFO, and the writer waits.
    /// </summary>
    Blocked,
}

/// <summary>One FIFO on its way to a file. Used by the pump's thread only.</summary>
/// <param name="fifo">Its path.</param>
/// <param name="descriptor">Its read end, closed with this.</param>
/// <param name="key">Under which the guardian keeps a duplicate of the read end.</param>
/// <param name="run">Whose output this is.</param>
/// <param name="file">Where the bytes go.</param>
/// <param name="mover">Brings them there.</param>
/// <param name="raisedMover">The same once the FIFO has been raised; null: there is none.</param>
/// <param name="peek">Looks at what comes next.</param>
internal sealed class OutputStream(string fifo, Descriptor descriptor, DescriptorKey key, OutputRun run, LogFile file,
    IByteMover mover, TeeMover? raisedMover, LinePeek peek)
{
    /// <summary>Most bytes for one system call.</summary>
    const int ChunkBytes = 1 << 20;

    /// <summary>Most bytes before other streams get their turn, when few want one.</summary>
    public const long AloneBytes = 4 << 20;

    /// <summary>
    /// The same when many do: what a FIFO of the usual capacity holds. Who has a raised one must not get sixteen times
    /// as much as the others.
    /// </summary>
    public const long CrowdBytes = 64 << 10;

    /// <summary>
    /// A read of that much found a FIFO of the default capacity (16 pages) full, or nearly: lines do not fill pages to
    /// the last byte.
    /// </summary>
    const int FullBytes = 48 << 10;

    /// <summary>
    /// The same for a raised one, by <see cref="TeeMover.MostBytes"/>: after less, its writer has room for a while, and
    /// another round would move little.
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

    /// <summary>What was made for it on disk: folders, then its file; empty: all was there.</summary>
    public IReadOnlyList<string> Made { get; init; } = [];

    /// <summary>Its capacity counts in the budget.</summary>
    public bool IsRaised { get; set; }

    /// <summary>How long bytes may gather before the next turn; zero: it moved much, or nothing for a while.</summary>
    public TimeSpan Gather { get; private set; }

    /// <summary>Error number of a stream whose file takes no more, else 0.</summary>
    public int BlockedBy { get; private set; }

    /// <summary>Bytes that were thrown away.</summary>
    public long DroppedEver { get; set; }

    /// <summary>Not null while bytes are thrown away.</summary>
    public DroppedOutput? Dropping { get; private set; }

    /// <summary>The file was rotated in the last turn: there may be something to compress or to remove.</summary>
    public bool HasRotated { get; private set; }

    /// <summary>Moves what is there, up to <paramref name="most"/> bytes.</summary>
    public DrainResult Drain(PipeBudget budget, long most, out long moved)
    {
        moved = 0;
        HasRotated = false;
        if (Dropping is { } dropping)
        {
            var dropped = dropping.Drain(peek, descriptor.Number, this);
            Gather = TimeSpan.Zero;
            return dropped;
        }
        BlockedBy = 0;
        file.Refresh();
        file.Note(descriptor.Number, run);
        while (moved < most)
        {
            var count = MoveChunk(most - moved, out var asked, out var errno);
            if (count < 0)
                return errno is Errno.EAGAIN or Errno.EINTR && !TargetIsFull()
                    ? Stop(DrainResult.Empty, moved)
                    : Refused(errno);
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
    /// There is room again, perhaps: says what was dropped and goes back to moving. False: there is none.
    /// </summary>
    public bool StopDropping(long count, bool lastWasBreak)
    {
        while (_mover.Held > 0)
        {
            var written = _mover.Move(descriptor.Number, file.Number, file.WriteAt, _mover.Held, out _);
            if (written <= 0) return false;
            file.Offset += written;
        }
        if (count > 0 && !file.TellDropped(run.Id, count, lastWasBreak)) return false;
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

    /// <summary>Near the end of a file, exactly to a line's end; before, as much as there is.</summary>
    long MoveChunk(long most, out long asked, out int errno)
    {
        _rotateNow = false;
        asked = Math.Min(ChunkBytes, most);
        var limit = file.Limit;
        if (limit == long.MaxValue) return Move(asked, out errno);
        var free = limit - LinePeek.MaxBytes - file.Offset;
        if (free > 0) return Move(asked = Math.Min(asked, free), out errno);
        if (_mover.Held > 0) return Move(asked = _mover.Held, out errno);
        var next = peek.Look(descriptor.Number, LinePeek.MaxBytes, out errno);
        // Without a pipe to look through (no descriptors) the file grows on for now.
        if (next.IsEmpty) return errno is 0 or Errno.EAGAIN ? errno == 0 ? 0 : -1 : Move(asked, out errno);
        var room = limit - file.Offset;
        asked = RotationPoint.Of(next, room, file, out _rotateNow, out var cut);
        if (asked == 0)
        {
            // The next line does not fit any more, and would not be whole.
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
        // This file system cannot splice (man 2 splice): bytes take the longer way.
        _mover = new CopyMover();
        return _mover.Move(descriptor.Number, file.Number, file.WriteAt, (int)max, out errno);
    }

    /// <summary>A little up to the end of a line or of a short turn is moved at once.</summary>
    bool IsWorthTee(long max) =>
        IsRaised && raisedMover is not null && max > LinePeek.MaxBytes && file.IsRegular && _mover is not CopyMover;

    DrainResult Stop(DrainResult result, long moved)
    {
        var now = Stopwatch.GetTimestamp();
        Gather = GatherPause.After(moved, Stopwatch.GetElapsedTime(_turnedAt, now), IsRaised);
        _turnedAt = now;
        return result;
    }

    /// <summary>
    /// A pipe or terminal in the place of a file, whose reader is slow: "try again" means the target then.
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
