using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>The smaller verbs, each with its effect seen from outside.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class VerbTests
{
    [Test]
    public async Task Rename_keeps_the_child_and_takes_the_logs_along(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "old", "--", "sh", "-c",
            "trap 'echo got HUP' HUP; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("old", "ready");
        var pid = await box.PidOf("old");
        await box.Ok("rename", "old", "new name");
        await Assert.That(await box.PidOf("new name")).IsEqualTo(pid);
        (await box.Run("pid", "old")).Exits(3);
        await Assert.That(File.Exists(box.OutLog("old"))).IsFalse();
        await box.Ok("signal", "HUP", "new name");
        await Assert.That(await box.UntilFile((await box.Get("new name")).OutLog, "got HUP"))
            .IsEqualTo("ready\ngot HUP\n");
        await box.Ok("add", "sleep 1", "--name", "other");
        (await box.Run("rename", "other", "new name")).Exits(1).Says("new name");
        (await box.Run("rename", "other", "a:7")).Exits(2);
    }

    [Test]
    public async Task Set_applies_at_the_next_start_and_says_so(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var set = await box.Ok("set", "s", "env.A=1", "restart.delayMs=500", "--kill-timeout", "3s");
        await Assert.That(set.Out + set.Err).Contains("restart");
        var config = (await box.Ok("describe", "s", "--json", "--show-env")).Json.GetProperty("config");
        await Assert.That(config.GetProperty("restart").GetProperty("delayMs").GetInt32()).IsEqualTo(500);
        await Assert.That(config.GetProperty("stop").GetProperty("timeoutMs").GetInt32()).IsEqualTo(3000);
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("s")).ContainsKey("A")).IsFalse();
        await box.Ok("restart", "s");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("s"))["A"]).IsEqualTo("1");
        (await box.Run("set", "s", "restart.delay=500")).Exits(2).Says("delayMs");
        (await box.Run("set", "s", "instances=many")).Exits(2).Says("instances");
    }

    [Test]
    public async Task Values_of_env_are_masked_unless_asked_for(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s", "-e", "TOKEN=very-secret");
        foreach (var flags in new string[][] { [], ["--json"] })
        {
            await Assert.That((await box.Ok(["describe", "s", .. flags])).Out).DoesNotContain("very-secret");
            await Assert.That((await box.Ok(["describe", "s", "--show-env", .. flags])).Out).Contains("very-secret");
        }
        await Assert.That((await box.Ok("env", "s")).Out).Contains("TOKEN=very-secret");
    }

    [Test]
    public async Task Send_writes_a_line_to_a_standard_input_that_is_a_pipe(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "cat", "--stdin", "pipe", "--", "cat");
        await box.Ok("send", "cat", "first line");
        await box.Ok("send", "cat", "zweite Zeile ü");
        await Assert.That(await box.UntilOut("cat", "ü\n")).IsEqualTo("first line\nzweite Zeile ü\n");
        await box.Ok("start", "sleep 1000", "--name", "null");
        (await box.Run("send", "null", "x")).Exits(1).Says("stdin");
        await box.Ok("stop", "cat");
        (await box.Run("send", "cat", "x")).Exits(1);
    }

    [Test]
    public async Task Send_works_on_after_the_daemon_was_killed(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "cat", "--stdin", "pipe", "--", "cat");
        await box.Ok("send", "cat", "before");
        await box.UntilOut("cat", "before\n");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await box.UntilState("cat", "online");
        await box.Ok("send", "cat", "after");
        await Assert.That(await box.UntilOut("cat", "after\n")).IsEqualTo("before\nafter\n");
    }

    [Test]
    public async Task Signals_go_by_name_and_number_and_unknown_ones_are_refused(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "s", "--", "sh", "-c",
            "trap 'echo one' USR1; trap 'echo two' USR2; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("s", "ready\n");
        await box.Ok("signal", "SIGUSR1", "s");
        await box.UntilOut("s", "one\n");
        await box.Ok("signal", "12", "s");
        await box.UntilOut("s", "two\n");
        await box.Ok("signal", "-USR1", "s");
        await box.UntilOut("s", "two\none\n");
        (await box.Run("signal", "SIGNONSENSE", "s")).Exits(2).Says("SIGNONSENSE");
        await box.Ok("stop", "s");
        (await box.Run("signal", "HUP", "s")).Exits(1).Says("s");
    }

    [Test]
    public async Task Pid_prints_one_a_line_and_exits_1_for_what_does_not_run(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "a");
        await box.Ok("start", "sleep 1000", "--name", "b");
        var both = await box.Ok("pid", "all");
        await Assert.That(both.Out).IsEqualTo($"{await box.PidOf("a")}\n{await box.PidOf("b")}\n");
        await box.Ok("stop", "a");
        (await box.Run("pid", "all")).Exits(1).Says("a");
    }

    [Test]
    public async Task Delete_stops_first_and_keeps_the_logs_unless_told(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        foreach (var name in new[] { "a", "b" })
        {
            await box.Ok("start", "--name", name, "--", "sh", "-c", "echo x; exec sleep 1000");
            await box.UntilOut(name, "x");
        }
        var pids = (await box.List()).Select(entry => entry.Pid!.Value).ToArray();
        await box.Ok("delete", "a");
        await box.Ok("rm", "b", "--logs");
        await Assert.That(pids.Any(LiveProcess.IsAlive)).IsFalse();
        await Assert.That(File.Exists(box.OutLog("a"))).IsTrue();
        await Assert.That(File.Exists(box.OutLog("b")) || File.Exists(box.ErrLog("b"))).IsFalse();
        await Assert.That((await box.List()).Count).IsEqualTo(0);
        await Assert.That(Directory.EnumerateFiles(Path.Combine(box.Home, "run"), "*.out").Any()).IsFalse();
        await box.Ok("daemon", "restart");
        await Assert.That((await box.List()).Count).IsEqualTo(0);
    }

    [Test]
    public async Task Stopping_what_is_stopped_is_done(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 1", "--name", "a");
        await box.Ok("stop", "a");
        await box.Ok("stop-all");
    }

    [Test]
    public async Task Search_looks_in_names_commands_and_namespaces(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 111", "--name", "alpha", "--namespace", "greek");
        await box.Ok("add", "sleep 222", "--name", "beta");
        foreach (var (text, expected) in new[] { ("ALPH", "alpha"), ("222", "beta"), ("gree", "alpha"),
            ("sleep", "alpha beta"), ("nothing", "") })
            await Assert.That(string.Join(' ',
                (await box.Ok("search", text, "--json")).Json.EnumerateArray().Select(entry =>
                    entry.GetProperty("name").GetString()))).IsEqualTo(expected);
    }

    [Test]
    public async Task Version_and_ping_answer_with_and_without_a_daemon(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await Assert.That((await box.Ok("version")).Out).Contains("2.");
        await Assert.That((await box.Ok("--version")).Out).Contains("2.");
        (await box.Run("ping")).Exits(4);
        await box.Ok("daemon", "start");
        await box.Ok("ping");
        await box.Ok("version");
    }
}
