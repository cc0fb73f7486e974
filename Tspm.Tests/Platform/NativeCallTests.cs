using Tspm.Libc;
using Tspm.Platform.Linux.Sockets;

namespace Tspm.Tests.Platform;

/// <summary>Small proofs that calls with structures reach the system as meant.</summary>
[Timeout(30_000)]
public class NativeCallTests
{
    [Test]
    public async Task A_descriptor_travels_over_a_seqpacket_socket(CancellationToken cancellation)
    {
        var (one, other) = SocketPair();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "content", cancellation);
        var fd = Fcntl.open(file, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        await Assert.That(FdPassing.Send(one, "with"u8, fd)).IsEqualTo(0);
        await Assert.That(FdPassing.Send(one, "without"u8, -1)).IsEqualTo(0);

        var buffer = new byte[64];
        await Assert.That(FdPassing.Receive(other, buffer, out var received)).IsEqualTo(4);
        await Assert.That(received.IsOpen).IsTrue();
        await Assert.That(Fcntl.fcntl(received.Number, Fcntl.F_GETFD)).IsEqualTo(Fcntl.FD_CLOEXEC);
        _ = SysStat.fstat(received.Number, out var status);
        await Assert.That(status.Size).IsEqualTo(7);
        await Assert.That(FdPassing.Receive(other, buffer, out var none)).IsEqualTo(7);
        await Assert.That(none.IsOpen).IsFalse();

        _ = Unistd.close(one);
        await Assert.That(FdPassing.Receive(other, buffer, out _)).IsEqualTo(0);
        await Assert.That(FdPassing.Send(other, "x"u8, -1)).IsEqualTo(Errno.EPIPE);
        foreach (var open in new[] { other, fd }) _ = Unistd.close(open);
        received.Dispose();
        File.Delete(file);
    }

    [Test]
    public async Task A_socket_that_nobody_reads_says_try_again(CancellationToken cancellation)
    {
        var (one, other) = SocketPair();
        var errno = 0;
        for (var i = 0; i < 100_000 && errno == 0; i++) errno = FdPassing.Send(one, "record"u8, -1);
        await Assert.That(errno).IsEqualTo(Errno.EAGAIN);
        _ = Unistd.close(one);
        _ = Unistd.close(other);
    }

    [Test]
    public async Task Peer_credentials_are_our_own(CancellationToken cancellation)
    {
        var (one, other) = SocketPair();
        await Assert.That(SysSocket.GetPeerCredentials(one, out var peer)).IsEqualTo(0);
        await Assert.That(peer.pid).IsEqualTo(Environment.ProcessId);
        await Assert.That(peer.uid).IsEqualTo(Unistd.getuid());
        _ = Unistd.close(one);
        _ = Unistd.close(other);
    }

    [Test]
    public async Task Files_are_looked_at(CancellationToken cancellation)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "12345", cancellation);
        _ = SysStat.chmod(path, 0x1A0);
        await Assert.That(SysStat.stat(path, out var status)).IsEqualTo(0);
        await Assert.That(status.IsRegularFile).IsTrue();
        await Assert.That(status.Mode & 0xFFF).IsEqualTo(0x1A0u);
        await Assert.That(status.Size).IsEqualTo(5);
        await Assert.That(status.Uid).IsEqualTo(Unistd.geteuid());
        await Assert.That(status.Modified.UtcDateTime).IsEqualTo(File.GetLastWriteTimeUtc(path));
        File.Delete(path);
        await Assert.That(SysStat.stat(path, out _)).IsEqualTo(-1);
        await Assert.That(Errno.Last).IsEqualTo(Errno.ENOENT);
    }

    [Test]
    public async Task Users_groups_and_errors_have_names(CancellationToken cancellation)
    {
        var root = Pwd.getpwuid(0)!;
        await Assert.That(root.Name).IsEqualTo("root");
        await Assert.That(Pwd.getpwnam("root")).IsEqualTo(root);
        await Assert.That(Pwd.getpwnam("no-such-user")).IsNull();
        await Assert.That(Grp.getgrnam("root")!.Gid).IsEqualTo(0u);
        await Assert.That(Grp.getgrgid(0)!.Name).IsEqualTo("root");
        await Assert.That(Grp.GroupsOf("root", 0)).Contains(0u);
        await Assert.That(Errno.Describe(Errno.ENOENT)).IsEqualTo("No such file or directory");
        await Assert.That(Errno.Describe(4711)).IsEqualTo("Unknown error 4711");
    }

    [Test]
    public async Task A_line_of_stat_is_read_whatever_the_name_holds(CancellationToken cancellation)
    {
        var line = ("77 (a) R 1 2 (b c) S 10 11 12 0 -1 4194560 1 2 3 4 50 25 0 0 20 0 3 0 987654 1000 250 "u8
            + "18446744073709551615 1 1 0\n"u8).ToArray();
        await Assert.That(Tspm.Platform.Linux.Tree.ProcStat.TryParse(line, out var stat)).IsTrue();
        await Assert.That(stat)
            .IsEqualTo(new Tspm.Platform.Linux.Tree.ProcStat(77, 'S', 10, 11, 12, 3, 987654, 75, 250));
        await Assert.That(stat.CpuTime).IsEqualTo(TimeSpan.FromMilliseconds(750));
        await Assert.That(Tspm.Platform.Linux.Tree.ProcStat.TryParse("nonsense"u8, out _)).IsFalse();
        await Assert.That(Tspm.Platform.Linux.Tree.ProcStat.TryParse("7 (x) R 1 2"u8, out _)).IsFalse();
    }

    static unsafe (int One, int Other) SocketPair()
    {
        var ends = stackalloc int[2];
        if (SysSocket.socketpair(SysSocket.AF_UNIX, SysSocket.SOCK_SEQPACKET | SysSocket.SOCK_CLOEXEC, 0, ends) != 0)
            throw new InvalidOperationException(Errno.Describe(Errno.Last));
        return (ends[0], ends[1]);
    }
}
