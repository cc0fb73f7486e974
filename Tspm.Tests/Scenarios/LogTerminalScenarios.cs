using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>logs</c> on a real terminal, and the processes of a config file as its selection.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public sealed class LogTerminalScenarios
{
    const string Hint = "-- add -f to follow new output --";

    const string Config = """
        { "processes": [
            { "name": "web", "command": "sh", "args": ["-c",
                "printf '\\033[32mgreen\\033[0m \\033[2Jerror\\n'; echo oops >&2; exec sleep 1000"] },
            { "name": "front-end", "command": "sh -c 'echo ready; exec sleep 1000'" } ] }
        """;

    static async Task<TspmBox> Begin(CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        box.Write("app.json", Config);
        await box.Ok("start", "app.json");
        await box.UntilOut("web", "error");
        await box.UntilFile(box.ErrLog("web"), "oops");
        await box.UntilOut("front-end", "ready");
        return box;
    }

    /// <summary>The row with this text, and where in it the text begins.</summary>
    static (int X, int Y) Find(VtScreen screen, string text)
    {
        for (var y = 0; y < 24; y++)
            if (screen.Row(y).IndexOf(text, StringComparison.Ordinal) is var x and >= 0) return (x, y);
        throw new InvalidOperationException($"no '{text}' in:\n{screen.Text}");
    }

    static string StyleOf(TerminalShell shell, string text) =>
        shell.Ask(screen => Find(screen, text) is var (x, y) ? screen[x, y].Style : "");

    [Test]
    public async Task Names_and_marks_are_aligned_and_coloured_and_the_last_line_is_dim(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation);
        await using var shell = new TerminalShell(box, cancellation);
        await shell.Run("tspm logs --highlight err..");
        await Assert.That(shell.Text).Contains("web       | green error\n").And.Contains("web       ! oops\n")
            .And.Contains("front-end | ready\n");
        await Assert.That(StyleOf(shell, "green")).IsEqualTo("32");
        await Assert.That(StyleOf(shell, "error")).IsEqualTo("7");
        await Assert.That(StyleOf(shell, "! oops")).IsEqualTo("31");
        await Assert.That(StyleOf(shell, "oops")).IsEqualTo("");
        await Assert.That(StyleOf(shell, "web ")).IsNotEqualTo(StyleOf(shell, "front-end ")).And.IsNotEqualTo("");
        await Assert.That(StyleOf(shell, Hint)).IsEqualTo("2");
        var rows = shell.Text.Split('\n').ToList();
        await Assert.That(rows.IndexOf(Hint)).IsGreaterThan(rows.FindLastIndex(static row => row.Contains("| ready")));
        await Assert.That(shell.Ask(static screen => screen.Unknown)).IsNull();
    }

    [Test]
    public async Task The_hint_is_only_where_it_can_be_followed(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation);
        await using var shell = new TerminalShell(box, cancellation);
        foreach (var (arguments, shows) in new[]
        {
            ("web -n1", true), ("web --run last", false), ("web --until 2099-01-01", false), ("web --json", false),
            ("web --raw", false), ("web --grep nothing", false),
        })
        {
            await shell.Run($"tspm logs {arguments}");
            await Assert.That(shell.Text.Contains(Hint)).IsEqualTo(shows).Because($"{arguments}: {shell.Text}");
        }
        await shell.Run("tspm logs web > file; tspm logs web 2> notes | cat");
        await Assert.That(shell.Text).DoesNotContain(Hint);
        await Assert.That(TspmBox.Text(Path.Combine(box.Folder, "file"))).Contains("\e[2Jerror");
        await shell.Run("tspm daemon stop; tspm logs web");
        await Assert.That(shell.Text).Contains("! oops").And.DoesNotContain(Hint);
    }

    [Test]
    public async Task A_config_file_selects_its_processes_with_and_without_a_daemon(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation);
        await box.Ok("start", "--name", "other", "--", "sh", "-c", "echo other; exec sleep 1000");
        await box.UntilOut("other", "other");
        foreach (var isRunning in new[] { true, false })
        {
            if (!isRunning) await box.Ok("daemon", "stop");
            var all = await box.Ok("logs", "app.json", "--out");
            await Assert.That(all.Lines.Order(StringComparer.Ordinal).SequenceEqual(
                ["front-end | ready", "web | \e[32mgreen\e[0m \e[2Jerror"])).IsTrue().Because(all.Out);
            var three = await box.Ok("logs", "app.json", "other", "--out", "--no-prefix");
            await Assert.That(three.Lines.Contains("other")).IsTrue().Because(three.Out);
        }
        box.Write("more.json", """
            { "processes": [ { "name": "web", "command": "x" }, { "name": "new", "command": "x" } ] }
            """);
        var partly = (await box.Run("logs", "more.json")).Exits(0)
            .Says("not defined yet: new").Says("tspm start more.json");
        await Assert.That(partly.Out).Contains("oops").And.DoesNotContain("ready");
        box.Write("none.json", """{ "processes": [ { "name": "new", "command": "x" } ] }""");
        (await box.Run("logs", "none.json")).Exits(3).Says("no process of none.json exists yet");
        (await box.Run("logs", "missing.json")).Exits(3).Says("missing.json");
        // A process of another project is not the one that the file means.
        Directory.CreateDirectory(Path.Combine(box.Folder, "else"));
        box.Write("else/app.json", Config);
        (await box.Run("logs", "else/app.json")).Exits(3);
    }

    [Test]
    public async Task Inverted_lines_are_those_that_do_not_match(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation);
        foreach (var isRunning in new[] { true, false })
        {
            if (!isRunning) await box.Ok("daemon", "stop");
            await Assert.That((await box.Ok("logs", "web", "--grep", "green", "--invert")).Out).IsEqualTo("oops\n");
        }
        (await box.Run("logs", "web", "--invert")).Exits(2).Says("--grep");
        (await box.Run("logs", "web", "--highlight", "(")).Exits(2).Says("not a valid regular expression");
        (await box.Run("logs", "web", "--raw", "--highlight", "a")).Exits(2).Says("--highlight");
    }
}
