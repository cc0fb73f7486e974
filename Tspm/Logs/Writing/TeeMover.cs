using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Platform;
using Tspm.Platform.Linux;

namespace Tspm.Logs.Writing;

/// <summary>
/// For FIFOs that are filled faster than files are written. A splice from a FIFO to a file has the FIFO's lock for as
/// long as it copies, and the writer waits; here the pages are shown to a pipe of our own (man 2 tee), copied from
/// there to the file while the writer goes on, and only then taken out of the FIFO. So a byte is in the FIFO until it
/// is in the file, as with splice; for a moment it is in both. Which ones are is on record (<see cref="MoveIntent"/>),
/// and whether they were taken already is told by the pipe, which they are taken into and which the guardian holds:
/// after a SIGKILL at any instant, <see cref="InterruptedMove"/> finishes what was begun. Used by the pump's thread
/// only.
/// </summary>
internal sealed unsafe class TeeMover : IDisposable
{
    /// <summary>Half of what a raised FIFO holds: the writer fills the other half meanwhile.</summary>
    public const int MostBytes = 512 << 10;

    readonly IDescriptorStore _store;
    readonly MoveIntent _intent;
    ScratchPipe? _pipe;
    Descriptor _null;

    /// <summary>The last move was done, and that could not be written: until it is, the pipe keeps its proof.</summary>
    bool _isClosePending;

    TeeMover(string intentPath, IDescriptorStore store) => (_intent, _store) = (new MoveIntent(intentPath), store);

    /// <summary>
    /// Finishes what an earlier daemon was killed at, with the pipe that the guardian kept, which is taken out of
    /// these. Before anything is moved.
    /// </summary>
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
    /// As <see cref="IByteMover.Move"/>, for a regular file; null: it cannot be done in this way here and now, and
    /// nothing has happened.
    /// </summary>
    public long? Move(string fifo, int descriptor, LogFile file, int max, out int errno)
    {
        errno = 0;
        if (_isClosePending && !Close()) return null;
        if (!Prepare(out var pipe)) return null;
        var shown = Fcntl.tee(descriptor, pipe.WriteEnd, (nuint)Math.Min(max, MostBytes), Fcntl.SPLICE_F_NONBLOCK);
        if (shown <= 0)
        {
            errno = shown < 0 ? Errno.Last : 0;
            return errno is 0 or Errno.EAGAIN or Errno.EINTR ? shown : null;
        }
        var move = new IntendedMove(fifo, file.Path, file.Offset, (int)shown);
        if (!_intent.Open(move))
        {
            Empty(pipe);
            return null;
        }
        var copied = Copy(pipe, file, (int)shown, out errno);
        if (copied < shown)
        {
            Empty(pipe);
            _ = _intent.Open(move with { Count = copied });
        }
        Take(descriptor, pipe, copied);
        Close();
        if (copied > 0) errno = 0; // what was written counts; the next call meets the trouble again
        return copied > 0 ? copied : errno == Errno.EINVAL ? null : -1;
    }

    /// <summary>No FIFO is filled so fast any more: gives back what this takes.</summary>
    public void Rest()
    {
        if (_pipe is not { } pipe || (_isClosePending && !Close())) return;
        _store.Remove(DescriptorKey.TeePipe);
        pipe.Dispose();
        _null.Dispose();
        _intent.Dispose();
        _pipe = null;
    }

    public void Dispose() => Rest();

    bool Prepare(out ScratchPipe pipe)
    {
        pipe = _pipe!;
        if (_pipe is not null) return true;
        if (!_null.IsOpen) _null = Descriptors.Open("/dev/null", Fcntl.O_WRONLY);
        if (!_null.IsOpen || ScratchPipe.Make(MostBytes, out _) is not { } made) return false;
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
    /// References to pages change hands, no bytes are copied. One call: the pipe has held as many pages before.
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
        _isClosePending = !_intent.Close();
        if (!_isClosePending) Empty(_pipe!);
        return !_isClosePending;
    }

    void Empty(ScratchPipe pipe)
    {
        while (Fcntl.splice(pipe.ReadEnd, null, _null.Number, null, MostBytes, Fcntl.SPLICE_F_NONBLOCK) is var dropped
            && (dropped > 0 || (dropped < 0 && Errno.Last == Errno.EINTR))) { }
    }
}
