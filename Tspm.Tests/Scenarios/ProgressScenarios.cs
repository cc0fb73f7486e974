using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>A long change of several processes on a real terminal: its lines, its end, and Ctrl-C.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public sealed class ProgressScenarios
{
    const string Deaf = "trap '' TERM; echo ready; while :; do sleep 0.02; done";

    /// <summary>Processes that ignore SIGTERM, and are killed after this time.</summary>
    static async Task<TspmBox> Begin(int count, string killTimeout, CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        for (var i = 0; i < count; i++)
            await box.Ok("start", "--name", $"deaf{i}", "--kill-timeout", killTimeout, "--", "sh", "-c", Deaf);
        for (var i = 0; i < count; i++) await box.UntilOut($"deaf{i}", "ready");
        return box;
    }

    [Test]
    public async Task Each_process_has_a_line_until_all_are_done(CancellationToken cancellation)
    {
        await using var box = await Begin(2, "4s", cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web");
        await using var shell = new TerminalShell(box, cancellation, columns: 60);
        await shell.UntilPrompt();
        await shell.Type("tspm stop all\r");
        await shell.Until(static screen => screen.Text.Contains("deaf0  stopping, SIGKILL in ")
            && screen.Text.Contains("deaf1  stopping, SIGKILL in ")
            && screen.Text.Contains("2 stopping, 1 stopped"), "a line for each");
        await Assert.That(shell.Text).DoesNotContain("web");
        await shell.UntilText("3 stopped");
        await shell.UntilPrompt();
        await Assert.That(shell.Text).DoesNotContain("SIGKILL in").And.DoesNotContain("2 stopping");
        await Assert.That(shell.Ask(static screen => (screen.HasWrapped, screen.Unknown))).IsEqualTo((false, null));
    }

    [Test]
    public async Task Ctrl_C_says_what_continues_and_it_does(CancellationToken cancellation)
    {
        await using var box = await Begin(2, "8s", cancellation);
        await using var shell = new TerminalShell(box, cancellation, columns: 60);
        await shell.UntilPrompt();
        await shell.Type("tspm stop deaf0 deaf1\r");
        await shell.UntilText("deaf1  stopping, SIGKILL in ");
        await shell.Type("\u0003");
        await shell.UntilText("deaf0 and deaf1 are still stopping; 'stop' continues in the");
        await shell.UntilPrompt();
        await Assert.That(shell.Text).Contains("tspm list -f").And.DoesNotContain("SIGKILL in");
        await shell.Type("echo code $?\r");
        await shell.UntilText("code 130");
        await Assert.That((await box.Get("deaf0")).Json.GetProperty("state").GetString()).IsEqualTo("stopping");
        await box.UntilState("deaf0", "stopped");
        await box.UntilState("deaf1", "stopped");
        await Assert.That(shell.Ask(static screen => (screen.HasWrapped, screen.Unknown))).IsEqualTo((false, null));
    }

    [Test]
    public async Task What_starts_says_what_it_waits_for_and_what_has_no_row_is_counted(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var processes = string.Join(", ", Enumerable.Range(0, 9).Select(static i =>
            $$"""{ "name": "p{{i}}", "command": "sleep 1000", "ready": { "exec": "test -e go" } }"""));
        box.Write("app.json", $$"""{ "processes": [ {{processes}} ] }""");
        await using var shell = new TerminalShell(box, cancellation, columns: 60, rows: 8);
        await shell.UntilPrompt();
        await shell.Type("tspm start app.json\r");
        await shell.Until(static screen => screen.Text.Contains("p0  waiting for exec test -e go, ")
            && screen.Text.Contains("… and 4 more\n9 starting; Ctrl-C"), "the first of them");
        box.Write("go", "");
        await shell.UntilText("9 online");
        await shell.UntilPrompt();
        await Assert.That(shell.Text).DoesNotContain("waiting for").And.DoesNotContain("more");
        await Assert.That(shell.Ask(static screen => (screen.HasWrapped, screen.Unknown))).IsEqualTo((false, null));
    }
}
