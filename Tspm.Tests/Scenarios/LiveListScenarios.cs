using Tspm.Model.Config;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>list -f</c> on a real terminal: what it shows, and that it leaves the terminal as it was.</summary>
[Timeout(120_000)]
public sealed class LiveListScenarios
{
    static async Task<(TspmBox Box, TerminalShell Shell)> Begin(CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web");
        return (box, new TerminalShell(box, cancellation));
    }

    static async Task Follow(TerminalShell shell)
    {
        await shell.NoteSettings();
        await shell.Type("sh -c 'echo $$ > pid; exec tspm list -f'\r");
        await shell.Until(static screen => screen.IsOpen && screen.Text.Contains("● online"), "the live list");
    }

    [Test]
    public async Task It_shows_what_happens_until_it_is_left(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Follow(shell);
        await box.Ok("start", "sleep 1000", "--name", "api");
        await shell.UntilText("│ api ");
        await box.Ok("stop", "web");
        await shell.UntilText("○ stopped");
        await Assert.That(shell.Ask(static screen => screen.HasWrapped)).IsFalse();
        await shell.Type("q");
        await shell.HasEnded(0);
        // The last list stays.
        await Assert.That(shell.Text).Contains("○ stopped").And.Contains("1 online, 1 stopped");
        await shell.IsAsBefore();
    }

    [Test]
    [Arguments("\u0003", 130), Arguments("\u001c", 131)]
    public async Task A_signal_of_a_key_ends_it_and_restores_the_terminal(
        string key, int code, CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Follow(shell);
        await shell.Type(key);
        await shell.HasEnded(code);
        await shell.IsAsBefore();
    }

    [Test]
    [Arguments(Signals.SIGTERM), Arguments(Signals.SIGHUP)]
    public async Task A_signal_from_outside_ends_it_and_restores_the_terminal(
        int signal, CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Follow(shell);
        await box.Shell($"kill -{signal} $(cat pid)");
        await shell.HasEnded(128 + signal);
        await shell.IsAsBefore();
    }

    [Test]
    public async Task Ctrl_Z_gives_the_terminal_back_until_fg(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Follow(shell);
        await shell.Type("\u001a");
        await shell.IsAsBefore();
        await shell.Type("fg\r");
        await shell.Until(static screen => screen.IsOpen && screen.Text.Contains("● online"), "the live list again");
        await shell.Type("q");
        await shell.IsAsBefore();
    }

    /// <summary>As with ssh -t: there is no shell whose fg could continue it.</summary>
    [Test]
    public async Task Ctrl_Z_does_not_stop_what_nobody_could_continue(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web");
        await using var terminal = new TerminalShell(box, cancellation, "tspm list -f");
        await terminal.Until(static screen => screen.IsOpen && screen.Text.Contains("● online"), "the live list");
        await terminal.Type("\u001a");
        await box.Ok("start", "sleep 1000", "--name", "api");
        await terminal.Until(static screen => screen.IsOpen && screen.Text.Contains("│ api "), "the live list");
        await terminal.Type("q");
        await terminal.Until(static screen => screen.IsRestored, "the end");
    }

    [Test]
    public async Task It_outlives_the_daemon(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Follow(shell);
        await box.Ok("daemon", "stop");
        await shell.UntilText("no daemon is running");
        await box.Ok("daemon", "start");
        await shell.Until(static screen => screen.IsOpen && screen.Text.StartsWith("1 online"), "the list again");
        LiveProcess.Kill((await box.DaemonPids()).Daemon, Signals.SIGKILL);
        await box.Ok("start", "sleep 1000", "--name", "later");
        await shell.UntilText("│ later ");
        await shell.Type("q");
        await shell.IsAsBefore();
    }

    [Test]
    public async Task A_resize_draws_anew(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Follow(shell);
        await Assert.That(shell.Text).Contains(" restarts ");
        await box.Shell("stty cols 30 rows 10 < /proc/$(cat pid)/fd/1");
        await shell.Until(static screen => screen.IsOpen && !screen.Text.Contains(" restarts "), "a narrow list");
        await shell.Type("q");
        await shell.IsAsBefore();
    }

    [Test]
    public async Task Without_a_terminal_it_says_what_to_type_instead(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("list", "-f")).Exits(2).Says("tspm events -f");
        await box.Ok("start", "sleep 1000", "--name", "web");
        await using var shell = new TerminalShell(box, cancellation);
        await shell.Run("TERM=dumb tspm list -f; echo code $?");
        await Assert.That(shell.Text).Contains("code 2");
        await shell.Run("TSPM_HOME=/tmp/none tspm list -f; echo code $?");
        await Assert.That(shell.Text).Contains("code 4");
        await Assert.That(shell.Ask(static screen => screen.IsRestored)).IsTrue();
    }
}
