using System.Text;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Tests.Logs.Files;

namespace Tspm.Tests.Logs.Writing;

[Timeout(60_000)]
internal sealed class OutputPumpTests
{
    const int Megabyte = 1 << 20;

    [Test]
    public async Task Every_byte_of_both_streams_arrives_once_and_in_order(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        byte[] outBytes = PumpBench.Random(1, 5 * Megabyte), errBytes = PumpBench.Random(2, 3 * Megabyte);
        var run = bench.OpenRun();
        using (FifoWriter stdout = new(run.OutFifo), stderr = new(run.ErrFifo))
        {
            await Task.WhenAll(Task.Run(() => stdout.WritePieces(outBytes, 3), cancellation),
                Task.Run(() => stderr.WritePieces(errBytes, 4), cancellation));
            bench.Pump.Finish(run);
            await bench.Pump.Settled();
        }
        await bench.FileIs("out.log", outBytes, cancellation);
        await bench.FileIs("err.log", errBytes, cancellation);
    }

    /// <summary>A daemon that begins looks for FIFOs in its home while it starts programs itself.</summary>
    [Test]
    public async Task A_fifo_that_was_opened_just_now_is_not_opened_again(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        for (var number = 0; number < 100; number++)
        {
            var run = bench.OpenRun();
            var key = DescriptorKey.Output(run.RunId, OutputKind.Out);
            await Assert.That(bench.Pump.ResumeOne(run.OutFifo, run.OutFile, key, LogPolicy.Default)).IsTrue();
            using (var stdout = new FifoWriter(run.OutFifo)) stdout.Write("line\n");
            bench.Pump.Finish(run);
            await bench.Pump.Settled();
        }
        await Assert.That(bench.Pump.Troubles).IsEmpty();
        await Assert.That(File.ReadAllLines(bench.At("out.log")).Length).IsEqualTo(100);
    }

    /// <summary>A process that the child left behind may hold its FIFOs longer than the child.</summary>
    [Test]
    public async Task A_log_that_is_removed_right_after_its_last_writer_ended_is_not_created_again(
        CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun();
        var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("line\n");
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        Task<string?>? removed = null;
        // On the pump's thread, which learns of the writer's end only after what is posted here.
        bench.LogChanges.Grown += _ =>
        {
            if (removed is not null) return;
            stdout.Dispose();
            removed = bench.Pump.Remove([bench.At("out.log"), bench.At("err.log")]);
        };
        await bench.Pump.Flush([bench.At("out.log")]);
        await Assert.That(await removed!).IsNull();
        for (var turns = 0; turns < 3; turns++) await bench.Pump.Settled();
        await Assert.That(Directory.GetFiles(bench.Folder, "*.log*")).IsEmpty();
    }

    [Test]
    public async Task Several_runs_append_to_the_same_files(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var expected = new List<byte>();
        for (var number = 0; number < 10; number++)
        {
            var run = bench.OpenRun();
            var bytes = PumpBench.Random(number, 100_000);
            expected.AddRange(bytes);
            using (var stdout = new FifoWriter(run.OutFifo))
                await Task.Run(() => stdout.WritePieces(bytes, number), cancellation);
            bench.Pump.Finish(run);
        }
        await bench.Pump.Settled();
        await bench.FileIs("out.log", [.. expected], cancellation);
    }

    /// <summary>
    /// It is opened while the predecessor's last words are still on their way: its place is behind them all the same.
    /// </summary>
    [Test]
    public async Task A_run_begins_behind_all_that_its_predecessor_printed(CancellationToken cancellation)
    {
        using var go = new ManualResetEventSlim();
        using var bench = new PumpBench(() => new HeldMover(go));
        var first = bench.OpenRun();
        using (FifoWriter stdout = new(first.OutFifo), stderr = new(first.ErrFifo))
        {
            stdout.Write("last words\n");
            stderr.Write("and more\n");
        }
        bench.Pump.Finish(first);
        var second = bench.OpenRun();
        await Assert.That((second.Begins.Out, second.Begins.Err)).IsEqualTo((-1L, -1L));
        await Assert.That(new FileInfo(bench.At("out.log")).Length).IsEqualTo(0);
        go.Set();
        await bench.Pump.Settled();
        await Assert.That((second.Begins.Out, second.Begins.Err)).IsEqualTo((11L, 9L));
    }

    /// <summary>Moves nothing before the signal.</summary>
    sealed class HeldMover(ManualResetEventSlim go) : IByteMover
    {
        public int Held => SpliceMover.Instance.Held;

        public long Move(int fromFifo, int toFile, long offset, int max, out int errno)
        {
            go.Wait();
            return SpliceMover.Instance.Move(fromFifo, toFile, offset, max, out errno);
        }
    }

    [Test]
    public async Task Nothing_is_lost_or_doubled_when_the_pump_is_killed_again_and_again(CancellationToken cancellation)
    {
        using var bench = new PumpBench { Policy = LogPolicy.Default with { MaxSizeBytes = 0 } };
        const int restarts = 40;
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        using var enough = new CancellationTokenSource();
        var written = new MemoryStream();
        var writing = Task.Run(() =>
        {
            for (var seed = 0; !enough.IsCancellationRequested; seed++)
            {
                var bytes = PumpBench.Random(seed, seed % 7 * 5000 + 10);
                written.Write(bytes);
                stdout.Write(bytes);
            }
        }, cancellation);
        for (var restart = 0; restart < restarts; restart++)
        {
            bench.RestartPump();
            if (!bench.Pump.Resume(run)) throw new InvalidOperationException("the FIFOs are gone");
            var before = new FileInfo(bench.At("out.log")).Length;
            while (new FileInfo(bench.At("out.log")).Length == before && !writing.IsCompleted) await Task.Yield();
        }
        await enough.CancelAsync();
        await writing;
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        bench.StreamIs("out.log", written.ToArray());
    }

    [Test]
    public async Task Last_words_of_a_child_that_ended_while_no_pump_lived_are_kept(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun();
        var stdout = new FifoWriter(run.OutFifo);
        bench.KillPump();
        stdout.Write("last words");
        stdout.Dispose();
        bench.RestartPump();
        await Assert.That(bench.Pump.Resume(run)).IsTrue();
        await bench.FileIs("out.log", "last words"u8.ToArray(), cancellation);
        while (File.Exists(run.OutFifo)) await Task.Delay(1, cancellation);
    }

    [Test]
    public async Task When_the_last_writer_has_closed_everything_is_given_back(CancellationToken cancellation)
    {
        var mover = new MoodyMover();
        using var bench = new PumpBench(() => mover);
        for (var number = 0; number < 20; number++)
        {
            var run = bench.OpenRun();
            using (FifoWriter stdout = new(run.OutFifo), stderr = new(run.ErrFifo)) stdout.Write($"{number}\n");
        }
        while (bench.Keeper.Count > 0 || Directory.GetFiles(bench.Folder, "0.0.*").Length > 0)
            await Task.Delay(1, cancellation);
        await bench.Pump.Settled();
        await Assert.That(File.ReadAllLines(bench.At("out.log")).Length).IsEqualTo(20);
        await Assert.That(OpenIn(bench.Folder)).IsEqualTo(0);
        // A FIFO without writers that is still watched would be reported again at every wait.
        var calls = mover.Calls;
        for (var turn = 0; turn < 50; turn++) await bench.Pump.Settled();
        await Assert.That(mover.Calls).IsEqualTo(calls);
    }

    [Test]
    public async Task A_full_disk_holds_the_writer_back_and_loses_nothing(CancellationToken cancellation)
    {
        var mover = new MoodyMover();
        using var bench = new PumpBench(() => mover);
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        var bytes = PumpBench.Random(1, Megabyte);
        mover.RefuseWith = Errno.ENOSPC;
        var writing = Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        while (bench.Pump.Trouble is null) await Task.Delay(1, cancellation);
        await Assert.That(bench.Pump.Trouble!).Contains("No space left on device");
        await Assert.That(writing.IsCompleted).IsFalse();
        mover.RefuseWith = 0;
        await writing;
        await bench.FileIs("out.log", bytes, cancellation);
        while (bench.Pump.Trouble is not null) await Task.Delay(1, cancellation);
    }

    [Test]
    public async Task Trouble_is_over_when_the_stream_that_had_it_is_gone(CancellationToken cancellation)
    {
        var mover = new MoodyMover();
        using var bench = new PumpBench(() => mover);
        var run = bench.OpenRun();
        using (var stdout = new FifoWriter(run.OutFifo))
        {
            mover.RefuseWith = Errno.ENOSPC;
            stdout.Write("x");
            while (bench.Pump.Trouble is null) await Task.Delay(1, cancellation);
            bench.Pump.Discard(run);
        }
        await bench.Pump.Settled();
        while (bench.Pump.Trouble is not null) await Task.Delay(1, cancellation);
    }

    [Test]
    public async Task A_file_system_without_splice_is_written_the_longer_way(CancellationToken cancellation)
    {
        using var bench = new PumpBench(static () => new MoodyMover { RefuseWith = Errno.EINVAL });
        var run = bench.OpenRun();
        var bytes = PumpBench.Random(1, Megabyte);
        using (var stdout = new FifoWriter(run.OutFifo))
            await Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        bench.Pump.Finish(run);
        await bench.FileIs("out.log", bytes, cancellation);
    }

    [Test]
    public async Task A_device_that_is_full_is_trouble_and_not_a_crash(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun("/dev/full");
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("x");
        using var stderr = new FifoWriter(run.ErrFifo);
        stderr.Write("the other stream goes on");
        await bench.FileIs("err.log", "the other stream goes on"u8.ToArray(), cancellation);
    }

    [Test]
    public async Task Writing_goes_on_in_a_renamed_file(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun();
        var bytes = PumpBench.Random(1, 4 * Megabyte);
        using var stdout = new FifoWriter(run.OutFifo);
        var writing = Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        var name = "out.log";
        for (var number = 0; !writing.IsCompleted; number++)
        {
            await bench.Pump.Rename([(bench.At(name), bench.At($"new{number}.log"))]);
            name = $"new{number}.log";
        }
        await writing;
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        await bench.FileIs(name, bytes, cancellation);
        await Assert.That(Directory.GetFiles(bench.Folder, "*.log").Length).IsEqualTo(2); // and err.log
    }

    [Test]
    public async Task A_run_that_starts_under_the_new_name_before_the_rename_loses_nothing(
        CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var old = bench.OpenRun();
        using var stdout = new FifoWriter(old.OutFifo);
        stdout.Write("one\n");
        await bench.FileIs("out.log", "one\n"u8.ToArray(), cancellation);
        var fresh = bench.OpenRun("new.log");
        using var next = new FifoWriter(fresh.OutFifo);
        await bench.Pump.Rename([(bench.At("out.log"), bench.At("new.log"))]);
        next.Write("two\n");
        await bench.FileIs("new.log", "one\ntwo\n"u8.ToArray(), cancellation);
        stdout.Write("three\n");
        await bench.FileIs("new.log", "one\ntwo\nthree\n"u8.ToArray(), cancellation);
        next.Write("four\n");
        await bench.FileIs("new.log", "one\ntwo\nthree\nfour\n"u8.ToArray(), cancellation);
    }

    [Test]
    public async Task A_rename_keeps_the_logs_that_have_the_new_name_already(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("mine\n");
        await bench.FileIs("out.log", "mine\n"u8.ToArray(), cancellation);
        File.WriteAllText(bench.At("new.log"), "of one that was deleted\n");
        await Assert.That(await bench.Pump.Rename([(bench.At("out.log"), bench.At("new.log"))])).IsNull();
        await bench.FileIs("new.log", "mine\n"u8.ToArray(), cancellation);
        await bench.FileIs("new.log.kept-1", "of one that was deleted\n"u8.ToArray(), cancellation);
    }

    [Test]
    public async Task Flush_empties_a_file_and_writing_begins_anew(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("old");
        await bench.FileIs("out.log", "old"u8.ToArray(), cancellation);
        File.WriteAllText(bench.At("closed.log"), "old");
        await bench.Pump.Flush([bench.At("out.log"), bench.At("closed.log"), bench.At("missing.log")]);
        await Assert.That(new FileInfo(bench.At("out.log")).Length).IsEqualTo(0);
        await Assert.That(new FileInfo(bench.At("closed.log")).Length).IsEqualTo(0);
        await Assert.That(File.Exists(bench.At("missing.log"))).IsFalse();
        stdout.Write("new");
        await bench.FileIs("out.log", "new"u8.ToArray(), cancellation);
    }

    [Test]
    public async Task A_file_truncated_by_others_has_no_hole(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("a long line\n");
        await bench.FileIs("out.log", "a long line\n"u8.ToArray(), cancellation);
        File.WriteAllText(bench.At("out.log"), "a");
        stdout.Write("b");
        await bench.FileIs("out.log", "ab"u8.ToArray(), cancellation);
    }

    [Test]
    public async Task A_deleted_file_is_made_again(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun();
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("old");
        await bench.FileIs("out.log", "old"u8.ToArray(), cancellation);
        File.Delete(bench.At("out.log"));
        stdout.Write("new");
        await bench.FileIs("out.log", "new"u8.ToArray(), cancellation);
    }

    [Test]
    public async Task Both_streams_may_go_to_one_file(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun("both.log", "both.log");
        using (FifoWriter stdout = new(run.OutFifo), stderr = new(run.ErrFifo))
        {
            await Task.WhenAll(
                Task.Run(() => WriteLines(stdout, "out"), cancellation),
                Task.Run(() => WriteLines(stderr, "err"), cancellation));
        }
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        while (Directory.GetFiles(bench.Folder, "0.0.*").Length > 0) await Task.Delay(1, cancellation);
        var text = File.ReadAllText(bench.At("both.log"));
        foreach (var stream in new[] { "out", "err" })
            for (var i = 0; i < 2000; i++)
                if (!text.Contains($"{stream} {i}\n")) throw new InvalidOperationException($"{stream} {i} is lost");
        await Assert.That(text.Length).IsEqualTo(2 * Enumerable.Range(0, 2000).Sum(i => $"out {i}\n".Length));
    }

    static void WriteLines(FifoWriter writer, string stream)
    {
        for (var i = 0; i < 2000; i++) writer.Write($"{stream} {i}\n");
    }

    [Test]
    public async Task Two_names_of_one_file_do_not_overwrite_each_other(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        File.WriteAllText(bench.At("real.log"), "");
        File.CreateSymbolicLink(bench.At("link.log"), bench.At("real.log"));
        var run = bench.OpenRun("real.log", "link.log");
        using FifoWriter stdout = new(run.OutFifo), stderr = new(run.ErrFifo);
        var expected = "";
        for (var i = 0; i < 20; i++)
        {
            (i % 2 == 0 ? stdout : stderr).Write($"{i};");
            expected += $"{i};";
            await bench.FileIs("real.log", Encoding.ASCII.GetBytes(expected), cancellation);
        }
    }

    [Test]
    public async Task What_cannot_be_opened_is_a_failure_that_leaves_nothing(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.NextRun(errFile: "missing/err.log");
        var failure = bench.Pump.Open(run);
        await bench.Pump.Settled();
        await Assert.That(failure!.Sentence).Contains("cannot open the log file").And
            .Contains("No such file or directory");
        await Assert.That(File.Exists(run.OutFifo) || File.Exists(run.ErrFifo)).IsFalse();
        await Assert.That(bench.Keeper.Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_pipe_that_nobody_reads_is_refused_as_a_log_file_and_not_waited_for(
        CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        _ = SysStat.mkfifo(bench.At("pipe.log"), 0x180);
        await Assert.That(bench.Pump.Open(bench.NextRun("pipe.log"))!.Errno).IsEqualTo(6); // ENXIO
    }

    [Test]
    public async Task Followers_are_told(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.OpenRun();
        using var follow = bench.LogChanges.Follow();
        using var stdout = new FifoWriter(run.OutFifo);
        stdout.Write("x");
        await Assert.That(await follow.Changed(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation)).IsTrue();
    }

    /// <summary>How many descriptors of this program lead into the folder.</summary>
    static int OpenIn(string folder)
    {
        var count = 0;
        foreach (var path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            try
            {
                if (File.ResolveLinkTarget(path, false)?.FullName.StartsWith(folder, StringComparison.Ordinal) == true)
                    count++;
            }
            catch (IOException)
            {
                // Another test closed it meanwhile.
            }
        }
        return count;
    }

    [Test]
    public async Task A_run_that_is_discarded_takes_what_was_made_for_it_away_and_nothing_else(
        CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        File.WriteAllText(bench.At("err.log"), "");
        var run = bench.NextRun("deep/er/out.log") with { FolderRootOf = _ => bench.Folder };
        await Assert.That(bench.Pump.Open(run)).IsNull();
        await Assert.That(File.Exists(run.OutFile)).IsTrue();
        bench.Pump.Discard(run);
        await bench.Pump.Settled();
        await Assert.That(Directory.Exists(bench.At("deep"))).IsFalse();
        await Assert.That(File.Exists(run.ErrFile)).IsTrue();
    }

    [Test]
    public async Task A_discarded_run_leaves_the_log_that_another_one_writes_to(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var (first, second) = (bench.OpenRun(), bench.OpenRun());
        bench.Pump.Discard(first);
        await bench.Pump.Settled();
        using (var stdout = new FifoWriter(second.OutFifo)) stdout.WritePieces("hello\n"u8.ToArray(), 1);
        bench.Pump.Finish(second);
        await bench.Pump.Settled();
        await bench.FileIs("out.log", "hello\n"u8.ToArray(), cancellation);
    }

    [Test]
    public async Task A_check_says_why_a_log_cannot_be_opened_and_leaves_no_folder_behind(
        CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        File.WriteAllText(bench.At("file"), "");
        Directory.CreateDirectory(bench.At("new/out.log"));
        var isFile = bench.NextRun("file/out.log") with { FolderRootOf = _ => bench.Folder };
        await Assert.That(bench.Pump.Check(isFile)!.Sentence)
            .IsEqualTo($"cannot open the log file {isFile.OutFile}: Not a directory");
        var isFolder = bench.NextRun("out.log", "new/out.log") with { FolderRootOf = _ => bench.Folder };
        await Assert.That(bench.Pump.Check(isFolder)!.Sentence).Contains("Is a directory");
        var nowhere = bench.NextRun("gone/out.log") with { FolderRootOf = _ => bench.At("gone") };
        await Assert.That(bench.Pump.Check(nowhere)!.Sentence).Contains("No such file or directory");
        await Assert.That(bench.Pump.Check(bench.NextRun("made/out.log") with { FolderRootOf = _ => bench.Folder }))
            .IsNull();
    }

    [Test]
    public async Task A_log_that_lost_its_place_is_looked_for_though_nothing_is_printed(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        var run = bench.NextRun("logs/out.log") with { FolderRootOf = _ => bench.Folder };
        await Assert.That(bench.Pump.Open(run)).IsNull();
        using (var stdout = new FifoWriter(run.OutFifo))
        {
            stdout.WritePieces("one\n"u8.ToArray(), 1);
            await bench.FileIs("logs/out.log", "one\n"u8.ToArray(), cancellation);
            Directory.Delete(bench.At("logs"), recursive: true);
            File.WriteAllText(bench.At("logs"), "");
            stdout.WritePieces("two\n"u8.ToArray(), 1);
            while (!bench.Pump.Troubles.Any(
                static trouble => trouble.Contains("cannot be recreated", StringComparison.Ordinal)))
                await Task.Delay(1, cancellation);
            await Assert.That((await bench.Pump.Reopen([run.OutFile]))[0].Problem!).Contains("Not a directory");
            File.Delete(bench.At("logs"));
            while (bench.Pump.Troubles.Count > 0) await Task.Delay(1, cancellation);
            stdout.WritePieces("three\n"u8.ToArray(), 1);
            await bench.FileIs("logs/out.log", "three\n"u8.ToArray(), cancellation);
        }
    }

    [Test]
    public async Task A_log_that_cannot_be_opened_again_was_not_moved_away(CancellationToken cancellation)
    {
        using var bench = new PumpBench();
        Directory.CreateDirectory(bench.At("shared"));
        File.SetUnixFileMode(bench.At("shared"), LogFoldersTests.All);
        var run = bench.OpenRun("shared/out.log");
        using var stdout = new FifoWriter(run.OutFifo);
        await bench.Pump.Settled();
        // A second name in a folder for everybody: it is not opened any more.
        _ = Unistd.link(run.OutFile, bench.At("shared/second"));
        var problem = (await bench.Pump.Reopen([run.OutFile]))[0].Problem!;
        await Assert.That(problem).StartsWith($"the log {run.OutFile} cannot be reopened: ")
            .And.EndsWith("output still goes to the open file");
        await Assert.That(bench.Pump.Troubles).Contains(problem);
        File.Delete(bench.At("shared/second"));
        while (bench.Pump.Troubles.Count > 0) await Task.Delay(10, cancellation);
        await Assert.That((await bench.Pump.Reopen([run.OutFile]))[0].Problem).IsNull();
    }
}
