using Tspm.Libc;
using Tspm.Logs.Files;
using Tspm.Logs.Writing;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Tests.Platform;

namespace Tspm.Tests.Logs.Writing;

/// <summary>
/// Bytes stay in the FIFO until they are in the file, and what cannot be done in this way is left as it was.
/// </summary>
[Timeout(30_000), NotInParallel(nameof(SmallDisk))]
internal sealed class TeeMoverTests
{
    [Test]
    public async Task Bytes_go_behind_what_is_there_until_the_writers_are_gone(CancellationToken cancellation)
    {
        using var bench = new MoverBench();
        File.WriteAllText(bench.Log, "before\n");
        var file = bench.OpenLog();
        await Assert.That(bench.Move(file, out var errno)).IsEqualTo(-1);
        await Assert.That(errno).IsEqualTo(Errno.EAGAIN);
        var bytes = PumpBench.Random(1, 700_000);
        bench.Writer.Write(bytes);
        await Assert.That(bench.Move(file, out errno)).IsEqualTo(TeeMover.MaxBytes);
        file.Offset += TeeMover.MaxBytes;
        await Assert.That(bench.Move(file, out errno)).IsEqualTo(700_000 - TeeMover.MaxBytes);
        await Assert.That(File.ReadAllBytes(bench.Log).AsSpan()["before\n".Length..].SequenceEqual(bytes)).IsTrue();
        bench.Writer.Dispose();
        await Sandbox.UntilAsync(() => bench.Move(file, out errno) == 0, cancellation);
        await Assert.That(errno).IsEqualTo(0);
        file.Close();
    }

    [Test]
    public async Task Between_moves_nothing_is_intended_and_the_pipe_is_empty(CancellationToken cancellation)
    {
        using var bench = new MoverBench();
        var file = bench.OpenLog();
        bench.Writer.Write(PumpBench.Random(1, 300_000));
        await Assert.That(bench.Move(file, out _)).IsEqualTo(300_000);
        await Assert.That(File.Exists(bench.Intent)).IsTrue();
        await Assert.That(TeeJournal.Read(bench.Intent)).IsNull();
        var returned = bench.Keeper.Return();
        await Assert.That(ScratchPipe.Waiting(returned[DescriptorKey.TeePipe].Number)).IsEqualTo(0);
        bench.Mover.Release();
        await Assert.That(bench.Keeper.Holds(DescriptorKey.TeePipe)).IsFalse();
        await Assert.That(File.Exists(bench.Intent)).IsFalse();
        // And it goes on when it is needed again.
        file.Offset += 300_000;
        bench.Writer.Write(PumpBench.Random(2, 100_000));
        await Assert.That(bench.Move(file, out _)).IsEqualTo(100_000);
        returned[DescriptorKey.TeePipe].Dispose();
        file.Close();
    }

    [Test]
    public async Task A_full_disk_takes_what_fits_and_loses_nothing(CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        using var bench = new MoverBench(Path.Combine(disk.Folder, "log"));
        var file = bench.OpenLog();
        var bytes = PumpBench.Random(1, 200_000);
        bench.Writer.Write(bytes);
        var first = bench.Move(file, out var errno) ?? 0;
        await Assert.That(errno).IsEqualTo(0);
        await Assert.That(first).IsGreaterThan(0).And.IsLessThan(70_000);
        file.Offset += first;
        await Assert.That(bench.Move(file, out errno)).IsEqualTo(-1);
        await Assert.That(errno).IsEqualTo(Errno.ENOSPC);
        await Assert.That(ScratchPipe.Waiting(bench.Fifo)).IsEqualTo(bytes.Length - (int)first);
        await Assert.That(TeeJournal.Read(bench.Intent)).IsNull();
        await Assert.That(File.ReadAllBytes(bench.Log).AsSpan().SequenceEqual(bytes.AsSpan(0, (int)first))).IsTrue();
        // Room again.
        await Assert.That(Unistd.ftruncate(file.Number, 0)).IsEqualTo(0);
        file.Offset = 0;
        var second = bench.Move(file, out _) ?? 0;
        await Assert.That(File.ReadAllBytes(bench.Log).AsSpan().SequenceEqual(bytes.AsSpan((int)first, (int)second)))
            .IsTrue();
        file.Close();
    }

    /// <summary>What splice refuses (a file open for appending, some file systems) is for another mover.</summary>
    [Test]
    public async Task A_target_that_cannot_be_spliced_is_left_to_others(CancellationToken cancellation)
    {
        using var bench = new MoverBench();
        var file = new LogFile(bench.Log,
            Descriptors.Open(bench.Log, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_APPEND, 0x180), LogPolicy.Default,
                DropCounter.None, TimeProvider.System);
        bench.Writer.Write(PumpBench.Random(1, 100_000));
        await Assert.That(bench.Move(file, out _)).IsNull();
        await Assert.That(ScratchPipe.Waiting(bench.Fifo)).IsEqualTo(100_000);
        await Assert.That(new FileInfo(bench.Log).Length).IsEqualTo(0);
        file.Close();
    }

    [Test]
    [Arguments("no folder")]
    [Arguments("a folder in its place")]
    [Arguments("no room for it")]
    public async Task Without_a_record_nothing_is_moved(string why, CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        using var bench = new MoverBench(intent: Path.Combine(disk.Folder,
            why == "no folder" ? "none/move.intent" : "move.intent"));
        if (why == "a folder in its place") Directory.CreateDirectory(bench.Intent);
        var filler = Path.Combine(disk.Folder, "filler");
        if (why == "no room for it") File.WriteAllBytes(filler, new byte[64 << 10]);
        var file = bench.OpenLog();
        bench.Writer.Write(PumpBench.Random(1, 100_000));
        await Assert.That(bench.Move(file, out _)).IsNull();
        await Assert.That(ScratchPipe.Waiting(bench.Fifo)).IsEqualTo(100_000);
        await Assert.That(new FileInfo(bench.Log).Length).IsEqualTo(0);
        if (why == "no room for it")
        {
            File.Delete(filler);
            await Assert.That(bench.Move(file, out _)).IsEqualTo(100_000);
        }
        file.Close();
    }

    /// <summary>
    /// A writer that fills its FIFO gets a larger one, and with it this mover, until no such writer is left.
    /// </summary>
    [Test]
    public async Task The_pump_uses_it_for_raised_FIFOs_and_lets_go_of_it_with_the_last(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = LogPolicy.Default with { MaxSizeBytes = 0 } };
        var bytes = PumpBench.Random(1, 5_000_000);
        var (first, second) = (bench.OpenRun("a.log", "a.err"), bench.OpenRun("b.log", "b.err"));
        using (var other = new FifoWriter(second.OutFifo))
        {
            using (var one = new FifoWriter(first.OutFifo))
            {
                await Task.Run(() => one.Write(bytes), cancellation);
                await Task.Run(() => other.Write(bytes), cancellation);
            }
            bench.Pump.Finish(first);
            await bench.Pump.Settled();
            await bench.FileIs("a.log", bytes, cancellation);
            await Assert.That(bench.Keeper.Holds(DescriptorKey.TeePipe)).IsTrue();
        }
        bench.Pump.Finish(second);
        await bench.Pump.Settled();
        await bench.FileIs("b.log", bytes, cancellation);
        await Assert.That(bench.Keeper.Holds(DescriptorKey.TeePipe)).IsFalse();
        await Assert.That(File.Exists(bench.At("move.intent"))).IsFalse();
    }

    /// <summary>A FIFO, a log and a mover.</summary>
    sealed class MoverBench : IDisposable
    {
        readonly string _folder = Directory.CreateTempSubdirectory("tspm-tee-").FullName;
        readonly string _fifoPath;

        public MoverBench(string? log = null, string? intent = null)
        {
            _fifoPath = Path.Combine(_folder, "fifo");
            (Log, Intent) = (log ?? Path.Combine(_folder, "log"), intent ?? Path.Combine(_folder, "move.intent"));
            if (SysStat.mkfifo(_fifoPath, 0x180) != 0) throw new IOException(Errno.Describe(Errno.Last));
            Fifo = Fcntl.open(_fifoPath, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC);
            _ = Fcntl.fcntl(Fifo, Fcntl.F_SETPIPE_SZ, 1 << 20);
            Writer = new FifoWriter(_fifoPath);
            Mover = TeeMover.Inherit(Intent, [], Keeper);
        }

        public string Log { get; }
        public string Intent { get; }
        public int Fifo { get; }
        public FifoWriter Writer { get; }
        public DuplicatingKeeper Keeper { get; } = new();
        public TeeMover Mover { get; }

        public LogFile OpenLog() =>
            new(Log, LogFileOpening.Open(Log), LogPolicy.Default, DropCounter.None, TimeProvider.System);

        public long? Move(LogFile file, out int errno) => Mover.Move(_fifoPath, Fifo, file, 1 << 20, out errno);

        public void Dispose()
        {
            Mover.Dispose();
            Writer.Dispose();
            Keeper.Dispose();
            _ = Unistd.close(Fifo);
            Directory.Delete(_folder, recursive: true);
        }
    }
}
