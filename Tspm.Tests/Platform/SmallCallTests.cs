using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Spawning;
using Tspm.Platform.Linux.Watching;

namespace Tspm.Tests.Platform;

/// <summary>The system calls that daemon and client ask Platform for: locks, FIFOs, terminals, executables.</summary>
[Timeout(60_000)]
internal sealed class SmallCallTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tspm-calls-").FullName;

    string PathOf(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_lock_has_one_holder_until_it_is_closed(CancellationToken cancellation)
    {
        using var first = FileLock.Open(PathOf("lock"));
        using var second = FileLock.Open(PathOf("lock"));
        await Assert.That(FileLock.TryAcquire(first.Number)).IsTrue();
        await Assert.That(FileLock.TryAcquire(second.Number)).IsFalse();
        var number = second.Number;
        var waiting = Task.Run(() => FileLock.Wait(number), cancellation);
        first.Dispose();
        await Assert.That(await waiting).IsNull();
        await Assert.That(FileLock.Wait(-1)).IsEqualTo("Bad file descriptor");
        File.CreateSymbolicLink(PathOf("link"), PathOf("lock"));
        using var refused = FileLock.Open(PathOf("link"));
        await Assert.That((refused.IsOpen, Descriptors.LastProblem))
            .IsEqualTo((false, "Too many levels of symbolic links"));
        await Assert.That(File.GetUnixFileMode(PathOf("lock")))
            .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public async Task A_fifo_takes_a_line_and_never_waits(CancellationToken cancellation)
    {
        var path = PathOf("fifo");
        await Assert.That(Problem(path)).IsEqualTo(new FifoProblem(IsMissing: true, "No such file or directory"));
        _ = SysStat.mkfifo(path, 0x180);
        await Assert.That(Problem(path)).IsEqualTo(new FifoProblem(IsMissing: false, "No such device or address"));
        using var reader = Descriptors.Open(path, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK);
        using var fifo = FifoInput.Open(path, out var none);
        await Assert.That(none).IsNull();
        await Assert.That(FifoInput.Write(fifo.Number, "line\n"u8, out _)).IsEqualTo(FifoWrite.Done);
        var came = new byte[16];
        await Assert.That(DescriptorStream.Read(reader.Number, came)).IsEqualTo(5);
        await Assert.That(FifoInput.Write(fifo.Number, new byte[1 << 20], out _)).IsEqualTo(FifoWrite.Full);
        await Assert.That(FifoInput.Write(fifo.Number, "line\n"u8, out var reason)).IsEqualTo(FifoWrite.Full);
        await Assert.That(reason).IsNull();
        reader.Dispose();
        await Assert.That(FifoInput.Write(fifo.Number, "line\n"u8, out reason)).IsEqualTo(FifoWrite.Failed);
        await Assert.That(reason).IsEqualTo("Broken pipe");

        static FifoProblem? Problem(string path)
        {
            FifoInput.Open(path, out var problem).Dispose();
            return problem;
        }
    }

    [Test]
    public async Task An_executable_is_told_from_all_else(CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(PathOf("script"), "#!/bin/sh\n", cancellation);
        await Assert.That(KindOf(PathOf("script"))).IsEqualTo((ExecutableKind.NotExecutable, "Permission denied"));
        File.SetUnixFileMode(PathOf("script"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Assert.That(KindOf(PathOf("script"))).IsEqualTo((ExecutableKind.NotElf, null));
        await Assert.That(KindOf("/bin/sh")).IsEqualTo((ExecutableKind.Elf, null));
        await Assert.That(KindOf(_folder)).IsEqualTo((ExecutableKind.Folder, null));
        await Assert.That(KindOf("/dev/null")).IsEqualTo((ExecutableKind.NotRegular, null));
        await Assert.That(ExecutableFile.KindOf(-1, "/bin/sh", out var reason)).IsEqualTo(ExecutableKind.Unknown);
        await Assert.That(reason).IsEqualTo("Bad file descriptor");
        _ = SysStat.mkfifo(PathOf("fifo"), 0x180);
        await Assert.That(KindOf(PathOf("fifo"))).IsEqualTo((ExecutableKind.NotRegular, null)); // without waiting

        static (ExecutableKind Kind, string? Reason) KindOf(string path)
        {
            using var file = ExecutableFile.Open(path);
            return (ExecutableFile.KindOf(file.Number, path, out var reason), reason);
        }
    }

    [Test]
    public async Task All_is_written_also_where_there_is_no_room_for_the_moment(CancellationToken cancellation)
    {
        _ = Descriptors.Pipe(out var made, out var writeEnd);
        using var readEnd = made;
        Descriptors.SetNonBlocking(writeEnd.Number);
        var text = new byte[1 << 20];
        var number = writeEnd.Number;
        var writing = Task.Run(() => DescriptorStream.WriteAll(number, text, "it"), cancellation);
        var (came, chunk) = (0, new byte[4096]);
        while (came < text.Length) came += DescriptorStream.Read(readEnd.Number, chunk);
        await Assert.That(await writing).IsTrue();
        readEnd.Dispose();
        await Assert.That(DescriptorStream.WriteAll(number, text, "it")).IsFalse();
        writeEnd.Dispose();
        using var full = Descriptors.Open("/dev/full", Fcntl.O_WRONLY);
        var fullNumber = full.Number;
        await Assert.That(() => DescriptorStream.WriteAll(fullNumber, text, "the output")).Throws<IOException>()
            .WithMessage("cannot write the output: No space left on device");
    }

    [Test]
    public async Task A_terminal_says_how_wide_it_is_and_a_pipe_is_none(CancellationToken cancellation)
    {
        using var terminal = Descriptors.Open("/dev/ptmx", Fcntl.O_RDWR | Fcntl.O_NOCTTY);
        await Assert.That(TerminalDevice.Is(terminal.Number)).IsTrue();
        await Assert.That(TerminalDevice.ColumnsOf(terminal.Number)).IsNull(); // it has not been told
        SetWidth(terminal.Number, 132);
        await Assert.That(TerminalDevice.ColumnsOf(terminal.Number)).IsEqualTo(132);
        using var file = Descriptors.Open("/dev/null", Fcntl.O_RDWR);
        await Assert.That((TerminalDevice.Is(file.Number), TerminalDevice.ColumnsOf(file.Number)))
            .IsEqualTo((false, null));

        static unsafe void SetWidth(int terminal, ushort columns)
        {
            const uint TIOCSWINSZ = 0x5414; // man 2 ioctl_tty
            var size = new WindowSize { ws_row = 40, ws_col = columns };
            _ = SysIoctl.ioctl(terminal, TIOCSWINSZ, &size);
        }
    }

    [Test]
    public async Task A_removal_a_move_and_a_replacement_are_noticed_and_a_write_is_not(CancellationToken cancellation)
    {
        Directory.CreateDirectory(PathOf("run"));
        await File.WriteAllTextAsync(PathOf("lock"), "", cancellation);
        using var loop = new EventLoop("test removals");
        loop.Start();
        var times = 0;
        using var watch = new RemovalWatch(loop, () => Interlocked.Increment(ref times));
        watch.Begin(_folder, PathOf("run"), PathOf("lock"), PathOf("missing"));
        await File.AppendAllTextAsync(PathOf("lock"), "content", cancellation);
        await File.WriteAllTextAsync(PathOf("run/new"), "", cancellation);
        File.Delete(PathOf("run/new"));
        // The loop takes events in their order: with the marker's, those before it would have come.
        await File.WriteAllTextAsync(PathOf("run/marker"), "", cancellation);
        var marked = 0;
        using var marker = new RemovalWatch(loop, () => Interlocked.Increment(ref marked));
        marker.Begin(PathOf("run"));
        File.Delete(PathOf("run/marker"));
        while (Volatile.Read(ref marked) == 0) await Task.Delay(5, cancellation);
        await Assert.That(Volatile.Read(ref times)).IsEqualTo(0);
        await Noticed(() => File.Delete(PathOf("lock")));
        await Noticed(() => Directory.Move(PathOf("run"), PathOf("elsewhere")));
        await File.WriteAllTextAsync(PathOf("lock"), "", cancellation);
        watch.Begin(_folder, PathOf("lock"));
        await Noticed(() => File.Move(PathOf("lock"), PathOf("other")));

        async Task Noticed(Action action)
        {
            var before = Volatile.Read(ref times);
            action();
            while (Volatile.Read(ref times) == before) await Task.Delay(5, cancellation);
        }
    }

    [Test]
    public async Task A_file_is_the_same_by_whatever_name(CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(PathOf("a"), "", cancellation);
        await File.WriteAllTextAsync(PathOf("b"), "", cancellation);
        File.CreateSymbolicLink(PathOf("c"), PathOf("a"));
        var identity = FileIdentity.Read(PathOf("a"));
        await Assert.That(identity).IsNotNull();
        await Assert.That(FileIdentity.Read(PathOf("c"))).IsEqualTo(identity);
        await Assert.That(FileIdentity.Read(PathOf("b"))).IsNotEqualTo(identity);
        await Assert.That(FileIdentity.Read(PathOf("missing"))).IsNull();
        await Assert.That(FileSystem.IsSocket(PathOf("a"))).IsFalse();
    }

    [Test]
    public async Task What_was_emptied_is_written_from_its_beginning_and_a_fifo_is_moved_aside(
        CancellationToken cancellation)
    {
        _ = SysStat.mkfifo(PathOf("log"), 0x180);
        var written = 0;
        using (var log = new AppendingStream(PathOf("log")) { Written = () => written++ })
        {
            log.Write("first"u8);
            File.WriteAllText(PathOf("log"), "");
            log.Write("second"u8);
        }
        await Assert.That((await File.ReadAllTextAsync(PathOf("log"), cancellation), written))
            .IsEqualTo(("second", 2));
        await Assert.That(File.Exists(PathOf("log.broken-1"))).IsTrue();
    }

    /// <summary>Without an await in between: the death signal belongs to a thread.</summary>
    [Test]
    public async Task A_parent_is_the_one_that_it_should_be_or_not(CancellationToken cancellation)
    {
        var (signal, isOther, isOwn) = Arrange();
        await Assert.That((signal, isOther, isOwn)).IsEqualTo((Signals.SIGKILL, false, true));

        static unsafe (int Signal, bool IsOther, bool IsOwn) Arrange()
        {
            const int PR_GET_PDEATHSIG = 2;
            var isOther = ThisProcess.DieWith(Environment.ProcessId);
            var isOwn = ThisProcess.DieWith(ThisProcess.ParentPid);
            int signal;
            _ = SysPrctl.prctl(PR_GET_PDEATHSIG, (nint)(&signal));
            _ = SysPrctl.prctl(SysPrctl.PR_SET_PDEATHSIG, 0);
            return (signal, isOther, isOwn);
        }
    }

    [Test]
    public async Task Limits_are_known_by_their_kernel_numbers(CancellationToken cancellation)
    {
        await Assert.That(SoftLimits.OpenFiles).IsEqualTo(SysResource.RLIMIT_NOFILE);
        await Assert.That(SoftLimits.Names[SysResource.RLIMIT_NPROC]).IsEqualTo("nproc");
        var line = (await File.ReadAllLinesAsync("/proc/self/limits", cancellation))
            .Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        await Assert.That($"{OwnLaunch.HardLimitOf(SysResource.RLIMIT_NOFILE)}")
            .IsEqualTo(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]);
        await Assert.That(OwnLaunch.HardLimitOf(1000)).IsNull();
    }
}
