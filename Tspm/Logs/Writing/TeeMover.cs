using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>
/// Moves bytes from FIFOs that are filled faster than files are written. A splice from a FIFO to a file holds the
/// FIFO's lock while it copies, so the writer waits. Here, the pages are first duplicated into a pipe (man 2 tee), then
/// copied from there to the file while the writer continues, and only then removed from the FIFO. As with splice, a
/// byte is in the FIFO until it is in the file, but for a moment it is in both. <see cref="TeeJournal"/> records which
/// bytes these are. They are removed from the FIFO by moving them into the pipe, which the guardian keeps, so the pipe
/// shows whether they were removed. After a SIGKILL at any instant, <see cref="InterruptedMove"/> completes the move.
/// Used by the pump's thread only.
/// </summary>
internal sealed unsafe class TeeMover : IDisposable
{
    /// <summary>Half the capacity of an enlarged FIFO: the writer fills the other half meanwhile.</summary>
    public const int MaxBytes = 512 << 10;

    readonly IDescriptorStore _store;
    readonly TeeJournal _journal;
    ScratchPipe? _pipe;
    Descriptor _null;

    /// <summary>
    /// The last move is complete, but that could not be recorded. Until it is, the bytes stay in the pipe as the proof.
    /// </summary>
    bool _isClosePending;

    TeeMover(string intentPath, IDescriptorStore store) => (_journal, _store) = (new TeeJournal(intentPath), store);

    /// <summary>
    /// Completes the move of an earlier daemon that was killed, and creates a mover. Must be called before anything is
    /// moved.
    /// </summary>
    /// <param name="intentPath">Path of the <see cref="TeeJournal"/>.</param>
    /// <param name="returned">Descriptors from the guardian; the pipe is removed from it.</param>
    /// <param name="store">Keeps the pipe of the new mover.</param>
    public static TeeMover Inherit(string intentPath, Dictionary<DescriptorKey, Descriptor> returned,
        IDescriptorStore store)
    {
        var isReturned = returned.Remove(DescriptorKey.TeePipe, out var pipe);
        InterruptedMove.Finish(intentPath, pipe.NumberOrNone);
        if (isReturned)
        {
            pipe.Dispose();
            store.Remove(DescriptorKey.TeePipe);
        }
        return new TeeMover(intentPath, store);
    }

    /// <summary>
    /// Like <see cref="IByteMover.Move"/>, for a regular file.
    /// </summary>
    /// <returns>Null if the move is not possible in this way now; then nothing has happened.</returns>
    public long? Move(string fifo, int descriptor, LogFile file, int max, out int errno)
    {
        errno = 0;
        if (_isClosePending && !Close()) return null;
        if (!Prepare(out var pipe)) return null;
        var shown = Fcntl.tee(descriptor, pipe.WriteEnd, (nuint)Math.Min(max, MaxBytes), Fcntl.SPLICE_F_NONBLOCK);
        if (shown <= 0)
        {
            errno = shown < 0 ? Errno.Last : 0;
            return errno is 0 or Errno.EAGAIN or Errno.EINTR ? shown : null;
        }
        var move = new IntendedMove(fifo, file.Path, file.Offset, (int)shown);
        if (!_journal.Open(move))
        {
            Empty(pipe);
            return null;
        }
        var copied = Copy(pipe, file, (int)shown, out errno);
        if (copied < shown)
        {
            Empty(pipe);
            _ = _journal.Open(move with { Count = copied });
        }
        Take(descriptor, pipe, copied);
        Close();
        if (copied == 0) return errno == Errno.EINVAL ? null : -1;
        // A partial copy is a success; the next call meets the error again.
        errno = 0;
        return copied;
    }

    /// <summary>Releases pipe and files, because no FIFO is filled that fast any more.</summary>
    public void Release()
    {
        if (_pipe is not { } pipe || (_isClosePending && !Close())) return;
        _store.Remove(DescriptorKey.TeePipe);
        pipe.Dispose();
        _null.Dispose();
        _journal.Dispose();
        _pipe = null;
    }

    public void Dispose() => Release();

    bool Prepare(out ScratchPipe pipe)
    {
        pipe = _pipe!;
        if (_pipe is not null) return true;
        if (!_null.IsOpen) _null = Descriptors.Open("/dev/null", Fcntl.O_WRONLY);
        if (!_null.IsOpen || ScratchPipe.Make(MaxBytes, out _) is not { } made) return false;
        _pipe = pipe = made;
        _store.Store(DescriptorKey.TeePipe, made.ReadEnd);
        return true;
    }

    static int Copy(ScratchPipe pipe, LogFile file, int count, out int errno)
    {
        var done = 0;
        errno = 0;
        while (done < count)
        {
            var at = file.Offset + done;
            var moved = Fcntl.splice(pipe.ReadEnd, null, file.Number, &at, (nuint)(count - done),
                Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
            errno = moved < 0 ? Errno.Last : 0;
            if (moved > 0) done += (int)moved;
            else if (errno != Errno.EINTR) break;
        }
        return done;
    }

    /// <summary>
    /// Removes bytes from the FIFO by moving them into the pipe. Only references to pages are moved, and one call is
    /// enough, because the pipe has held the same number of pages before.
    /// </summary>
    void Take(int fifo, ScratchPipe pipe, int count)
    {
        while (count > 0)
        {
            var taken = Fcntl.splice(fifo, null, pipe.WriteEnd, null, (nuint)count,
                Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
            if (taken > 0) count -= (int)taken;
            else if (taken == 0 || Errno.Last != Errno.EINTR) Empty(pipe);
        }
    }

    bool Close()
    {
        _isClosePending = !_journal.Close();
        if (!_isClosePending) Empty(_pipe!);
        return !_isClosePending;
    }

    void Empty(ScratchPipe pipe)
    {
        while (Fcntl.splice(pipe.ReadEnd, null, _null.Number, null, MaxBytes, Fcntl.SPLICE_F_NONBLOCK) is var dropped
            && (dropped > 0 || (dropped < 0 && Errno.Last == Errno.EINTR))) { }
    }
}
