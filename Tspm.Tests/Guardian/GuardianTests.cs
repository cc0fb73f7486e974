using Tspm.Guardian;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Storage;
using Tspm.Tests.Storage;

namespace Tspm.Tests.Guardian;

[Timeout(60_000)]
internal sealed class GuardianTests
{
    [Test]
    public async Task Records_are_sent_once_and_kept_until_they_are_acknowledged(CancellationToken cancellation)
    {
        var records = new ReapedRecords();
        for (var pid = 1; pid <= 5; pid++) records.Add(pid, pid << 8, pid * 10, false);
        await Assert.That(TakeAll(records)).IsEquivalentTo([1, 2, 3, 4, 5]);
        await Assert.That(TakeAll(records)).IsEmpty();
        records.Acknowledge(2);
        records.SendAgain();
        await Assert.That(TakeAll(records)).IsEquivalentTo([3, 4, 5]);
        records.Acknowledge(ulong.MaxValue);
        records.SendAgain();
        await Assert.That(TakeAll(records)).IsEmpty();
    }

    [Test]
    public async Task A_record_that_could_not_be_sent_comes_again(CancellationToken cancellation)
    {
        var records = new ReapedRecords();
        records.Add(1, 0, 0, false);
        await Assert.That(records.TryNext(out var record) && records.TryNext(out record)).IsTrue();
        await Assert.That((record.Kind, record.Pid, record.Number)).IsEqualTo((GuardianMessageKind.Reaped, 1, 1UL));
    }

    [Test]
    public async Task Acknowledging_what_was_sent_leaves_what_was_not(CancellationToken cancellation)
    {
        var records = new ReapedRecords();
        for (var pid = 1; pid <= 3; pid++) records.Add(pid, 0, 0, false);
        records.TryNext(out var first);
        records.MarkSent();
        records.Acknowledge(first.Number);
        records.Acknowledge(first.Number);
        await Assert.That(TakeAll(records)).IsEquivalentTo([2, 3]);
    }

    [Test]
    public async Task Without_a_daemon_the_oldest_records_go_first(CancellationToken cancellation)
    {
        const int most = 65536;
        var records = new ReapedRecords();
        for (var pid = 1; pid <= most + 3; pid++) records.Add(pid, 0, 0, false);
        var kept = TakeAll(records);
        await Assert.That((kept.Count, kept[0], kept[^1])).IsEqualTo((most, 4, most + 3));
    }

    [Test]
    public async Task Records_behave_like_a_list_under_random_use(CancellationToken cancellation)
    {
        var random = new Random(7);
        var records = new ReapedRecords();
        var model = new List<(ulong Number, int Pid)>();
        var sent = 0;
        ulong last = 0;
        for (var step = 0; step < 50_000; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    records.Add(step, 0, 0, false);
                    model.Add((++last, step));
                    break;
                case 1:
                    if (records.TryNext(out var record) != sent < model.Count)
                        throw new InvalidOperationException("a record too many or too few");
                    if (sent == model.Count) break;
                    if ((record.Number, record.Pid) != model[sent++])
                        throw new InvalidOperationException("not the next record");
                    records.MarkSent();
                    break;
                case 2 when sent > 0:
                    var number = model[random.Next(sent)].Number;
                    records.Acknowledge(number);
                    sent -= model.RemoveAll(entry => entry.Number <= number);
                    break;
                case 3 when random.Next(50) == 0:
                    records.SendAgain();
                    sent = 0;
                    break;
            }
        }
        await Assert.That(last).IsGreaterThan(10_000UL);
    }

    [Test]
    public async Task Stored_descriptors_stay_open_until_removed_or_replaced(CancellationToken cancellation)
    {
        var store = new DescriptorStore();
        var (one, two) = (DescriptorKey.Output(1, OutputKind.Out), DescriptorKey.Output(1, OutputKind.Err));
        int first = OpenSomething(), second = OpenSomething(), third = OpenSomething();
        store.Store(one, Descriptor.Own(first));
        store.Store(two, Descriptor.Own(second));
        store.Store(one, Descriptor.Own(third));
        await Assert.That((IsOpen(first), IsOpen(second), IsOpen(third))).IsEqualTo((false, true, true));
        store.Remove(two);
        store.Remove(two);
        store.Remove(DescriptorKey.Output(99, OutputKind.Out));
        await Assert.That((IsOpen(second), IsOpen(third))).IsEqualTo((false, true));
        store.Remove(one);
        await Assert.That(IsOpen(third)).IsFalse();
    }

    [Test]
    public async Task Options_come_back_from_their_words(CancellationToken cancellation)
    {
        foreach (var options in new[] { new GuardianOptions(), new GuardianOptions(5, 1024, 77),
            new GuardianOptions(0, long.MaxValue, int.MaxValue),
                new GuardianOptions { Deaths = new DeathTally(5, 4, 3, 2, 1, 9) } })
            await Assert.That(GuardianOptions.Parse(options.ToWords())).IsEqualTo(options);
        await Assert.That(GuardianOptions.Parse([])).IsEqualTo(new GuardianOptions());
        foreach (var word in new[] { "", "--help", "--ready-fd", "--ready-fd=", "--ready-fd=x", "--open-files=1.5",
            "--deaths=1:2", "--deaths=a:b:c:d:e:f", "start" })
            await Assert.That(GuardianOptions.Parse([word])).IsNull();
    }

    [Test]
    public async Task Of_two_guardians_one_wins_and_the_other_can_connect(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        var locks = new System.Collections.Concurrent.ConcurrentBag<Descriptor>();
        var elections = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var listener = Election.Run(home.Home, default, out var held);
                if (held.IsOpen) locks.Add(held);
                if (!listener.IsOpen && !CanConnect(home.Home))
                    throw new InvalidOperationException("told to have lost before the winner listens");
                return listener;
            }, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        await Assert.That(elections.Count(listener => listener.IsOpen)).IsEqualTo(1);
        await Assert.That(File.GetUnixFileMode(home.Home.SocketPath))
            .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var descriptor in elections.Concat(locks)) descriptor.Dispose();
    }

    [Test]
    public async Task A_socket_file_of_a_dead_guardian_is_no_obstacle(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        File.WriteAllText(home.Home.SocketPath, "stale");
        using var listener = Election.Run(home.Home, default, out var held);
        using var guardianLock = held;
        await Assert.That(CanConnect(home.Home)).IsTrue();
    }

    [Test]
    public async Task A_lock_that_cannot_be_opened_is_said_in_a_sentence(CancellationToken cancellation)
    {
        using var home = new TemporaryHome();
        File.CreateSymbolicLink(home.Home.ElectionLockFile, "/dev/null"); // somebody's trap
        var refused = await Assert.That(() => Election.Run(home.Home, default, out _)).Throws<HomeException>();
        await Assert.That(refused!.Message).Contains("cannot open the lock");
    }

    static List<int> TakeAll(ReapedRecords records)
    {
        var pids = new List<int>();
        while (records.TryNext(out var record))
        {
            pids.Add(record.Pid);
            records.MarkSent();
        }
        return pids;
    }

    static unsafe bool CanConnect(TspmHome home)
    {
        var socket = SysSocket.socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM | SysSocket.SOCK_CLOEXEC, 0);
        var connected = SockaddrUn.TryCreate(home.SocketPath, out var address)
            && SysSocket.connect(socket, &address, (uint)sizeof(SockaddrUn)) == 0;
        _ = Unistd.close(socket);
        return connected;
    }

    /// <summary>A number so high that nobody else in this program gets it again at once.</summary>
    static int OpenSomething()
    {
        var descriptor = Fcntl.open("/dev/null", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        var high = Fcntl.fcntl(descriptor, Fcntl.F_DUPFD_CLOEXEC, 900);
        _ = Unistd.close(descriptor);
        return high;
    }

    static bool IsOpen(int descriptor) => Fcntl.fcntl(descriptor, Fcntl.F_GETFD, 0) >= 0;
}
