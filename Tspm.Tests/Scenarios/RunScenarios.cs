using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>run</c>: a command under the daemon behaves as if the shell had run it, and leaves nothing.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public sealed class RunScenarios
{
    [Test]
    public async Task Output_goes_to_its_own_stream_and_the_exit_code_is_the_programs(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var ran = (await box.Run("run", "sh", "-c", "echo out; echo err >&2; exit 7")).Exits(7);
        await Assert.That(ran.Out).IsEqualTo("out\n");
        await Assert.That(ran.Err).IsEqualTo("err\n");
        await Assert.That((await box.Ok("run", "printf 'a\\000b' | tr a c")).RawOut).IsEquivalentTo("c\0b"u8.ToArray());
        (await box.Run("run", "sh", "-c", "kill -9 $$")).Exits(137);
        var many = await box.Ok("run", "seq", "1", "20000");
        await Assert.That(many.Lines.Length).IsEqualTo(20000);
        await Assert.That(many.Lines[^1]).IsEqualTo("20000");
        await Assert.That(await box.List()).IsEmpty();
        await Assert.That(Directory.EnumerateFiles(Path.Combine(box.Home, "logs"))).IsEmpty();
    }

    [Test]
    public async Task The_words_after_the_command_are_its_own(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var own = await box.Ok("run", "-e", "A=1", "sh", "-c", "echo $A \"$@\"", "x", "--json", "-n", "5");
        await Assert.That(own.Out).IsEqualTo("1 --json -n 5\n");
        await Assert.That((await box.Ok("run", "--name", "n", "--", "sh", "-c", "echo $TSPM_NAME")).Out)
            .IsEqualTo("n\n");
        box.Write("show.py", "import sys\nprint(sys.argv[1:])\n");
        _ = Tools.Python;
        await Assert.That((await box.Ok("run", "show.py", "--x")).Out).IsEqualTo("['--x']\n");
    }

    [Test]
    public async Task Failures_of_tspm_have_an_exit_code_that_programs_do_not_use(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("run", "--", "nosuchprogram")).Exits(125).Says("nosuchprogram");
        (await box.Run("run", "missing.py")).Exits(125).Says("missing.py");
        (await box.Run("run", "--bad")).Exits(125).Says("'run' has no flag '--bad'");
        (await box.Run("run")).Exits(125);
        box.Write("tspm.json", """{"processes":[{"name":"web","command":"sleep 9"}]}""");
        (await box.Run("run", "tspm.json")).Exits(125).Says("tspm up tspm.json");
        await box.Ok("start", "sleep 1001", "--name", "web");
        (await box.Run("run", "--name", "web", "true")).Exits(125).Says("web");
        await Assert.That((await box.Get("web")).IsOnline).IsTrue();
    }

    [Test]
    public async Task The_first_interrupt_goes_to_the_program_and_the_second_one_kills_it(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using (var polite = box.Begin(
            "run", "sh", "-c", "trap 'echo bye; exit 3' INT; echo ready; while :; do sleep 0.1; done"))
        {
            await polite.UntilOut("ready");
            polite.Signal(LiveProcess.SIGINT);
            await polite.UntilOut("bye");
            await Assert.That(await polite.End()).IsEqualTo(3);
        }
        using var stubborn = box.Begin(
            "run", "sh", "-c", "trap 'echo no' INT; echo ready; while :; do sleep 0.1; done");
        await stubborn.UntilOut("ready");
        stubborn.Signal(LiveProcess.SIGINT);
        await stubborn.UntilOut("no");
        stubborn.Signal(LiveProcess.SIGINT);
        await Assert.That(await stubborn.End()).IsEqualTo(137);
        await Assert.That(await box.List()).IsEmpty();
    }

    [Test]
    public async Task The_process_goes_when_its_client_is_killed(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var running = box.Begin("run", "--name", "one", "sh", "-c", "echo ready; exec sleep 1001");
        await running.UntilOut("ready");
        var pid = await box.PidOf("one");
        running.Signal(LiveProcess.SIGKILL);
        await running.End();
        await box.UntilGone(pid);
        await box.Until(async () => (await box.List()).Count == 0 ? "" : null, "the process is deleted");
        await box.Until(() => !File.Exists(box.OutLog("one")), "its log is deleted");
    }

    [Test]
    public async Task Keep_leaves_the_process_to_itself_when_its_client_is_killed(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var running = box.Begin("run", "--keep", "--name", "one", "sh", "-c", "echo ready; exec sleep 1001");
        await running.UntilOut("ready");
        var pid = await box.PidOf("one");
        running.Signal(LiveProcess.SIGKILL);
        await running.End();
        // Another one comes and goes meanwhile, so the daemon has seen the end of the first connection.
        (await box.Run("run", "--keep", "--name", "two", "sh", "-c", "exit 4")).Exits(4);
        await Assert.That(await box.PidOf("one")).IsEqualTo(pid);
        await Assert.That((await box.Get("two")).Json.GetProperty("exitCode").GetInt32()).IsEqualTo(4);
        (await box.Run("start", "two", "--attach")).Exits(4);
    }

    [Test]
    public async Task The_daemons_death_is_not_noticed(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var go = Path.Combine(box.Folder, "go");
        using var running = box.Begin(
            "run", "--name", "one", "sh", "-c",
            $"echo ready; until [ -e {go} ]; do sleep 0.1; done; echo done; exit 9");
        await running.UntilOut("ready");
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        await box.Until(async () => (await box.Run("ping")).ExitCode == 0 ? "" : null, "the next daemon answers");
        await File.WriteAllTextAsync(go, "", cancellation);
        await Assert.That(await running.End()).IsEqualTo(9);
        await Assert.That(running.Out).IsEqualTo("ready\ndone\n");
        await Assert.That(await box.List()).IsEmpty();
    }

    [Test]
    public async Task A_process_whose_client_and_daemon_died_together_is_deleted_by_the_next_daemon(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var running = box.Begin("run", "--name", "one", "sh", "-c", "echo ready; exec sleep 1001");
        await running.UntilOut("ready");
        var pid = await box.PidOf("one");
        var (daemon, _) = await box.DaemonPids();
        running.Signal(LiveProcess.SIGSTOP);
        LiveProcess.Kill(daemon);
        running.Signal(LiveProcess.SIGKILL);
        await running.End();
        await box.UntilGone(pid);
        await box.Until(async () => (await box.List()).Count == 0 ? "" : null, "the process is deleted");
    }

    [Test]
    public async Task A_reader_that_goes_ends_the_program(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var first = await box.Shell("tspm run yes | head -n 2");
        await Assert.That(first.Out).IsEqualTo("y\ny\n");
        await box.Until(async () => (await box.List()).Count == 0 ? "" : null, "the process is deleted");
    }
}
