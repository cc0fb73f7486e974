using System.Text;
using Tspm.Guardian;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Tests.Guardian;

/// <summary>What one version of the guardian gives to the next: both must read it alike, for ever.</summary>
[Timeout(60_000)]
internal sealed class HandoverTests
{
    static readonly Handover Full = new()
    {
        Listener = 3,
        GuardianLock = 7,
        Options = new GuardianOptions(-1, 1024, Unistd.getpid(), OomScore: -17, Foreground: true,
            UpgradeProblem: "its daemon ended (killed by SIGSEGV)"),
        WasReady = true,
        QuickDeaths = 2,
        EndWanted = true,
        DaemonDiedAtTicks = 123456,
        LastReaped = ulong.MaxValue,
        Stored = new Dictionary<DescriptorKey, int>
        {
            [DescriptorKey.FromWire(ulong.MaxValue - 1)] = 9,
            [DescriptorKey.Output(2, OutputKind.Out)] = 11
        },
        Reaped =
        [
            new GuardianMessage
            {
                Kind = GuardianMessageKind.Reaped, Number = 12, Pid = 4711, WaitStatus = 42 << 8,
                StartTicks = long.MaxValue, LedSession = 1,
            },
            new GuardianMessage
            {
                Kind = GuardianMessageKind.Reaped, Number = 13, Pid = 4712, WaitStatus = 9, StartTicks = 0,
            },
        ],
    };

    [Test]
    public async Task Everything_comes_back_from_its_bytes(CancellationToken cancellation)
    {
        await IsSame(Handover.Parse(Full.ToBytes()), Full);
        var least = new Handover
        {
            Listener = 3,
            GuardianLock = 4,
            Options = new GuardianOptions(GuardianPid: Unistd.getpid()),
        };
        await IsSame(Handover.Parse(least.ToBytes()), least);
        var limited = least with { Options = least.Options with { Limits = "core=0 fsize=unlimited" } };
        await Assert.That(Handover.Parse(limited.ToBytes()).Options.Limits).IsEqualTo("core=0 fsize=unlimited");
    }

    /// <summary>Byte for byte: versions that are out there write and read exactly this.</summary>
    [Test]
    public async Task Format_1_is_fixed(CancellationToken cancellation)
    {
        const string format1 = """
            tspm-handover 1
            listener 3
            office 7
            open-files 1024
            oom-score -17
            foreground 1
            was-ready 1
            quick-deaths 2
            end-wanted 1
            daemon-died 123456
            last-reaped 18446744073709551615
            hold 18446744073709551614 9
            hold 4 11
            reaped 12 4711 10752 9223372036854775807 1
            reaped 13 4712 9 0 0
            problem its daemon ended (killed by SIGSEGV)
            end

            """;
        await Assert.That(Encoding.UTF8.GetString((Full with { Format = 1 }).ToBytes())).IsEqualTo(format1);
        // A guardian that goes back to the one that wrote it writes the same format.
        await Assert.That(Handover.Parse(Encoding.UTF8.GetBytes(format1)).Format).IsEqualTo(1);
        var format2 = format1.Replace("tspm-handover 1", "tspm-handover 2", StringComparison.Ordinal);
        await Assert.That(Encoding.UTF8.GetString(Full.ToBytes())).IsEqualTo(format2);
    }

    [Test]
    public async Task The_count_of_daemon_deaths_comes_back_and_a_broken_one_is_passed_over(
        CancellationToken cancellation)
    {
        var given = Full with { Deaths = new DeathTally(1_767_323_045_678, 40, 39, 1_767_323_099_000, 4711, 25) };
        await Assert.That(Encoding.UTF8.GetString(given.ToBytes()))
            .Contains("\ndeaths 1767323045678 40 39 1767323099000 4711 25\n");
        await Assert.That(Handover.Parse(given.ToBytes()).Deaths).IsEqualTo(given.Deaths);
        await Assert.That(Handover.Parse(Full.ToBytes()).Deaths).IsNull();
        var home = Full with { Options = Full.Options with { HomeProblem = "the home /x was removed" } };
        await Assert.That(Handover.Parse(home.ToBytes()).Options.HomeProblem).IsEqualTo("the home /x was removed");
        var broken = Encoding.UTF8.GetString(given.ToBytes()).Replace("40 39", "40 x", StringComparison.Ordinal);
        await Assert.That(Handover.Parse(Encoding.UTF8.GetBytes(broken)).Deaths).IsNull();
        foreach (var number in new[] { "1767323045678", " 40 ", " 39 ", "1767323099000", " 4711 ", " 25\n" })
        {
            var zeros = new string('0', number.Length > 10 ? 4 : 10);
            var tooLarge = Encoding.UTF8.GetString(given.ToBytes())
                .Replace(number, number.Insert(number.Length - 1, zeros), StringComparison.Ordinal);
            await Assert.That(Handover.Parse(Encoding.UTF8.GetBytes(tooLarge)).Deaths).IsNull().Because(number);
        }
    }

    [Test]
    public async Task Keys_of_a_later_version_are_passed_over(CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetString(Full.ToBytes())
            .Replace("\nlistener", "\nnew-thing 1 2 3\nanother\nfurther x\nlistener", StringComparison.Ordinal);
        await IsSame(Handover.Parse(Encoding.UTF8.GetBytes(text)), Full);
    }

    [Test]
    [Arguments("tspm-handover 3\nlistener 3\noffice 4\nlast-reaped 0\nend\n", "format 3")]
    [Arguments("tspm-handover 1\nlistener 3\noffice 4\nlast-reaped 0\n", "incomplete")]
    [Arguments("tspm-handover 1\nlistener 3\noffice 4\nlast-reaped 0\nend", "incomplete")]
    [Arguments("tspm-handover 1\nlistener 3\nlast-reaped 0\nend\n", "'office'")]
    [Arguments("tspm-handover 1\nlistener 3\noffice 4\nend\n", "'last-reaped'")]
    [Arguments("tspm-handover 1\nlistener 3\noffice 4\nlast-reaped 0\nhold x 4\nend\n", "'x'")]
    [Arguments("tspm-handover 1\nlistener 3\noffice 4\nlast-reaped 0\nreaped 1 2 y 4 0\nend\n", "'y'")]
    [Arguments("tspm-handover one\nend\n", "'one'")]
    [Arguments("something else\nend\n", "unknown first line")]
    [Arguments("", "unknown first line")]
    public async Task What_cannot_be_taken_is_refused_with_the_reason(string text, string reason,
        CancellationToken cancellation)
    {
        var refused = await Assert.That(() => Handover.Parse(Encoding.UTF8.GetBytes(text))).Throws<HandoverException>();
        await Assert.That(refused!.Message).Contains(reason);
    }

    [Test]
    public async Task The_words_of_a_new_image_are_understood_also_with_later_ones(CancellationToken cancellation)
    {
        await Assert.That(ReExec.Parse(["--later=1", "--handover=12", "--former=13", "--more"]))
            .IsEqualTo(new ReExec.Words(12, 13, null));
        await Assert.That(ReExec.Parse(["--handover=12", "--former=-1", "--undone=why so"]))
            .IsEqualTo(new ReExec.Words(12, -1, "why so"));
        await Assert.That(ReExec.Parse(["--ready-fd=3"])).IsNull();
        await Assert.That(ReExec.Parse([])).IsNull();
    }

    [Test]
    public async Task A_descriptor_that_is_not_open_is_refused(CancellationToken cancellation)
    {
        var memory = SysMman.memfd_create("test", SysMman.MFD_CLOEXEC);
        Write(memory,
            new Handover { Listener = memory, GuardianLock = 1_000_000, Options = new GuardianOptions() }.ToBytes());
        var refused = await Assert.That(() => ReExec.Read(memory)).Throws<HandoverException>();
        _ = Unistd.close(memory);
        await Assert.That(refused!.Message).Contains("1000000");
    }

    [Test]
    public async Task Records_go_on_where_they_were(CancellationToken cancellation)
    {
        var before = new ReapedRecords();
        for (var pid = 1; pid <= 200; pid++) before.Add(pid, pid << 8, pid, ledSession: false);
        before.Acknowledge(50);
        var after = new ReapedRecords();
        after.Restore(before.LastNumber, before.Unacknowledged.ToArray());
        after.Add(201, 0, 0, ledSession: false);
        await Assert.That(after.Unacknowledged.Length).IsEqualTo(151);
        await Assert.That(after.TryNext(out var next) && (next.Number, next.Pid, next.WaitStatus) == (51, 51, 51 << 8))
            .IsTrue();
        await Assert.That(after.Unacknowledged[^1].Number).IsEqualTo(201UL);
    }

    static unsafe void Write(int memory, byte[] bytes)
    {
        fixed (byte* start = bytes) _ = Unistd.pwrite(memory, start, (nuint)bytes.Length, 0);
    }

    static async Task IsSame(Handover actual, Handover expected)
    {
        await Assert.That(Encoding.UTF8.GetString(actual.ToBytes()))
            .IsEqualTo(Encoding.UTF8.GetString(expected.ToBytes()));
        await Assert.That(actual.Options).IsEqualTo(expected.Options);
        await Assert.That(actual.Stored).IsEquivalentTo(expected.Stored);
        await Assert.That(actual.Reaped).IsEquivalentTo(expected.Reaped);
        await Assert.That((actual.Listener, actual.GuardianLock, actual.WasReady, actual.QuickDeaths, actual.EndWanted,
            actual.DaemonDiedAtTicks, actual.LastReaped))
            .IsEqualTo((expected.Listener, expected.GuardianLock, expected.WasReady, expected.QuickDeaths,
                expected.EndWanted, expected.DaemonDiedAtTicks, expected.LastReaped));
    }
}
