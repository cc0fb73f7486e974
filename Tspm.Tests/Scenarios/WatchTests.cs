using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Real programs whose files change.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class WatchTests
{
    [Test]
    public async Task A_changed_file_restarts_the_program_with_the_new_content(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "src"));
        box.Write("src/app.sh", "echo one; exec sleep 1000");
        // Home and log lie in the watched folder, and the program writes there all the time.
        await box.Ok("start", "sh src/app.sh", "--name", "app", "--watch", "--watch-ignore", "*.tmp,cache",
            "--out-file", "app.log");
        await box.UntilFile("app.log", "one");
        box.Write("src/app.sh", "trap 'echo bye; exit 0' TERM; echo two; while :; do sleep 0.02; done");
        var restarted = await box.Until("app", entry => entry.Restarts == 1 && entry.IsOnline, "app was restarted");
        await Assert.That(restarted.Reason).IsEqualTo("watch: src/app.sh changed");
        await Assert.That(restarted.Failures).IsEqualTo(0);
        await box.UntilFile("app.log", "two");

        box.Write("x.tmp", "ignored");
        Directory.CreateDirectory(Path.Combine(box.Folder, "lib/new"));
        await box.Until("app", entry => entry.Restarts == 2 && entry.IsOnline, "a new folder is a change");
        await box.UntilFile("app.log", "bye");
        var before = (await box.Get("app")).Restarts;
        box.Write("lib/new/part.sh", "echo part");
        var again = await box
            .Until("app", entry => entry.Restarts > before && entry.IsOnline, "a file in a new folder is a change");
        await Assert.That(again.Reason).IsEqualTo("watch: lib/new/part.sh changed");

        await box.Ok("stop", "app");
        box.Write("src/app.sh", "echo three");
        await box.Ok("start", "sleep 1000", "--name", "other", "--watch");
        box.Write("src/other", "changed later, and seen");
        await box.Until("other", entry => entry.Restarts == 1, "other was restarted");
        await Assert.That((await box.Get("app")).State).IsEqualTo("stopped");
    }

    [Test]
    public async Task The_next_daemon_watches_on(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "src"));
        await box.Ok("start", "sleep 1000", "--name", "app", "--watch-paths", "src");
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);
        await box.UntilState("app", "online");
        var number = 0;
        // The new daemon watches a moment after it answers.
        await box.Until(async () =>
        {
            box.Write("src/x", $"{number++}");
            return (await box.Get("app")).Restarts > 0 ? "" : null;
        }, "app was restarted");
        await Assert.That((await box.Get("app")).Reason).IsEqualTo("watch: src/x changed");
    }

    /// <summary>A user namespace has limits of its own.</summary>
    [Test]
    public async Task A_limit_that_is_reached_is_said_in_the_reply_in_describe_and_in_status(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        for (var i = 0; i < 20; i++) Directory.CreateDirectory(Path.Combine(box.Folder, $"src/{i}"));
        var ran = await box.Shell("""
            unshare -Ur sh -ec '
              echo 10 > /proc/sys/user/max_inotify_watches || { echo no limit of its own; exit 0; }
              tspm start "sleep 1000" --name app --watch-paths src 2>&1
              tspm describe app; tspm status
              tspm restart app 2>&1
              tspm daemon stop
            ' || echo no user namespace
            """);
        Skip.When(ran.Out.Contains("no user namespace") || ran.Out.Contains("no limit of its own"),
            "user namespaces are not to be had here");
        const string Sentence = "perhaps other folders are not watched: fs.inotify.max_user_watches";
        await Assert.That(ran.Out.Split(Sentence).Length - 1).IsEqualTo(4).Because(ran.ToString());
    }

    [Test]
    [Arguments("--watch-ignore", ",")]
    [Arguments("--watch-delay", "soon")]
    public async Task What_makes_no_sense_is_refused(string flag, string value, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "sleep 1000", "--name", "x", flag, value)).Exits(2).Says(flag);
    }
}
