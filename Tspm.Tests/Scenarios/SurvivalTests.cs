using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// The promise that sets Tspm apart: the death of the daemon, of the guardian or of both costs no child, no byte and no
/// count.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class SurvivalTests
{
    [Test]
    public async Task A_killed_daemon_is_back_with_the_same_children_and_counts(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "a", "--restart-delay", "0");
        LiveProcess.Kill(await box.PidOf("a"));
        var before = await box.Until("a", entry => entry is { IsOnline: true, Restarts: 1 }, "a was restarted");
        await box.Ok("start", "sleep 1000", "--name", "down");
        await box.Ok("stop", "down");
        var (daemon, guardian) = await box.DaemonPids();

        LiveProcess.Kill(daemon);
        await UntilOtherDaemon(box, daemon);
        var after = await box.Get("a");
        await Assert.That(after.Pid).IsEqualTo(before.Pid);
        await Assert.That(after.Restarts).IsEqualTo(1);
        await Assert.That(after.Failures).IsEqualTo(before.Failures);
        await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(guardian);
        await Assert.That((await box.Get("down")).State).IsEqualTo("stopped");

        // And it is supervised as before: a crash is seen, a stop works.
        LiveProcess.Kill(after.Pid!.Value);
        var again = await box
            .Until("a", entry => entry is { IsOnline: true, Restarts: 2 }, "a was restarted by the new daemon");
        await Assert.That(again.Signal).IsEqualTo("SIGKILL");
        await box.Ok("stop", "a");
        await Assert.That(LiveProcess.IsAlive(again.Pid!.Value)).IsFalse();
    }

    [Test]
    public async Task Lines_are_neither_lost_nor_doubled_by_kills_of_the_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "counter", """
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            int main(int n, char **a) { setvbuf(stdout, 0, _IOLBF, 0); for (int i = 0; i < atoi(a[1]); i++) { printf("line %d\n", i); if (i % 50 == 0) usleep(500); } puts("the end"); for (;;) pause(); }
            """);
        const int Count = 60_000, Kills = 5;
        await box.Ok("start", "--name", "counter", "--", program, $"{Count}");
        var pid = await box.PidOf("counter");
        for (var i = 0; i < Kills; i++)
        {
            var (daemon, _) = await box.DaemonPids();
            LiveProcess.Kill(daemon);
            await UntilOtherDaemon(box, daemon);
        }
        await box.UntilOut("counter", "the end\n");
        var expected = string.Concat(Enumerable.Range(0, Count).Select(i => $"line {i}\n")) + "the end\n";
        await Assert.That(File.ReadAllText(box.OutLog("counter")) == expected).IsTrue()
            .Because("every line is there once and in order");
        await Assert.That(await box.PidOf("counter")).IsEqualTo(pid);
    }

    /// <summary>
    /// Such output is copied first and taken out of the FIFO afterwards: whoever is killed between the two leaves it in
    /// both.
    /// </summary>
    [Test]
    [Arguments("daemon")]
    [Arguments("guardian")]
    public async Task Output_as_fast_as_it_can_be_is_neither_lost_nor_doubled_by_kills(string whom,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "torrent", """
            #include <stdio.h>
            #include <string.h>
            #include <sys/stat.h>
            #include <unistd.h>
            static char block[65536], line[] = "000000000000000\n";
            static void count(void) { for (int digit = 14; ++line[digit] > '9'; digit--) line[digit] = '0'; }
            int main(void) {
                struct stat enough;
                long number = 0;
                while (stat("enough", &enough) != 0) {
                    /* A burst fills the pipe; a moment later it is empty, so that a short life of the daemon is not a gigabyte. */
                    for (int burst = 0; burst < 24; burst++) {
                        for (long at = 0; at < (long)sizeof block; at += 16, number++, count()) memcpy(block + at, line, 16);
                        for (long done = 0; done < (long)sizeof block; ) { long put = write(1, block + done, sizeof block - done); if (put < 0) return 1; done += put; }
                    }
                    usleep(1000);
                }
                FILE *told = fopen("count", "w");
                fprintf(told, "%ld lines", number);
                fclose(told);
                for (;;) pause();
            }
            """);
        const int Kills = 12, LineBytes = 16;
        await box.Ok("start", "--name", "torrent", "--log-max-size", "0", "--", program);
        var log = box.OutLog("torrent");
        var random = new Random(1);
        for (var i = 0; i < Kills; i++)
        {
            var size = new FileInfo(log).Length + random.Next(1 << 20, 6 << 20);
            await box.Until(() => new FileInfo(log).Length > size, "it is printed");
            var (daemon, guardian) = await box.DaemonPids();
            LiveProcess.Kill(whom == "daemon" ? daemon : guardian);
            await box.UntilGone(daemon);
            if (whom == "guardian") await box.Ok("daemon", "start");
            else await UntilOtherDaemon(box, daemon);
        }
        box.Write("enough", "");
        var lines = long
            .Parse((await box.UntilFile("count", " lines")).Split(' ')[0],
                System.Globalization.CultureInfo.InvariantCulture);
        await box.Until(() => new FileInfo(log).Length >= lines * LineBytes, $"{lines} lines are in the log");
        await using var file = new BufferedStream(File.OpenRead(log), 1 << 20);
        var line = new byte[LineBytes];
        for (var number = 0L; number < lines; number++)
        {
            file.ReadExactly(line);
            var text = System.Text.Encoding.ASCII.GetString(line);
            if (text != $"{number:000000000000000}\n") throw new InvalidOperationException($"line {number} is {text}");
        }
        await Assert.That(file.Length).IsEqualTo(lines * LineBytes);
    }

    [Test]
    public async Task How_a_child_ended_while_no_daemon_was_there_is_known(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "brief", "--restart", "never", "--", "sh", "-c",
            "trap 'echo bye; exit 42' USR1; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("brief", "ready");
        var pid = await box.PidOf("brief");
        var (daemon, guardian) = await box.DaemonPids();
        // The guardian waits, so nobody brings the next daemon up before the child has ended.
        LiveProcess.Kill(guardian, LiveProcess.SIGSTOP);
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);
        LiveProcess.Kill(pid, 10);
        await box.UntilGone(pid);
        LiveProcess.Kill(guardian, LiveProcess.SIGCONT);
        await UntilOtherDaemon(box, daemon);
        var ended = await box.UntilState("brief", "stopped");
        await Assert.That(ended.ExitCode).IsEqualTo(42);
        await Assert.That(await box.UntilOut("brief", "bye")).IsEqualTo("ready\nbye\n");
    }

    [Test]
    public async Task With_guardian_and_daemon_killed_children_run_unmanaged_until_the_next_change(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "--", "sh", "-c",
            "i=0; while :; do echo $i; i=$((i+1)); sleep 0.01; done");
        var pid = await box.PidOf("w");
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian);
        LiveProcess.Kill(daemon);
        await box.UntilGone(guardian);
        await box.UntilGone(daemon);
        await Assert.That(LiveProcess.IsAlive(pid)).IsTrue();
        var ran = await box.Run("list");
        ran.Exits(4).Says("running without a daemon").Says("w").Says($"{pid}");
        (await box.Run("status", "--json")).Exits(4);
        await box.Ok("add", "sleep 1", "--name", "other");
        var adopted = await box.Get("w");
        await Assert.That(adopted.Pid).IsEqualTo(pid);
        await Assert.That(adopted.IsOnline).IsTrue();
        await Assert.That(adopted.Restarts).IsEqualTo(0);
        var length = new FileInfo(box.OutLog("w")).Length;
        await box.Until(() => new FileInfo(box.OutLog("w")).Length > length, "its output goes on");
        await box.Ok("stop", "w");
        await box.UntilGone(pid);
        var lines = File.ReadAllLines(box.OutLog("w"));
        await Assert.That(lines.SequenceEqual(Enumerable.Range(0, lines.Length).Select(i => $"{i}"))).IsTrue()
            .Because("no line is lost or doubled");
    }

    [Test]
    public async Task A_guardian_killed_alone_takes_the_daemon_with_it(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian);
        await box.UntilGone(daemon);
        await Assert.That(LiveProcess.IsAlive(pid)).IsTrue();
        await box.Ok("daemon", "start");
        await Assert.That(await box.PidOf("s")).IsEqualTo(pid);
    }

    [Test]
    public async Task As_long_as_children_live_a_daemon_that_cannot_start_is_tried_again(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "talks", "--", "sh", "-c",
            "echo first; while ! test -e more; do sleep 0.02; done; echo second; touch said; exec sleep 1000");
        await box.UntilOut("talks", "first");
        var before = await box.Get("talks");
        var (daemon, guardian) = await box.DaemonPids();
        // The lock that it needs cannot be opened.
        var gate = Path.Combine(box.Home, "run", "writer.lock");
        File.Delete(gate);
        Directory.CreateDirectory(gate);
        LiveProcess.Kill(daemon);
        var log = Path.Combine(box.Home, "daemon.log");
        await box.Until(() => TspmBox.Text(log).Split("cannot start").Length > 3 || !LiveProcess.IsAlive(guardian),
            "it was tried again");
        await Assert.That(LiveProcess.IsAlive(guardian)).IsTrue();
        box.Write("more", "");
        await box.UntilFile("said", "");
        Directory.Delete(gate);
        await UntilOtherDaemon(box, daemon);
        await Assert.That((await box.Get("talks")).Pid).IsEqualTo(before.Pid);
        await Assert.That(await box.UntilOut("talks", "second")).IsEqualTo("first\nsecond\n");
    }

    [Test]
    public async Task A_daemon_killed_while_a_restart_waits_keeps_the_time_of_the_next_try(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "c", "--restart-delay", "1h", "--no-wait", "--", "sh", "-c", "exit 1");
        var waiting = await box.UntilState("c", "waiting");
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        await UntilOtherDaemon(box, daemon);
        var after = await box.Get("c");
        await Assert.That(after.State).IsEqualTo("waiting");
        await Assert.That(after.NextStartInMs!.Value).IsLessThanOrEqualTo(waiting.NextStartInMs!.Value);
        await Assert.That(after.ExitCode).IsEqualTo(1);
        await Assert.That(after.Failures).IsEqualTo(1);
    }

    static Task UntilOtherDaemon(TspmBox box, int former) => box.Until(
        async () =>
            await box.Run("status", "--json") is { ExitCode: 0 } ran
                && ran.Json.GetProperty("pid").GetInt32() != former ? ran : null, "another daemon answers");
}
