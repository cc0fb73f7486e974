using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What the published program says of what is not finished, of what is over, and of nothing at all.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class WaitingScenarios
{
    const string Deaf = "trap '' TERM; echo ready; while :; do sleep 0.02; done";

    /// <summary>The command line on a terminal of so many columns; all that it prints there.</summary>
    static async Task<Ran> OnTerminal(TspmBox box, int columns, string arguments) =>
        await box.RunProgram(
            "script", "-qec", $"stty cols {columns}; {PublishedExecutable.Path} {arguments}", "/dev/null");

    [Test]
    public async Task A_long_stop_counts_down_to_SIGKILL_on_a_terminal(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "stubborn", "--kill-timeout", "6s", "--", "sh", "-c", Deaf);
        await box.UntilOut("stubborn", "ready");
        var ran = (await OnTerminal(box, 80, "stop stubborn")).Exits(0);
        // In one line that is written again and again and is gone in the end.
        await Assert.That(ran.Out).Contains("\rstubborn is stopping: SIGTERM sent, SIGKILL in ");
        await Assert.That(ran.Out).Contains("stubborn: stopped");
        var written = ran.Out.Split('\n')[0].Split('\r', StringSplitOptions.RemoveEmptyEntries);
        foreach (var line in written) await Assert.That(line.Length).IsLessThan(80);
        await Assert.That(written[^1]).IsEqualTo("stubborn: stopped");
        await Assert.That(written[^2].Trim(' ')).IsEmpty();
    }

    [Test]
    public async Task A_long_stop_is_explained_in_a_pipe_once(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "stubborn", "--kill-timeout", "6s", "--", "sh", "-c", Deaf);
        await box.UntilOut("stubborn", "ready");
        var ran = (await box.Run("stop", "stubborn")).Exits(0).Says("stubborn is stopping: SIGTERM sent, SIGKILL in ");
        await Assert.That(ran.Err.Split("SIGTERM sent").Length).IsEqualTo(2);
        await Assert.That(ran.Out).IsEqualTo("stubborn: stopped\n");
    }

    [Test]
    public async Task What_is_not_done_in_time_is_named_with_its_cause(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "sleep 1000", "--name", "slow", "--ready", "exec:false", "--wait-timeout", "300ms"))
            .Exits(5).Says("slow: not ready after 300 ms: ").Says("; still starting\n").Says("tspm list");
        (await box.Run("start", "sleep 1000", "--name", "web", "--depends-on", "slow", "--wait-timeout", "300ms"))
            .Exits(5).Says("web: not started after 300 ms: waits for slow to be ready");
        var list = await box.Ok("list");
        await Assert.That(list.Out).Contains("\twaits for exec false (").And.Contains(" of 60 s)\t")
            .And.Contains("\twaits for slow to be ready\t");
        var slow = await box.Get("slow");
        await Assert.That(slow.Json.GetProperty("waitsFor").GetString()).IsEqualTo("exec false");
        await Assert.That(slow.Json.GetProperty("startTimeoutInMs").GetInt64()).IsBetween(1, 60_000);
        await Assert.That((await box.Ok("describe", "slow")).Out).Contains("info\twaits for exec false (");
        await box.Ok("start", "--name", "deaf", "--kill-timeout", "2s", "--", "sh", "-c", Deaf);
        await box.UntilOut("deaf", "ready");
        (await box.Run("stop", "deaf", "--wait-timeout", "100ms"))
            .Exits(5).Says("deaf: not stopped after 100 ms: SIGTERM sent, SIGKILL in 2 s; still stopping");
        await Assert.That((await box.Get("deaf")).Json.GetProperty("stopSignal").GetString()).IsEqualTo("SIGTERM");
        await box.UntilState("deaf", "stopped");
    }

    [Test]
    public async Task A_completed_one_shot_differs_from_one_that_never_ran(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "true", "--name", "never", "--restart", "never");
        await box.Ok("start", "true", "--name", "done", "--restart", "never");
        await box.Ok("start", "sh -c 'exit 3'", "--name", "bad", "--restart", "never");
        await box.Ok("start", "sleep 1000", "--name", "ended");
        await box.Ok("stop", "ended");
        await box.UntilState("done", "stopped");
        await box.Until("bad", static entry => !entry.IsOnline, "bad has ended");
        var list = await box.Ok("list");
        await Assert.That(list.Lines.Single(line => line.Contains("\tnever\t"))).EndsWith("\tnever started\t-\t-\t-");
        await Assert.That(list.Lines.Single(line => line.Contains("\tdone\t"))).Contains("\tcompleted (exit 0, ");
        await Assert.That(list.Lines.Single(line => line.Contains("\tended\t"))).EndsWith("\t-\tSIGTERM\t-\t-");
        await Assert.That((await box.Get("never")).Json.GetProperty("lastRun").ValueKind).IsEqualTo(JsonValueKind.Null);
        foreach (var (name, code, cause) in new[] { ("done", 0, "exit"), ("bad", 3, "crash") })
        {
            var run = (await box.Get(name)).Json.GetProperty("lastRun");
            await Assert.That(run.GetProperty("exitCode").GetInt32()).IsEqualTo(code);
            await Assert.That(run.GetProperty("signal").ValueKind).IsEqualTo(JsonValueKind.Null);
            await Assert.That(run.GetProperty("cause").GetString()).IsEqualTo(cause);
            await Assert.That(run.GetProperty("endedAt").GetDateTimeOffset())
                .IsGreaterThanOrEqualTo(run.GetProperty("startedAt").GetDateTimeOffset());
        }
        var stopped = (await box.Get("ended")).Json.GetProperty("lastRun");
        await Assert.That(stopped.GetProperty("signal").GetString()).IsEqualTo("SIGTERM");
        await Assert.That(stopped.GetProperty("cause").GetString()).IsEqualTo("user");
    }

    [Test]
    public async Task An_empty_answer_says_what_to_type(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        string[] verbs =
        [
            "list", "pid all", "env all", "describe all", "stop all", "reload all", "flush all", "reset all",
            "delete all", "restart all", "start all",
        ];
        foreach (var verb in verbs)
        {
            (await box.Run(verb.Split(' '))).Exits(0)
                .Says("there are no processes; start one with: tspm start COMMAND");
        }
        (await box.Run("logs")).Exits(0).Says("there is no output yet; to follow new output: tspm logs -f");
        (await box.Run("logs", "--grep", "x")).Exits(0).Says("no line matches; to see the last lines: tspm logs\n");
        (await box.Run("search", "zzz")).Exits(0).Says("'zzz'").Says("tspm list");
        foreach (var verb in new[] { "list", "search zzz", "logs", "pid all" })
            await Assert.That((await box.Ok([.. verb.Split(' '), "--json"])).Err).IsEmpty();
        await Assert.That((await OnTerminal(box, 80, "list")).Out).DoesNotContain("│");
    }

    [Test]
    public async Task On_a_terminal_the_last_line_counts(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("app.json", """
            { "processes": [
                { "name": "web1", "command": "sleep 1000" }, { "name": "web2", "command": "sleep 1000" },
                { "name": "web3", "command": "sh -c 'exit 7'", "restart": { "policy": "never" } } ] }
            """);
        var ran = (await OnTerminal(box, 80, "start app.json --settle 3s")).Exits(1);
        await Assert.That(ran.Out.TrimEnd().Split('\n').Last()).IsEqualTo("2 online, 1 failed: web3");
        await box.Ok("start", "sleep 1000", "--name", "api", "--ready", "exec:false", "--no-wait");
        await box.Ok("start", "sleep 1000", "--name", "front-end-of-the-shop", "--depends-on", "api", "--no-wait");
        foreach (var width in new[] { 140, 80, 60 })
        {
            var list = (await OnTerminal(box, width, "list")).Out.ReplaceLineEndings("\n").TrimEnd().Split('\n');
            foreach (var line in list) await Assert.That(line.Length).IsLessThanOrEqualTo(width);
            await Assert.That(string.Join('\n', list)).Contains("waits for api to be ready")
                .And.Contains("waits for exec false (");
            // Perhaps in two lines.
            await Assert.That(string.Join('\n', list).Split('╯')[1]).Contains("\n2 online, 1 starting, ");
        }
        var piped = await box.Ok("start", "web1", "web2", "--force");
        await Assert.That(piped.Out.TrimEnd().Split('\n').Length).IsEqualTo(2);
    }
}
