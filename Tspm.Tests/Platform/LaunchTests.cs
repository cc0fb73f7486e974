using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;
using Tspm.Text;

namespace Tspm.Tests.Platform;

/// <summary>Umask, priorities, processors and limits of a child: from its first instant, and without a trace in the
/// process that starts it.</summary>
[Timeout(60_000)]
public class LaunchTests
{
    const string Values = "umask; nice; ulimit -Sc; ulimit -Sn; ulimit -Ss";

    /// <summary>
    /// The limit of descriptors is larger than the number that all tests together have open: a smaller one would reach
    /// the child only after its first instant.
    /// </summary>
    [Test]
    [Arguments(false), Arguments(true)]
    public async Task A_child_has_the_values_that_were_kept(bool bySetUp, CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var launch = new LaunchContext
        {
            Umask = "027",
            Nice = 7,
            Limits = "core=1024 nofile=3210 stack=4194304",
            Cpus = "0",
            IoPriority = "idle",
        };
        var child = box.Spawn(Request(box, $"{Values}; exec sleep 1000", bySetUp) with { Launch = launch });
        await Assert.That(await box.ReadUntilAsync("out", "4096\n", cancellation))
            .IsEqualTo("0027\n7\n2\n3210\n4096\n");
        await Assert.That(CpuList.Format(ThreadValues.ReadCpus(child.Pid)!)).IsEqualTo("0");
        await Assert.That(IoPriority.Format(SysSyscall.ioprio_get(child.Pid), 7)).IsEqualTo("idle");
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task Without_values_the_defaults_hold_and_the_limits_are_those_of_the_guardians_start(bool bySetUp,
        CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var system = box.NewSystemWith("core=2048 stack=2097152");
        var outcome = system.Spawn(Request(box, $"{Values}", bySetUp));
        using var child = outcome.Child!;
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(box.ReadAvailable("out")).IsEqualTo("0022\n0\n4\n1024\n2048\n");
        child.Reap();
    }

    /// <summary>Alone: other tests start programs too, and change limits of this process for a moment.</summary>
    [Test, NotInParallel]
    [Arguments("fsize=1048576", "ulimit -Sf", "2048\n"), Arguments("cpu=1000", "ulimit -St", "1000\n")]
    public async Task A_limit_that_would_hurt_this_process_reaches_the_child_all_the_same(string limits, string script,
        string expected, CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var before = OwnLaunch.Read();
        await Assert.That(BirthSettings.From(new LaunchContext { Limits = limits }, null,
            new ulong?[SoftLimits.Names.Length]).NeedsSetUp()).IsTrue();
        await Assert.That(await box.RunAsync(box.Shell(script,
            ("DOTNET_gcServer", "0")) with
        { Launch = new LaunchContext { Limits = limits } }, cancellation))
                .IsEqualTo(expected);
        await Assert.That(OwnLaunch.Read() with { Umask = null }).IsEqualTo(before with { Umask = null });
    }

    [Test]
    public async Task The_config_wins_over_what_was_kept(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var launch = new LaunchContext { Umask = "027", Nice = 3, Limits = "core=1024 nofile=321" };
        var setUp = new SetUp { Umask = "077", Nice = 9, Limits = new ResourceLimits { Nofile = 111 } };
        var values = await box
            .RunAsync(box.Shell("umask; nice; ulimit -Sc; ulimit -n", ("DOTNET_gcServer", "0")) with
            {
                Launch = launch,
                SetUp = setUp
            }, cancellation);
        await Assert.That(values).IsEqualTo("0077\n9\n2\n111\n");
    }

    [Test, NotInParallel]
    public async Task This_process_is_as_it_was_after_every_start(CancellationToken cancellation)
    {
        var before = OwnLaunch.Read();
        using var box = new Sandbox();
        for (var i = 0; i < 10; i++)
            await box.RunAsync(box.Shell("true") with
            {
                Launch = new LaunchContext
                {
                    Umask = "007",
                    Nice = 1 + i,
                    Cpus = "0",
                    IoPriority = "best-effort:7",
                    Limits = $"core={i} memlock=4096 sigpending=100"
                }
            },
                    cancellation);
        await Assert.That(OwnLaunch.Read()).IsEqualTo(before);
    }

    [Test]
    public async Task The_values_of_another_process_are_read_from_proc(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var launch = new LaunchContext
        {
            Umask = "007",
            Nice = 4,
            Limits = "core=4096 nofile=222",
            Cpus = "0",
            IoPriority = "best-effort:7",
        };
        var child = box.Spawn(box.Program("/bin/sleep", "sleep", "1000") with { Launch = launch });
        var seen = PeerLaunch.Read(child.Pid)!;
        await Assert.That(seen with { Limits = null }).IsEqualTo(launch with { Limits = null });
        var limits = SoftLimits.Parse(seen.Limits!)!;
        await Assert.That(limits[SysResource.RLIMIT_CORE]).IsEqualTo(4096UL);
        await Assert.That(limits[SysResource.RLIMIT_NOFILE]).IsEqualTo(222UL);
        await Assert.That(limits.Any(limit => limit is null)).IsFalse();
        await Assert.That(PeerLaunch.Read(0)).IsNull();
        await Assert.That(PeerLaunch.Read(int.MaxValue)).IsNull();
    }

    [Test]
    public async Task The_tables_of_proc_are_read_by_their_columns(CancellationToken cancellation)
    {
        const string limits = """
            Limit                     Soft Limit           Hard Limit           Units     
            Max cpu time              unlimited            unlimited            seconds   
            Max file size             2048000              4096000              bytes     
            Max data size             unlimited            unlimited            bytes     
            Max stack size            8388608              unlimited            bytes     

            """;
        await Assert.That(SoftLimits.Format(PeerLaunch.SoftLimitsOf(limits)))
            .IsEqualTo("cpu=unlimited fsize=2048000 data=unlimited stack=8388608");
        await Assert.That(SoftLimits.Format(PeerLaunch.SoftLimitsOf("nonsense\n\nMax"))).IsEqualTo("");
        await Assert.That(PeerLaunch.UmaskOf("Name:\tsh\nUmask:\t0027\nState:\tS")).IsEqualTo(0x17u);
        await Assert.That(PeerLaunch.UmaskOf("Name:\tsh\n")).IsNull();
    }

    [Test]
    public async Task Settings_come_back_from_the_word_for_the_set_up_mode(CancellationToken cancellation)
    {
        var launch = new LaunchContext
        {
            Umask = "027",
            Nice = -3,
            Limits = "core=0 nofile=5 fsize=unlimited",
            Cpus = "0-1,70",
            IoPriority = "idle",
        };
        var word = BirthSettings.From(launch, 99, new ulong?[SoftLimits.Names.Length]).ToWord();
        await Assert.That(BirthSettings.Parse(word)!.ToWord()).IsEqualTo(word);
        await Assert.That(word).IsEqualTo("23;-3;24576;0-1,70;fsize=unlimited core=0 nofile=5");
        foreach (var broken in new[] { "", "1;2;3", "x;0;0;;", "18;0;0;;core" })
            await Assert.That(BirthSettings.Parse(broken)).IsNull();
    }

    [Test]
    public async Task The_limit_of_the_record_wins_over_the_older_field(CancellationToken cancellation)
    {
        var none = new ulong?[SoftLimits.Names.Length];
        await Assert.That(BirthSettings.From(new LaunchContext { Limits = "nofile=5" }, 99,
            none).Limits[SysResource.RLIMIT_NOFILE]).IsEqualTo(5UL);
        await Assert.That(BirthSettings.From(new LaunchContext { Limits = "core=5" }, 99,
            none).Limits[SysResource.RLIMIT_NOFILE]).IsEqualTo(99UL);
        await Assert.That(BirthSettings.From(null, null, none).Limits[SysResource.RLIMIT_NOFILE]).IsNull();
    }

    static SpawnRequest Request(Sandbox box, string script, bool bySetUp) =>
        box.Shell(script, ("DOTNET_gcServer", "0")) with { SetUp = bySetUp ? new SetUp() : null };
}
