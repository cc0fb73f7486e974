using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Tspm.Daemon;
using Tspm.Guardian;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Sockets;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Guardian;

/// <summary>
/// What one guardian gives to the next and to its daemon, damaged in every way. A guardian that throws takes the
/// descriptors of all children with it.
/// </summary>
[Timeout(60_000)]
internal sealed class GuardianFuzzTests
{
    static IReadOnlyList<byte[]> Handovers { get; } =
    [
        File.ReadAllBytes(Repository.Data("alpha1/handover.txt")),
        Encoding.UTF8.GetBytes(
            "tspm-handover 2\nlistener 3\noffice 4\nopen-files 1024\noom-score -17\nsoft-limits core=0\nforeground 1\n"
            + "was-ready 1\nquick-deaths 2\nend-wanted 1\ndaemon-died 123456\nlast-reaped 14\nhold 5 11\n"
            + "hold 18446744073709551614 9\nreaped 12 4711 10752 9223372036854775807 1\nreaped 13 4712 9 0 0\n"
            + "foreign-socket 1\nlogs 77\nexit-when errored\ndeaths 1767323045678 40 39 1767323099000 4711 25\n"
            + "home-problem the home was removed\nproblem its daemon ended\nend\n"),
    ];

    /// <summary>Found by the test below: a key that takes a sentence, cut before it.</summary>
    [Test]
    [Arguments("problem"), Arguments("home-problem")]
    public async Task A_problem_without_words_is_an_empty_one(string key, CancellationToken cancellation)
    {
        var given = Handover.Parse(Encoding.UTF8.GetBytes(
            $"tspm-handover 2\nlistener 3\noffice 4\nopen-files 1024\nlast-reaped 0\n{key}\nend\n"));
        await Assert.That(given.Options.HomeProblem ?? given.Options.UpgradeProblem).IsEqualTo("");
    }

    [Test]
    public async Task A_handover_is_understood_or_refused_with_a_sentence(CancellationToken cancellation)
    {
        var understood = 0;
        Damage.Check(Handovers, 4000, bytes =>
        {
            try
            {
                var given = Handover.Parse(bytes);
                var again = Handover.Parse(given.ToBytes());
                if (!again.ToBytes().AsSpan().SequenceEqual(given.ToBytes()))
                    throw new InvalidOperationException("passed on differently");
                // What the guardian does with it at once.
                given.Deaths?.ForStatus();
                new ReapedRecords().Restore(given.LastReaped, given.Reaped);
                understood++;
            }
            catch (HandoverException refused) when (refused.Message.Length > 0)
            {
                // Then the former guardian goes on.
            }
        }, cancellation);
        await Assert.That(understood).IsGreaterThan(200);
    }

    [Test]
    public async Task Words_of_another_guardian_are_understood_or_not(CancellationToken cancellation)
    {
        var samples = new[]
        {
            string.Join('\n', new GuardianOptions(5, 1024, 4711, -17, true, "why")
            {
                Limits = "core=0",
                ExitWhen = GuardianOptions.WhenErrored,
                ShowsLogs = true,
                Deaths = new DeathTally(1_767_323_045_678, 40, 39, 1_767_323_099_000, 4711, 25, 3),
                HomeProblem = "it was removed",
            }.ToWords()),
            "--handover=12\n--former=13\n--undone=why so",
        }.Select(Encoding.UTF8.GetBytes).ToArray();
        var understood = 0;
        Damage.Check(samples, 3000, bytes =>
        {
            var words = Encoding.UTF8.GetString(bytes).Split('\n');
            _ = ReExec.Parse(words);
            if (GuardianOptions.Parse(words) is not { } options) return;
            understood++;
            options.Deaths?.ForStatus();
        }, cancellation);
        await Assert.That(understood).IsGreaterThan(100);
    }

    /// <summary>Packets of any content and length: those of a guardian, those of a later one, and others.</summary>
    [Test]
    public async Task A_daemon_reads_every_packet_of_its_guardian_and_keeps_no_descriptor_that_it_does_not_know(
        CancellationToken cancellation)
    {
        var before = OpenDescriptors();
        Damage.Check(Packets, 400, packets =>
        {
            if (!Descriptors.SocketPair(SysSocket.SOCK_SEQPACKET, out var mine, out var theirs))
                throw new InvalidOperationException("no socket pair");
            using var passed = Descriptors.MemoryFile("passed");
            var channel = new GuardianChannel(theirs);
            var expected = new List<ulong>();
            var isOver = false;
            foreach (var (message, length, hasDescriptor) in packets)
            {
                var bytes = MemoryMarshal.AsBytes([message])[..Math.Min(length, GuardianMessage.Size)];
                if (FdPassing.Send(mine.Number, bytes, hasDescriptor ? passed.Number : -1) != 0) break;
                isOver |= message.Kind == GuardianMessageKind.CaughtUp || bytes.Length != GuardianMessage.Size;
                if (!isOver && message.Kind == GuardianMessageKind.Reaped) expected.Add(message.Number);
            }
            mine.Dispose();
            var read = channel.ReadCaughtUp().Select(record => record.Sequence);
            foreach (var returned in channel.Returned.Values) returned.Dispose();
            // Whatever came after that.
            channel.ReadCaughtUp();
            foreach (var returned in channel.Returned.Values) returned.Dispose();
            theirs.Dispose();
            if (!read.SequenceEqual(expected)) throw new InvalidOperationException("other records than were sent");
        }, cancellation);
        await Assert.That(OpenDescriptors()).IsLessThan(before + 100);
    }

    /// <summary>
    /// A daemon may acknowledge anything: only records up to that number go, and the others stay in order.
    /// </summary>
    [Test]
    public void Records_stay_until_they_are_acknowledged(CancellationToken cancellation) =>
        Damage.Check(Gen.Select(Gen.Int[0, 3], Gen.Int[0, 20], Numbers).Array[1, 60], 2000, steps =>
        {
            var (records, expected, next) = (new ReapedRecords(), new List<ulong>(), 0UL);
            foreach (var (kind, small, any) in steps)
            {
                if (kind < 2)
                {
                    records.Add(small, small << 8, small, ledSession: false);
                    expected.Add(++next);
                }
                else if (kind == 2 && records.TryNext(out _)) records.MarkSent();
                else
                {
                    var number = small < 10 ? any : (ulong)small;
                    records.Acknowledge(number);
                    expected.RemoveAll(one => one <= number);
                    records.SendAgain();
                }
            }
            var kept = records.Unacknowledged.ToArray().Select(record => record.Number);
            if (!kept.SequenceEqual(expected)) throw new InvalidOperationException("other records than expected");
        }, cancellation);

    static Gen<ulong> Numbers => Gen.OneOf(Gen.ULong, Gen.Const(0UL), Gen.Const(1UL), Gen.Const(ulong.MaxValue));

    static Gen<(GuardianMessage Message, int Length, bool HasDescriptor)[]> Packets =>
        Gen.Select(Gen.Int[-2, 16], Gen.Int, Numbers, Gen.Int[0, 60], Gen.Bool, (kind, any, number, length, passes) =>
            (new GuardianMessage
            {
                Kind = (GuardianMessageKind)kind,
                Pid = any,
                WaitStatus = any,
                LedSession = any,
                Number = number,
                StartTicks = (long)number,
            }, length < 5 ? length : GuardianMessage.Size, passes)).Array[1, 12];

    static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
}
