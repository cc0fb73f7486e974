using System.Text;
using Tspm.Libc;
using Tspm.Logs.Writing;
using Tspm.Platform;

namespace Tspm.Tests.Logs.Writing;

/// <summary>
/// Every state in which a SIGKILL can leave a move, made by hand: the file and what the FIFO still holds are the whole
/// stream afterwards, each byte once.
/// </summary>
[Timeout(30_000)]
internal sealed class InterruptedMoveTests
{
    /// <summary>Bytes of the move; the FIFO has some more.</summary>
    const int Count = 300_000, More = 50_000;

    const string Before = "what was in the log before\n";

    static readonly byte[] Lines = Encoding.ASCII
        .GetBytes(string.Concat(Enumerable.Range(0, (Count + More) / 10).Select(number => $"{number:000000000}\n")));

    [Test]
    [MatrixDataSource]
    public async Task Nothing_is_lost_or_doubled([Matrix(0, 1, 9, 4096, 299_999, Count)] int written,
        [Matrix] bool isPipeLost, CancellationToken cancellation)
    {
        using var killed = new KilledMove(Lines);
        killed.Copied(written);
        await killed.IsFinished(isPipeLost);
    }

    [Test]
    [MatrixDataSource]
    public async Task What_was_taken_is_not_taken_again([Matrix] bool isPipeLost, CancellationToken cancellation)
    {
        using var killed = new KilledMove(Lines);
        killed.Copied(Count);
        killed.Taken();
        await killed.IsFinished(isPipeLost);
    }

    /// <summary>The bytes themselves say nothing here: the pipe does, and without it how many are left.</summary>
    [Test]
    [MatrixDataSource]
    public async Task Output_that_repeats_itself_is_told_apart_by_the_pipe([Matrix(0, 5000, Count)] int written,
        [Matrix] bool isTaken, [Matrix] bool isPipeLost, CancellationToken cancellation)
    {
        if (isTaken && written < Count) return;
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("again\n", (Count + Count) / 6)));
        using var killed = new KilledMove(bytes, more: isPipeLost ? More : Count);
        killed.Copied(written);
        if (isTaken) killed.Taken();
        await killed.IsFinished(isPipeLost);
    }

    /// <summary>
    /// A person's <c>echo >> log</c>, or another program that writes there, before the next daemon is up.
    /// </summary>
    [Test]
    [MatrixDataSource]
    public async Task What_others_appended_meanwhile_is_not_taken_for_ours(
        [Matrix(0, 4096, 299_999)] int written, [Matrix("a line\n", "a long one")] string appended,
            CancellationToken cancellation)
    {
        using var killed = new KilledMove(Lines);
        killed.Copied(written);
        killed.Append(appended == "a line\n" ? appended : new string('x', Count) + "\n");
        await killed.IsFinished(isPipeLost: false);
    }

    [Test]
    [Arguments("removed")]
    [Arguments("emptied")]
    public async Task With_the_log_gone_all_that_the_FIFO_holds_is_still_to_be_written(string how,
        CancellationToken cancellation)
    {
        using var killed = new KilledMove(Lines);
        killed.Copied(4096);
        if (how == "removed") File.Delete(killed.Log);
        else File.WriteAllText(killed.Log, "");
        killed.Finish(isPipeLost: false);
        await Assert.That(killed.Left().AsSpan().SequenceEqual(Lines)).IsTrue();
    }

    [Test]
    [Arguments("closed")]
    [Arguments("garbage")]
    [Arguments("short")]
    [Arguments("none")]
    public async Task Without_a_record_nothing_is_touched(string what, CancellationToken cancellation)
    {
        using var killed = new KilledMove(Lines);
        killed.Copied(Count);
        killed.Spoil(what);
        killed.Finish(isPipeLost: true);
        await Assert.That(killed.Left().AsSpan().SequenceEqual(Lines)).IsTrue();
        await Assert.That(File.Exists(killed.Intent)).IsFalse();
    }

    [Test]
    public async Task A_FIFO_that_is_gone_is_no_trouble(CancellationToken cancellation)
    {
        using var killed = new KilledMove(Lines);
        killed.Copied(4096);
        File.Delete(killed.Fifo);
        killed.Finish(isPipeLost: false);
        await Assert.That(new FileInfo(killed.Log).Length).IsEqualTo(Before.Length + 4096);
        await Assert.That(File.Exists(killed.Intent)).IsFalse();
    }

    /// <summary>What a daemon leaves behind that was killed in a move.</summary>
    sealed class KilledMove : IDisposable
    {
        readonly string _folder = Directory.CreateTempSubdirectory("tspm-move-").FullName;
        readonly byte[] _stream;
        readonly ScratchPipe _pipe = ScratchPipe.Make(TeeMover.MaxBytes, out _)!;
        readonly int _fifo;
        readonly TeeJournal _intent;
        byte[] _expected;

        public KilledMove(byte[] stream, int more = More)
        {
            _stream = stream[..(Count + more)];
            _expected = _stream;
            (Fifo, Log, Intent) = (Path.Combine(_folder, "fifo"), Path.Combine(_folder, "log"),
                Path.Combine(_folder, "move.intent"));
            if (SysStat.mkfifo(Fifo, 0x180) != 0) throw new IOException(Errno.Describe(Errno.Last));
            _fifo = Fcntl.open(Fifo, Fcntl.O_RDWR | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC);
            _ = Fcntl.fcntl(_fifo, Fcntl.F_SETPIPE_SZ, 1 << 20);
            Put(_fifo, _stream);
            File.WriteAllText(Log, Before);
            _intent = new TeeJournal(Intent);
            if (!_intent.Open(new IntendedMove(Fifo, Log, Before.Length, Count))) throw new IOException("no record");
        }

        public string Fifo { get; }
        public string Log { get; }
        public string Intent { get; }

        /// <summary>So much of it is in the file; the rest is still in the pipe, as tee has left it.</summary>
        public void Copied(int written)
        {
            Append(Encoding.ASCII.GetString(_stream.AsSpan(0, written)));
            Put(_pipe.WriteEnd, _stream.AsSpan(written, Count - written));
            _expected = _stream[written..];
        }

        /// <summary>All is in the file, and out of the FIFO.</summary>
        public unsafe void Taken()
        {
            var moved = Fcntl.splice(_fifo, null, _pipe.WriteEnd, null, Count, Fcntl.SPLICE_F_NONBLOCK);
            if (moved != Count) throw new IOException($"{moved} bytes were taken");
        }

        public void Append(string text) => File.AppendAllText(Log, text);

        public void Spoil(string what)
        {
            if (what == "closed") _intent.Close();
            else if (what == "none") File.Delete(Intent);
            else
                File.WriteAllBytes(Intent,
                    what == "short" ? File.ReadAllBytes(Intent)[..30] : [.. Enumerable.Repeat((byte)0xff, 100)]);
        }

        /// <summary>As the next daemon does, which is given the pipe unless the guardian was killed too.</summary>
        public void Finish(bool isPipeLost)
        {
            using var keeper = new DuplicatingKeeper();
            keeper.Store(DescriptorKey.TeePipe, _pipe.ReadEnd);
            TeeMover.Inherit(Intent, isPipeLost ? [] : keeper.Return(), keeper).Dispose();
            if (!isPipeLost && keeper.Holds(DescriptorKey.TeePipe))
                throw new InvalidOperationException("the pipe is not let go of");
        }

        public async Task IsFinished(bool isPipeLost)
        {
            Finish(isPipeLost);
            var left = Left();
            await Assert.That(left.AsSpan().SequenceEqual(_expected)).IsTrue()
                .Because($"{left.Length} of {_expected.Length} bytes are left in the FIFO");
            await Assert.That(File.Exists(Intent)).IsFalse();
        }

        /// <summary>All that the FIFO holds.</summary>
        public unsafe byte[] Left()
        {
            var bytes = new byte[Math.Max(0, ScratchPipe.Waiting(_fifo))];
            fixed (byte* start = bytes)
                for (var done = 0; done < bytes.Length;)
                    done += (int)Unistd.read(_fifo, start + done, (nuint)(bytes.Length - done)) is > 0 and var got
                        ? got
                        : throw new IOException(Errno.Describe(Errno.Last));
            return bytes;
        }

        public void Dispose()
        {
            _ = Unistd.close(_fifo);
            _pipe.Dispose();
            _intent.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        static unsafe void Put(int descriptor, ReadOnlySpan<byte> bytes)
        {
            fixed (byte* start = bytes)
                for (var done = 0; done < bytes.Length;)
                    done += (int)Unistd.write(descriptor, start + done, (nuint)(bytes.Length - done)) is > 0 and var put
                        ? put
                        : throw new IOException(Errno.Describe(Errno.Last));
        }
    }
}
