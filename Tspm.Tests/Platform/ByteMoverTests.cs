using System.Text;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Portable;

namespace Tspm.Tests.Platform;

/// <summary>Both movers keep the same promise.</summary>
[Timeout(30_000)]
public class ByteMoverTests
{
    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Bytes_go_to_the_offset_until_the_writers_are_gone(bool splice, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("tspm-mover-").FullName;
        IByteMover mover = splice ? SpliceMover.Instance : new CopyMover();
        var (reader, writer) = Pipe();
        var file = Fcntl.open(Path.Combine(folder, "log"), Fcntl.O_CREAT | Fcntl.O_RDWR | Fcntl.O_CLOEXEC, 0x180);

        await Assert.That(mover.Move(reader, file, 0, 100, out var errno)).IsEqualTo(-1);
        await Assert.That(errno).IsEqualTo(Errno.EAGAIN);
        Write(writer, "hello world");
        await Assert.That(mover.Move(reader, file, 2, 5, out _)).IsEqualTo(5);
        await Assert.That(mover.Move(reader, file, 7, 100, out _)).IsEqualTo(6);
        _ = Unistd.close(writer);
        // Not at once: a program that another test starts right now holds a copy of the writing end until its exec.
        await Sandbox.UntilAsync(() => mover.Move(reader, file, 13, 100, out errno) == 0, cancellation);
        await Assert.That(errno).IsEqualTo(0);
        await Assert.That(await File.ReadAllTextAsync(Path.Combine(folder, "log"), cancellation))
            .IsEqualTo("\0\0hello world");

        _ = Unistd.close(reader);
        _ = Unistd.close(file);
        Directory.Delete(folder, true);
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_full_disk_loses_nothing(bool splice, CancellationToken cancellation)
    {
        IByteMover mover = splice ? SpliceMover.Instance : new CopyMover();
        var (reader, writer) = Pipe();
        var full = Fcntl.open("/dev/full", Fcntl.O_WRONLY | Fcntl.O_CLOEXEC);
        var path = Path.GetTempFileName();
        var good = Fcntl.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        Write(writer, "precious");
        var moved = mover.Move(reader, full, 0, 100, out var errno);
        await Assert.That(moved).IsEqualTo(-1);
        // some kernels cannot splice to this device at all
        await Assert.That(errno is Errno.ENOSPC or Errno.EINVAL).IsTrue();
        await Assert.That(mover.Move(reader, good, 0, 3, out _)).IsEqualTo(3);
        await Assert.That(mover.Move(reader, good, 3, 100, out _)).IsEqualTo(5);
        await Assert.That(await File.ReadAllTextAsync(path, cancellation)).IsEqualTo("precious");
        foreach (var fd in new[] { reader, writer, full, good }) _ = Unistd.close(fd);
        File.Delete(path);
    }

    static unsafe (int Reader, int Writer) Pipe()
    {
        var ends = stackalloc int[2];
        _ = Unistd.pipe2(ends, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
        return (ends[0], ends[1]);
    }

    static unsafe void Write(int fd, string text)
    {
        fixed (byte* raw = Encoding.UTF8.GetBytes(text)) _ = Unistd.write(fd, raw, (nuint)text.Length);
    }
}
