using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Platform;

/// <summary>An owned descriptor is closed once, by whoever has it, and never again.</summary>
[Timeout(60_000), NotInParallel(nameof(DescriptorTests))]
internal sealed class DescriptorTests
{
    /// <summary>Room for a few, at the end of what this process may have.</summary>
    const int Room = 50;

    [Test]
    public async Task What_was_closed_gives_no_number_and_closes_nothing(CancellationToken cancellation)
    {
        var first = Make();
        var (number, copy) = (first.Number, first);
        first.Dispose();
        await Assert.That(IsOpen(number)).IsFalse();
        using var next = Make();
        await Assert.That(next.Number).IsEqualTo(number);
        first.Dispose();
        copy.Dispose();
        await Assert.That((IsOpen(number), next.IsOpen)).IsEqualTo((true, true));
        await Assert.That((first.IsOpen, copy.IsOpen)).IsEqualTo((false, false));
        await Assert.That(() => copy.Number).Throws<ObjectDisposedException>();
        await Assert.That(() => copy.HandOver()).Throws<ObjectDisposedException>();
        await Assert.That(() => copy.Move()).Throws<ObjectDisposedException>();
        await Assert.That(copy.NumberOrNone).IsEqualTo(-1);
    }

    [Test]
    public async Task What_was_handed_over_or_moved_is_somebody_elses(CancellationToken cancellation)
    {
        var first = Make();
        var number = first.HandOver();
        first.Dispose();
        await Assert.That((IsOpen(number), first.IsOpen)).IsEqualTo((true, false));
        var second = Descriptor.Own(number);
        var third = second.Move();
        second.Dispose();
        await Assert.That((IsOpen(number), second.IsOpen, third.Number)).IsEqualTo((true, false, number));
        using (var file = third.ToFileHandle()) await Assert.That(third.IsOpen).IsFalse();
        await Assert.That(IsOpen(number)).IsFalse();
    }

    [Test]
    public async Task A_call_that_failed_opened_nothing(CancellationToken cancellation)
    {
        using var missing = Descriptors.Open("/no/such/file", Fcntl.O_RDONLY);
        await Assert.That((missing.IsOpen, Errno.Last, missing)).IsEqualTo((false, Errno.ENOENT, default));
        await Assert.That(() => default(Descriptor).Number).Throws<ObjectDisposedException>();
        default(Descriptor).Dispose();
        await Assert.That(IsOpen(0)).IsTrue();
    }

    [Test]
    public async Task Closing_leaves_the_error_number_alone(CancellationToken cancellation)
    {
        var descriptor = Make();
        _ = Descriptors.Open("/no/such/file", Fcntl.O_RDONLY);
        descriptor.Dispose();
        var errno = Errno.Last;
        await Assert.That((errno, descriptor.IsOpen)).IsEqualTo((Errno.ENOENT, false));
    }

    [Test]
    public async Task All_is_closed_on_exec(CancellationToken cancellation)
    {
        await Assert.That(Descriptors.Pipe(out var readEnd, out var writeEnd)).IsTrue();
        await Assert.That(Descriptors.SocketPair(SysSocket.SOCK_STREAM, out var one, out var other)).IsTrue();
        Descriptor[] all =
        [
            readEnd, writeEnd, one, other, Descriptors.Open("/dev/null", Fcntl.O_RDONLY),
            Descriptors.Open("/dev/null\0"u8, Fcntl.O_RDONLY),
            Descriptors.OpenAt(Fcntl.AT_FDCWD, "/dev/null", Fcntl.O_RDONLY),
            Descriptors.Duplicate(0), Descriptors.Socket(SysSocket.AF_UNIX, SysSocket.SOCK_DGRAM),
            Descriptors.Pidfd(Environment.ProcessId), Descriptors.MemoryFile("test"), Descriptors.Epoll(),
            Descriptors.Counter(), SignalReader(), Descriptors.FileWatcher(),
        ];
        foreach (var descriptor in all)
        {
            await Assert.That(Fcntl.fcntl(descriptor.Number, Fcntl.F_GETFD)).IsEqualTo(Fcntl.FD_CLOEXEC);
            descriptor.Dispose();
        }
    }

    [Test]
    public async Task Of_many_who_close_at_once_one_does(CancellationToken cancellation)
    {
        for (var round = 0; round < 300; round++)
        {
            var descriptor = Make();
            var number = descriptor.Number;
            Descriptor reopened = default;
            // Whoever is late would close what was opened with that number meanwhile.
            Parallel.For(0, 4, _ =>
            {
                descriptor.Dispose();
                if (!IsOpen(number) && Interlocked.CompareExchange(ref s_reopening, 1, 0) == 0) reopened = Make();
                descriptor.Dispose();
            });
            Interlocked.Exchange(ref s_reopening, 0);
            await Assert.That(reopened.IsOpen && IsOpen(reopened.Number)).IsTrue();
            reopened.Dispose();
        }
    }

    static int s_reopening;

    [Test]
    public async Task The_ledger_tells_of_what_was_not_closed_or_closed_by_others(CancellationToken cancellation)
    {
        var ledger = new DescriptorLedger();
        ledger.Owned(3);
        ledger.Owned(4);
        ledger.GivenUp(3);
        var leak = ledger.Mistakes().Single();
        await Assert.That(leak).Contains("descriptor 4 was never closed").And.Contains(nameof(DescriptorTests));
        ledger.Owned(4);
        ledger.GivenUp(4);
        await Assert.That(ledger.Mistakes().Single()).Contains("descriptor 4 was closed by somebody else");
    }

    /// <summary>Four bytes a number in the table, and eight wherever one is kept.</summary>
    [Test]
    public async Task It_costs_eight_bytes_and_no_object(CancellationToken cancellation)
    {
        await Assert.That(System.Runtime.CompilerServices.Unsafe.SizeOf<Descriptor>()).IsEqualTo(8);
        var descriptor = Make();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) _ = descriptor.Number + descriptor.NumberOrNone;
        await Assert.That(GC.GetAllocatedBytesForCurrentThread() - before).IsEqualTo(0);
        descriptor.Dispose();
    }

    /// <summary>With a number above those of other tests: whoever makes the next one gets the same again.</summary>
    static Descriptor Make() => Descriptors.Duplicate(0, Most - Room);

    static int Most => (int)Math.Min(CurrentSystem.OpenFilesLimit()!.Value, PlayedDescriptor.First);

    static unsafe Descriptor SignalReader()
    {
        var mask = SignalSet.Of();
        return Descriptors.SignalReader(&mask);
    }

    static bool IsOpen(int number) => Fcntl.fcntl(number, Fcntl.F_GETFD) >= 0;
}
