using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Programs that behave badly when they end, or do not want to.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class StubbornProgramTests
{
    /// <summary>
    /// A grandchild in a session of its own, whose parent is gone: out of reach of process group, session and descent.
    /// </summary>
    const string DoubleFork = """
        #include <stdio.h>
        #include <unistd.h>
        #include <sys/wait.h>
        int main(int argc, char **argv) {
            int p[2]; pipe(p);
            if (fork() == 0) {
                setsid();
                if (fork() == 0) { int me = getpid(); write(p[1], &me, sizeof me); pause(); for (;;) pause(); }
                _exit(0);
            }
            wait(0);
            int pid; read(p[0], &pid, sizeof pid);
            printf("grandchild %d\n", pid); fflush(stdout);
            if (argc > 1) return 3;
            for (;;) pause();
        }
        """;

    [Test]
    public async Task Who_ignores_SIGTERM_is_killed_after_the_kill_timeout(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "deaf", "--kill-timeout", "300ms", "--", "sh", "-c",
            "trap '' TERM; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("deaf", "ready");
        var pid = await box.PidOf("deaf");
        await box.Ok("stop", "deaf");
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
        var stopped = await box.Get("deaf");
        await Assert.That(stopped.State).IsEqualTo("stopped");
        await Assert.That(stopped.Signal).IsEqualTo("SIGKILL");
    }

    [Test]
    public async Task A_deaf_program_in_a_shell_is_killed_after_the_kill_timeout_too(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("deaf.sh", "trap '' TERM; echo $$; while :; do sleep 0.02; done");
        await box.Ok("start", "X=1 sh deaf.sh && true", "--name", "deaf", "--kill-timeout", "300ms");
        var inner = int.Parse(await box.UntilOut("deaf", "\n"));
        await box.Ok("stop", "deaf");
        await Assert.That(LiveProcess.IsAlive(inner)).IsFalse();
    }

    [Test]
    public async Task A_stopped_one_can_be_stopped(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "frozen");
        var pid = await box.PidOf("frozen");
        LiveProcess.Kill(pid, LiveProcess.SIGSTOP);
        await box.Ok("stop", "frozen");
        await Assert.That((await box.Get("frozen")).Signal).IsEqualTo("SIGTERM");
    }

    [Test]
    public async Task A_double_forked_grandchild_does_not_survive_stop(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "forker", DoubleFork);
        await box.Ok("start", "--name", "forker", "--", program);
        var grandchild = await Grandchild(box);
        await Assert.That(LiveProcess.IsAlive(grandchild)).IsTrue();
        await box.Ok("stop", "forker");
        await Assert.That(LiveProcess.IsAlive(grandchild)).IsFalse();
    }

    [Test]
    public async Task A_double_forked_grandchild_does_not_survive_a_crash(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "forker", DoubleFork);
        await box.Ok("start", "--name", "forker", "--restart", "never", "--no-wait", "--", program, "die");
        var grandchild = await Grandchild(box);
        await box.UntilState("forker", "stopped");
        await Assert.That(LiveProcess.IsAlive(grandchild)).IsFalse();
    }

    [Test]
    public async Task Without_treekill_the_grandchild_is_left_alone(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "forker", DoubleFork);
        await box.Ok("start", "--name", "forker", "--no-treekill", "--", program);
        var grandchild = await Grandchild(box);
        await box.Ok("stop", "forker");
        await Assert.That(LiveProcess.IsAlive(grandchild)).IsTrue();
        LiveProcess.Kill(grandchild);
        await box.UntilGone(grandchild);
    }

    [Test]
    public async Task Half_a_line_before_the_end_is_kept(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "half", "--restart", "never", "--no-wait", "--", "sh", "-c",
            "echo whole; printf 'half a li'; kill -9 $$");
        await box.UntilState("half", "stopped");
        await box.UntilOut("half", "half a li");
        await Assert.That(File.ReadAllText(box.OutLog("half"))).IsEqualTo("whole\nhalf a li");
        await Assert.That((await box.Ok("logs", "half", "--raw")).Out).IsEqualTo("whole\nhalf a li");
    }

    [Test]
    public async Task Every_byte_reaches_the_file_valid_utf8_or_not(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "bytes", """
            #include <unistd.h>
            int main(void) {
                unsigned char all[256 * 3];
                for (int i = 0; i < sizeof all; i++) all[i] = i;
                write(1, all, sizeof all); write(2, all, 256); write(1, "\xff\xfe\n\xc3", 4);
                return 0;
            }
            """);
        await box.Ok("start", "--name", "bytes", "--restart", "never", "--no-wait", "--", program);
        await box.UntilState("bytes", "stopped");
        byte[] all = [.. Enumerable.Range(0, 768).Select(i => (byte)i)];
        byte[] expected = [.. all, 0xff, 0xfe, (byte)'\n', 0xc3];
        await box.Until(() => new FileInfo(box.OutLog("bytes")).Length >= expected.Length, "all is in the file");
        await Assert.That(File.ReadAllBytes(box.OutLog("bytes")).AsSpan().SequenceEqual(expected)).IsTrue();
        await Assert.That(File.ReadAllBytes(box.ErrLog("bytes")).AsSpan().SequenceEqual(all.AsSpan(0, 256))).IsTrue();
        var raw = await box.Ok("logs", "bytes", "--raw", "--out", "--lines", "100");
        await Assert.That(raw.RawOut.AsSpan().SequenceEqual(expected)).IsTrue();
    }

    static async Task<int> Grandchild(TspmBox box)
    {
        var line = await box.UntilOut("forker", "\n");
        return int.Parse(line.Split(' ')[1]);
    }
}
