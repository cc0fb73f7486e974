using Tspm.Libc;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>
/// Recovery after a daemon was killed in the middle of a <see cref="TeeMover"/>'s move. Bytes that are already in the
/// file are removed from the FIFO, so that none is written twice. The bytes themselves are compared as well, because
/// others may have appended to the log, moved it away, or emptied it.
/// </summary>
internal static unsafe class InterruptedMove
{
    const int PieceBytes = 64 << 10;

    /// <summary>Completes an interrupted move, if there is one.</summary>
    /// <param name="intentPath">Path of the <see cref="TeeJournal"/>, which is removed at the end.</param>
    /// <param name="pipe">The pipe into which the bytes were moved out of the FIFO; -1: it is gone, because the
    /// guardian was killed too.</param>
    public static void Finish(string intentPath, int pipe)
    {
        if (TeeJournal.Read(intentPath) is not { } move)
        {
            _ = Unistd.unlink(intentPath);
            return;
        }
        using var log = Descriptors.Open(move.Log, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);
        using var fifo = Descriptors.Open(move.Fifo, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);
        var taken = pipe < 0 ? -1 : ScratchPipe.Waiting(pipe);
        if (log.IsOpen && fifo.IsOpen) Discard(fifo.Number, InBoth(move, log.Number, fifo.Number, taken));
        _ = Unistd.unlink(intentPath);
    }

    /// <summary>Counts the FIFO's next bytes that are already in the file.</summary>
    /// <param name="taken">Number of bytes in the pipe; -1: unknown.</param>
    static int InBoth(in IntendedMove move, int log, int fifo, int taken)
    {
        if (SysStat.fstat(log, out var status) != 0 || !status.IsRegularFile) return 0;
        var written = (int)Math.Clamp(status.Size - move.Offset, 0, move.Count);
        var isWhole = written == move.Count;
        // If the FIFO has fewer bytes than the move, they have already been removed.
        if (written == 0 || (isWhole && taken == move.Count) || ScratchPipe.Waiting(fifo) < move.Count) return 0;
        var alike = Alike(log, move.Offset, fifo, written, out var compared);
        if (alike == compared && compared > 0) return written;
        // If the move was copied completely, and the FIFO continues with other bytes, then it was already removed from
        // the FIFO. (Output that repeats itself exactly cannot be distinguished by its bytes; for that, there is the
        // pipe.) If it was copied in part, then it was not removed, and from the first difference on, somebody else has
        // appended to the file.
        return isWhole && taken < 0 ? 0 : alike;
    }

    /// <summary>Counts the FIFO's next bytes that equal those of the file.</summary>
    /// <param name="log">The file.</param>
    /// <param name="offset">Where in the file to start comparing.</param>
    /// <param name="fifo">The FIFO, which is not changed.</param>
    /// <param name="count">Number of bytes to compare.</param>
    /// <param name="compared">Number of bytes that could be compared: <paramref name="count"/>, or as many as there
    /// are.</param>
    static int Alike(int log, long offset, int fifo, int count, out int compared)
    {
        compared = 0;
        using var pipe = ScratchPipe.Make(TeeMover.MaxBytes, out _);
        if (pipe is null) return 0;
        var left = (int)Math.Max(0, Fcntl.tee(fifo, pipe.WriteEnd, (nuint)count, Fcntl.SPLICE_F_NONBLOCK));
        var (fromFifo, fromLog) = (new byte[PieceBytes], new byte[PieceBytes]);
        compared = left;
        for (var alike = 0; ;)
        {
            if (left == 0) return alike;
            var size = Read(pipe.ReadEnd, fromFifo, left);
            if (size <= 0 || !ReadAt(log, fromLog.AsSpan(0, size), offset + alike)) return alike;
            var same = fromFifo.AsSpan(0, size).CommonPrefixLength(fromLog);
            alike += same;
            left -= size;
            if (same < size) return alike;
        }
    }

    static void Discard(int fifo, int count)
    {
        var piece = new byte[PieceBytes];
        while (count > 0 && Read(fifo, piece, count) is > 0 and var size) count -= size;
    }

    static int Read(int descriptor, byte[] into, int most)
    {
        fixed (byte* start = into)
        {
            while (true)
            {
                var got = (int)Unistd.read(descriptor, start, (nuint)Math.Min(most, into.Length));
                if (got >= 0 || Errno.Last != Errno.EINTR) return got;
            }
        }
    }

    static bool ReadAt(int descriptor, Span<byte> into, long offset)
    {
        fixed (byte* start = into)
        {
            for (var done = 0; done < into.Length;)
            {
                var got = (int)Unistd.pread(descriptor, start + done, (nuint)(into.Length - done), offset + done);
                if (got == 0 || (got < 0 && Errno.Last != Errno.EINTR)) return false;
                if (got > 0) done += got;
            }
        }
        return true;
    }
}
