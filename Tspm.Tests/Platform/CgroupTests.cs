using Tspm.Platform.Linux.Cgroups;

namespace Tspm.Tests.Platform;

/// <summary>Finding the place for cgroups, and reading what is said there.</summary>
[Timeout(30_000)]
internal sealed class CgroupTests
{
    const string Hybrid = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:7 master:1 - cgroup2 cgroup2 rw
        """;

    [Test]
    [Arguments(Hybrid, "/sys/fs/cgroup/unified", "/")]
    [Arguments("30 23 0:26 /docker/abc /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw", "/sys/fs/cgroup", "/docker/abc")]
    [Arguments(@"30 23 0:26 / /mnt/a\040b rw - cgroup2 none rw", "/mnt/a b", "/")]
    [Arguments("30 23 0:26 / /sys/fs/cgroup rw - cgroup cgroup rw,cpu", null, "/")]
    [Arguments("", null, "/")]
    public async Task The_mount_is_the_one_that_the_kernel_tells(string mountinfo, string? mount, string root,
        CancellationToken cancellation) =>
        await Assert.That(CgroupPlace.MountOfVersion2(mountinfo.Split('\n'))).IsEqualTo((mount, root));

    [Test]
    [Arguments("/", "9:name=systemd:/x|0::/system.slice/tspm.service", "/system.slice/tspm.service")]
    [Arguments("/docker/abc", "0::/docker/abc/tspm", "/tspm")]
    [Arguments("/docker/abc", "0::/docker/abcd", null)]
    [Arguments("/", "4:memory:/x", null)]
    public async Task Our_own_cgroup_is_seen_below_the_mount(string root, string lines, string? own,
        CancellationToken cancellation) =>
        await Assert.That(CgroupPlace.Own(root, lines.Split('|'))).IsEqualTo(own);

    [Test]
    public async Task Nothing_is_taken_that_was_not_given(CancellationToken cancellation)
    {
        await Assert.That(CgroupPlace.Find("off", out var trouble)).IsNull();
        await Assert.That(trouble).IsNull();
        await Assert.That(CgroupPlace.Find("/tmp/elsewhere", out trouble)).IsNull();
        await Assert.That(trouble).Contains("/tmp/elsewhere cannot be used");
        // These tests are not run by systemd in a unit with Delegate=yes.
        Skip.When(CgroupPlace.Own("/", File.ReadLines("/proc/self/cgroup")) is not (null or "/"),
            "this program may have been given a cgroup");
        await Assert.That(CgroupPlace.Find(null, out trouble)).IsNull();
        await Assert.That(CgroupPlace.Find("auto", out trouble)).IsNull();
        await Assert.That(trouble).IsNull();
    }

    [Test]
    public async Task File_contents_that_can_be_dropped_do_not_count(CancellationToken cancellation)
    {
        await Assert.That(ProcessCgroups.MemoryInUse(1000, "anon 400\ninactive_file 300\nactive_file 100\n"))
            .IsEqualTo(700);
        await Assert.That(ProcessCgroups.MemoryInUse(1000, "")).IsEqualTo(1000);
    }
}
