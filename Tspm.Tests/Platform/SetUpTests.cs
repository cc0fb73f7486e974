using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Tests.Platform;

/// <summary>The hidden set-up mode, run from the managed build.</summary>
[Timeout(60_000)]
public class SetUpTests
{
    [Test]
    public async Task Umask_nice_limits_and_oom_score_are_set_and_the_pid_stays(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var setUp = new SetUp
        {
            Umask = "027",
            Nice = 5,
            OomScoreAdjust = 300,
            Limits = new ResourceLimits { Nofile = 99, Core = 0 },
        };
        var child = box
            .Spawn(Request(box,
                "echo $$; umask; nice; cat /proc/self/oom_score_adj; ulimit -n; ulimit -Hc; pwd; echo $1", setUp,
                    "--nice=9"));
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(box.ReadAvailable("out"))
            .IsEqualTo($"{child.Pid}\n0027\n5\n300\n99\n0\n{box.Folder}\n--nice=9\n");
        await Assert.That(box.ReadAvailable("err")).IsEqualTo("");
        await Assert.That(child.PeekExit()).IsEqualTo(new ExitStatus(0, null));
    }

    [Test]
    public async Task Signals_session_and_descriptors_are_as_without_set_up(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var child = box.Spawn(Request(box, "ulimit -Sn; exec sleep 1000", new SetUp { Nice = 1 }));
        await Assert.That(await box.ReadUntilAsync("out", "\n", cancellation)).IsEqualTo("1024\n");
        await Sandbox.UntilAsync(() => box.System.ReadTree(child.Pid) is [{ Command: "sleep 1000" }], cancellation);
        // A program that has just begun has its libraries open.
        await Sandbox.UntilAsync(() => Sandbox.DescriptorsOf(child.Pid) == "0 1 2", cancellation);
        var status = await File.ReadAllTextAsync($"/proc/{child.Pid}/status", cancellation);
        foreach (var set in new[] { "SigBlk", "SigIgn", "SigCgt" })
            await Assert.That(status).Contains($"{set}:\t0000000000000000");
        await Assert.That(Unistd.getsid(child.Pid)).IsEqualTo(child.Pid);
        await Assert.That(Unistd.getpgid(child.Pid)).IsEqualTo(child.Pid);
    }

    [Test]
    public async Task A_user_brings_its_groups_and_its_home(CancellationToken cancellation)
    {
        if (Environment.UserName != "root") return; // only root may change the user
        using var box = new Sandbox();
        _ = SysStat.chmod(box.Folder, 0x1FF);
        var child = box.Spawn(Request(box, "id -un; id -gn; echo $HOME $USER $LOGNAME", new SetUp { User = "daemon" }));
        await Sandbox.EndOf(child, cancellation);
        await Assert.That(box.ReadAvailable("out")).IsEqualTo("daemon\ndaemon\n/usr/sbin daemon daemon\n");
    }

    [Test]
    public async Task Each_failure_names_its_stage(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        await Assert.That(Failure(box, new SetUp { User = "no-such-user" }))
            .IsEqualTo("cannot become user 'no-such-user': no such user");
        await Assert.That(Failure(box, new SetUp { Group = "no-such-group" }))
            .IsEqualTo("cannot become group 'no-such-group': no such group");
        await Assert.That(Failure(box, new SetUp { Umask = "9" }))
            .IsEqualTo("cannot set umask to '9': not an octal number such as 027");
        await Assert.That(Failure(box, new SetUp { OomScoreAdjust = 5000 }))
            .IsEqualTo("cannot set oomScoreAdjust to 5000: Invalid argument");
        await Assert.That(box.System.Spawn(Request(box, "true",
            new SetUp { Nice = 1 }) with
        { WorkingDirectory = "/no/such" }).Failure!.Sentence)
            .IsEqualTo("cannot change directory to /no/such: No such file or directory");
        await Assert.That(box.System.Spawn(Request(box, "true",
            new SetUp { Nice = 1 }) with
        { Program = "no-such" }).Failure!.Sentence)
            .IsEqualTo("cannot find the program 'no-such' on the PATH");
    }

    [Test]
    public async Task A_directory_closed_to_the_user_fails_as_that_user(CancellationToken cancellation)
    {
        if (Environment.UserName != "root") return;
        using var box = new Sandbox();
        _ = SysStat.chmod(box.Folder, 0x1C0);
        await Assert.That(Failure(box, new SetUp { User = "daemon" }))
            .IsEqualTo($"cannot change directory to {box.Folder}: Permission denied");
    }

    static string Failure(Sandbox box, SetUp setUp) =>
        box.System.Spawn(Request(box, "true", setUp)).Failure?.Sentence ?? "it was started";

    static SpawnRequest Request(Sandbox box, string script, SetUp setUp, params string[] more) =>
        box.Shell(script, ("DOTNET_gcServer", "0")) with
        {
            SetUp = setUp,
            Arguments = ["sh", "-c", script, "sh", .. more],
        };
}
