using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Text;

namespace Tspm.Tests.Model.Config;

/// <summary>The texts in which a shell's limits, processors and I/O priority are kept.</summary>
[Timeout(30_000)]
public class LaunchContextTests
{
    [Test]
    public async Task The_index_of_a_limits_name_is_its_kernel_number(CancellationToken cancellation)
    {
        (string Name, int Number)[] expected =
        [
            ("as", SysResource.RLIMIT_AS), ("core", SysResource.RLIMIT_CORE), ("cpu", SysResource.RLIMIT_CPU),
            ("data", SysResource.RLIMIT_DATA), ("fsize", SysResource.RLIMIT_FSIZE),
            ("locks", SysResource.RLIMIT_LOCKS), ("memlock", SysResource.RLIMIT_MEMLOCK),
            ("msgqueue", SysResource.RLIMIT_MSGQUEUE), ("nice", SysResource.RLIMIT_NICE),
            ("nofile", SysResource.RLIMIT_NOFILE), ("nproc", SysResource.RLIMIT_NPROC), ("rss", SysResource.RLIMIT_RSS),
            ("rtprio", SysResource.RLIMIT_RTPRIO),
            ("sigpending", SysResource.RLIMIT_SIGPENDING), ("stack", SysResource.RLIMIT_STACK),
        ];
        await Assert.That(SoftLimits.Names.Order()).IsEquivalentTo(expected.Select(entry => entry.Name));
        foreach (var (name, number) in expected) await Assert.That(SoftLimits.Names[number]).IsEqualTo(name);
    }

    [Test]
    public async Task Limits_come_back_from_their_text_in_one_order(CancellationToken cancellation)
    {
        var limits = SoftLimits.Parse("nofile=1024 core=0  fsize=unlimited")!;
        await Assert.That(SoftLimits.Format(limits)).IsEqualTo("fsize=unlimited core=0 nofile=1024");
        await Assert.That(limits[SysResource.RLIMIT_FSIZE]).IsEqualTo(SysResource.RLIM_INFINITY);
        await Assert.That(limits[SysResource.RLIMIT_STACK]).IsNull();
        await Assert.That(SoftLimits.Format(SoftLimits.Parse("")!)).IsEqualTo("");
    }

    [Test]
    [Arguments("core"), Arguments("core="), Arguments("core=-1"), Arguments("rttime=5"), Arguments("core=1 x"),
        Arguments("core=18446744073709551616")]
    public async Task What_is_not_a_limit_is_refused(string text, CancellationToken cancellation)
    {
        await Assert.That(SoftLimits.Parse(text)).IsNull();
        await Assert.That(new LaunchContext { Limits = text }.Problem()?.Part).IsEqualTo("limits");
    }

    [Test]
    [Arguments("0"), Arguments("0-3"), Arguments("0-1,3,62-65"), Arguments("4095")]
    public async Task Processors_come_back_from_their_text(string text, CancellationToken cancellation) =>
        await Assert.That(CpuList.Format(CpuList.Parse(text))).IsEqualTo(text);

    [Test]
    [Arguments(""), Arguments("a"), Arguments("3-1"), Arguments("0,"), Arguments("4096"), Arguments("-1"),
        Arguments("0-")]
    public async Task What_is_not_a_list_of_processors_is_refused(string text, CancellationToken cancellation)
    {
        await Assert.That(CpuList.Parse(text)).IsNull();
        await Assert.That(new LaunchContext { Cpus = text }.Problem()?.Part).IsEqualTo("cpus");
    }

    [Test]
    [Arguments("idle"), Arguments("best-effort:6"), Arguments("realtime:0")]
    public async Task An_io_priority_comes_back_from_its_text(string text, CancellationToken cancellation) =>
        await Assert.That(IoPriority.Format(IoPriority.Parse(text)!.Value, nice: 0)).IsEqualTo(text);

    [Test]
    public async Task The_io_priority_that_the_nice_value_gives_is_not_one(CancellationToken cancellation)
    {
        await Assert.That(IoPriority.Format(IoPriority.None, nice: 0)).IsNull();
        await Assert.That(IoPriority.Format(IoPriority.Parse("best-effort:4")!.Value, nice: 0)).IsNull();
        await Assert.That(IoPriority.Format(IoPriority.Parse("best-effort:4")!.Value, nice: 10))
            .IsEqualTo("best-effort:4");
        foreach (var text in new[] { "", "best-effort:8", "best-effort", "idle:1", "Idle" })
            await Assert.That(IoPriority.Parse(text)).IsNull();
    }

    [Test]
    public async Task Other_parts_are_checked_as_well(CancellationToken cancellation)
    {
        foreach (var mask in new[] { "8", "", "1000", "u=rwx" })
            await Assert.That(new LaunchContext { Umask = mask }.Problem()?.Part).IsEqualTo("umask");
        foreach (var nice in new[] { -21, 20 })
            await Assert.That(new LaunchContext { Nice = nice }.Problem()?.Part).IsEqualTo("nice");
        await Assert.That(new LaunchContext { IoPriority = "last" }.Problem()?.Part).IsEqualTo("ioPriority");
        await Assert.That(new LaunchContext
        {
            Umask = "0777",
            Nice = -20,
            Limits = "core=0",
            Cpus = "0",
            IoPriority = "idle"
        }.Problem()).IsNull();
        await Assert.That(new LaunchContext().Problem()).IsNull();
    }
}
