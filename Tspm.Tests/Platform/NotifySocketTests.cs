using System.Net.Sockets;
using System.Text;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform.Linux.Tree;

namespace Tspm.Tests.Platform;

/// <summary>The sockets of the notification protocol, and who may speak there.</summary>
[Timeout(30_000)]
internal sealed class NotifySocketTests
{
    [Test]
    public async Task Who_sent_it_is_told_and_what_waits_is_heard_by_the_next(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var held = new Dictionary<DescriptorKey, Descriptor>();
        var (heard, gate) = (new List<string>(), new Lock());
        NotifySockets New() => new(box.Loop, new DictionaryStore(held), static action => action());
        void Hear(int pid, uint uid, string text)
        {
            lock (gate) heard.Add($"{pid == Environment.ProcessId} {text}");
        }
        var run = (ulong)Environment.ProcessId * 1000;
        var first = New();
        var listener = first.Open(run, Hear, out var failure)!;
        await Assert.That(failure).IsNull();
        for (var i = 0; i < 50; i++) Say(first.NameOf(run), $"N={i}");
        await Sandbox.UntilAsync(() => Count() == 50, cancellation);
        await Assert.That(heard[49]).IsEqualTo("True N=49");
        // The first daemon is gone without a word: nobody reads, the guardian holds.
        box.Loop.Unwatch(DescriptorOf(listener));
        Say(first.NameOf(run), "READY=1");
        await Assert.That(Count()).IsEqualTo(50);
        var second = New();
        second.Inherit(
            new Dictionary<DescriptorKey, Descriptor>(held) { [DescriptorKey.TeePipe] = Descriptors.Duplicate(0) });
        using var again = second.Open(run, Hear, out failure)!;
        await Sandbox.UntilAsync(() => Count() == 51, cancellation);
        await Assert.That(heard[50]).IsEqualTo("True READY=1");
        second.DropUnclaimed();
        again.Dispose();
        listener.Dispose();
        // Another test may be starting a program just now, which has our descriptors until its exec.
        await Sandbox.UntilAsync(() => !Reaches(first.NameOf(run)), cancellation);
        await Assert.That(held).IsEmpty();

        static bool Reaches(string name)
        {
            try
            {
                Say(name, "X=1");
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }

        int Count()
        {
            lock (gate) return heard.Count;
        }
    }

    [Test]
    public async Task A_child_belongs_to_the_tree_and_so_does_who_descends_from_it(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box
            .Spawn(box.Shell("sh -c 'echo $$ > inner; exec sleep 1000' & setsid sh -c 'echo $$ > apart; exec sleep "
                + "1000' & wait", ("TSPM_ID", "5"), ("TSPM_INSTANCE", "1")));
        await Sandbox.UntilAsync(() => Read(box, "inner") > 0 && Read(box, "apart") > 0, cancellation);
        var mark = new TreeMark(child.Pid, 99, 0);
        var uid = CurrentSystem.UserId;
        await Assert.That(box.System.IsInTree(child.Pid, uid, mark)).IsTrue();
        await Assert.That(box.System.IsInTree(Read(box, "inner"), uid, mark)).IsTrue();
        await Assert.That(box.System.IsInTree(Read(box, "apart"), uid, mark)).IsTrue();
        await Assert.That(box.System.IsInTree(Environment.ProcessId, uid, mark)).IsFalse();
        await Assert.That(box.System.IsInTree(1, 0, mark)).IsFalse();
        await Assert.That(box.System.IsInTree(0, uid, mark)).IsFalse();
        // By its mark alone: another child's, started elsewhere.
        await Assert.That(box.System.IsInTree(child.Pid, uid, new TreeMark(1 << 30, 5, 1))).IsTrue();
        await Assert.That(box.System.IsInTree(child.Pid, uid, new TreeMark(1 << 30, 5, 2))).IsFalse();
        // Who is gone is known by the user alone.
        await Assert.That(box.System.IsInTree((1 << 22) - 1, uid, mark)).IsTrue();
        await Assert.That(box.System.IsInTree((1 << 22) - 1, 4711, mark)).IsFalse();
        await Assert.That(LinuxChildGroupKill(child, Read(box, "apart"))).IsTrue();
    }

    [Test]
    public async Task The_set_up_writes_the_childs_own_pid(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var request = box.Shell("echo $WATCHDOG_PID $$");
        var said = await box
            .RunAsync(request with { SetUp = new SetUp { PidVariables = "WATCHDOG_PID" } }, cancellation);
        var words = said.Trim().Split(' ');
        await Assert.That(words.Length).IsEqualTo(2);
        await Assert.That(words[0]).IsEqualTo(words[1]);
    }

    [Test]
    public async Task A_child_that_leads_no_session_leads_a_group(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(box.Shell("exec sleep 1000") with { LeadsSession = false });
        _ = ProcFiles.TryReadStat(child.Pid, out var stat);
        _ = ProcFiles.TryReadStat(Environment.ProcessId, out var own);
        await Assert.That((stat.Group, stat.Session)).IsEqualTo((child.Pid, own.Session));
    }

    static bool LinuxChildGroupKill(IChild child, int apart) => child.SignalGroup(9) && SysSignal.kill(apart, 9) == 0;

    static int DescriptorOf(IDisposable listener) =>
        ((Descriptor)listener.GetType().GetFields(
            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance).First(field =>
                field.FieldType == typeof(Descriptor)).GetValue(listener)!).Number;

    static int Read(Sandbox box, string name) =>
        File.Exists(box.PathOf(name)) && int.TryParse(File.ReadAllText(box.PathOf(name)), out var pid) ? pid : 0;

    static void Say(string name, string text)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(text), new UnixDomainSocketEndPoint("\0" + name[1..]));
    }
}
