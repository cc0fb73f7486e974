using Tspm.Platform;
using Tspm.Platform.Linux.Native;
using Tspm.Platform.Portable;

namespace Tspm.Logs;

/// <summary>What came of reading a stream once.</summary>
internal enum DrainResult
{
    /// <summary>Nothing left for now.</summary>
    Empty,
    /// <summary>There may be more: others first.</summary>
    More,
    /// <summary>The last holder has closed it.</summary>
    Ended,
    /// <summary>The file takes no more (no space, quota, size limit): the bytes stay in the FIFO, and the writer waits.</summary>
    Blocked,
}

/// <summary>One FIFO on its way to a file. Used by the pump's thread only.</summary>
internal sealed class OutputStream(string fifo, int descriptor, ulong holdId, LogFile file, IByteMover mover)
{
    /// <summary>Most bytes for one system call.</summary>
    const int ChunkBytes = 1 << 20;

    /// <summary>Most chunks before other streams get their turn.</summary>
    const int ChunksPerTurn = 4;

    /// <summary>A read of that much found a FIFO of the default capacity (16 pages) full, or nearly: lines do not fill pages to the last byte.</summary>
    const int FullBytes = 48 << 10;

    /// <summary>Reads below this are not worth a system call each, when they come in quick succession: half of what fits, a quarter of what fits into a raised FIFO.</summary>
    int ShortBytes => IsRaised ? 256 << 10 : 32 << 10;

    IByteMover _mover = mover;

    public string Fifo => fifo;
    public int Descriptor => descriptor;
    public ulong HoldId => holdId;
    public LogFile File => file;
    public bool IsRaised { get; private set; }

    /// <summary>The last turn moved little: a pause before the next one lets bytes gather.</summary>
    public bool WasShort { get; private set; }

    /// <summary>Error number of a blocked stream, else 0.</summary>
    public int BlockedBy { get; private set; }

    /// <summary>Moves what is there, up to a turn's worth.</summary>
    public DrainResult Drain(PipeBudget budget, out long moved)
    {
        moved = 0;
        BlockedBy = 0;
        file.Refresh();
        for (var chunk = 0; chunk < ChunksPerTurn; chunk++)
        {
            var count = Move(out var errno);
            if (count < 0) return errno is Errno.EAGAIN or Errno.EINTR ? Stop(DrainResult.Empty, moved) : Block(errno);
            if (count == 0) return DrainResult.Ended;
            file.Offset += count;
            moved += count;
            if (count >= FullBytes && !IsRaised) IsRaised = budget.TryRaise(descriptor);
            if (count < FullBytes) return Stop(DrainResult.Empty, moved);
        }
        return Stop(DrainResult.More, moved);
    }

    long Move(out int errno)
    {
        var count = _mover.Move(descriptor, file.Descriptor, file.Offset, ChunkBytes, out errno);
        if (count >= 0 || errno != Errno.EINVAL || _mover is CopyMover) return count;
        // This file system cannot splice (man 2 splice): bytes take the longer way.
        _mover = new CopyMover();
        return _mover.Move(descriptor, file.Descriptor, file.Offset, ChunkBytes, out errno);
    }

    DrainResult Stop(DrainResult result, long moved)
    {
        WasShort = moved < ShortBytes;
        return result;
    }

    DrainResult Block(int errno)
    {
        BlockedBy = errno;
        return DrainResult.Blocked;
    }

    public void Close() => Unistd.close(descriptor);
}
