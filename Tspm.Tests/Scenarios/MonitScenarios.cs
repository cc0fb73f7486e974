using Tspm.Model.Config;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>monit</c> on a real terminal.</summary>
[Timeout(120_000)]
public sealed class MonitScenarios
{
    static async Task<(TspmBox Box, TerminalShell Shell)> Begin(CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        await box.Ok("start", "sh -c 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; exec sleep 1000'",
            "--name", "web");
        await box.Ok("start", "sleep 1000", "--name", "db");
        await box.UntilOut("web", "line 300\n");
        return (box, new TerminalShell(box, cancellation));
    }

    static async Task Open(TerminalShell shell, string arguments = "")
    {
        await shell.NoteSettings();
        await shell.Type($"sh -c 'echo $$ > pid; exec tspm monit {arguments}'\r");
        await shell.Until(static screen => screen.IsOpen && screen.Text.Contains("● web"), "the screen");
    }

    static async Task HasEnded(TerminalShell shell, int code)
    {
        await shell.HasEnded(code);
        await shell.IsAsBefore();
    }

    [Test]
    public async Task It_filters_stops_scrolls_and_leaves_everything_running(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Open(shell);
        await shell.UntilText("line 300");
        await shell.Type("/db\r");
        await shell.Until(static screen => !screen.Text.Contains("● web"), "only db");
        await shell.Type("x");
        await shell.UntilText("$ tspm stop db  db: stopped");
        await shell.UntilText("○ db");
        await box.UntilState("db", "stopped");
        await shell.Type("\u001b");
        await shell.UntilText("● web");
        await shell.Type("k");
        // The pane: the newest line, then older ones, then a search.
        await shell.Type("\t");
        await shell.UntilText("line 300");
        await shell.Type("\u001b[5~");
        await shell.Until(
            static screen => screen.Text.Contains("PAUSED") && !screen.Text.Contains("line 300"), "a pause");
        await shell.Type("/line 12$\r");
        await shell.Until(static screen => screen.Text.Contains("line 12\n") || screen.Text.Contains("line 12 "),
            "line 12, which is older than the lines that were read first");
        await shell.Type("G");
        await shell.UntilText("line 300");
        await shell.Type("2");
        await shell.UntilText("web is online");
        await shell.Type("3");
        await shell.UntilText("runs       pid");
        await Assert.That(shell.Ask(static screen => screen.HasWrapped)).IsFalse();
        await shell.Type("q");
        await HasEnded(shell, 0);
        await box.UntilState("web", "online");
    }

    [Test]
    public async Task It_outlives_the_daemon_and_misses_no_line(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Open(shell);
        await shell.Type("j");
        await shell.UntilText("no output yet");
        LiveProcess.Kill((await box.DaemonPids()).Daemon, Signals.SIGKILL);
        await box.Ok("start", "sh -c 'echo hello; exec sleep 1000'", "--name", "later");
        await shell.UntilText("● later");
        await box.Ok("restart", "db");
        await shell.UntilText("restarted by user");
        await Assert.That(shell.Text.Split("is stopping").Length).IsEqualTo(2).Because("no line comes twice");
        await box.Ok("daemon", "stop");
        await shell.UntilText("no daemon is running");
        await box.Ok("daemon", "start");
        await shell.Until(static screen => !screen.Text.Contains("no daemon is running"), "the daemon again");
        await shell.UntilText("3 online");
        await shell.Type("q");
        await HasEnded(shell, 0);
    }

    [Test]
    [Arguments("\u0003", 130), Arguments("\u001c", 131)]
    public async Task A_key_ends_it_and_restores_the_terminal(string key, int code, CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Open(shell);
        await shell.Type(key);
        await HasEnded(shell, code);
    }

    [Test]
    [Arguments(Signals.SIGTERM), Arguments(Signals.SIGHUP), Arguments(Signals.SIGINT)]
    public async Task A_signal_ends_it_and_restores_the_terminal(int signal, CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Open(shell);
        await box.Shell($"kill -{signal} $(cat pid)");
        await HasEnded(shell, 128 + signal);
    }

    [Test]
    public async Task Ctrl_Z_gives_the_terminal_back_until_fg(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Open(shell);
        await shell.Type("\u001a");
        await shell.IsAsBefore();
        await shell.Type("fg\r");
        await shell.Until(static screen => screen.IsOpen && screen.Text.Contains("● web"), "the screen again");
        await shell.Type("q");
        await HasEnded(shell, 0);
    }

    /// <summary>Nothing can restore the terminal then, but the next command must not suffer from it.</summary>
    [Test]
    public async Task After_kill_9_the_next_command_works(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Open(shell);
        await box.Shell("kill -9 $(cat pid)");
        // In the settings that the screen has left behind, typed blindly.
        await shell.Type("clear; tspm list\r");
        await shell.UntilText("2 online; cpu");
    }

    [Test]
    public async Task An_exception_that_nobody_handles_restores_the_terminal(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await shell.NoteSettings();
        await shell.Type($"{CrashingScreen.Variable}=1 {Environment.ProcessPath}\r");
        await shell.UntilText("a bug");
        await HasEnded(shell, 134);
    }

    [Test]
    public async Task It_copies_to_the_clipboard_and_gives_the_mouse_back(CancellationToken cancellation)
    {
        const int mouse = 1002;
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Open(shell);
        await shell.UntilText("line 300");
        await shell.Type("y");
        await shell.Until(static screen => screen.Clipboard == "web", "the name on the clipboard");
        // The mouse is dragged over the last two lines; rows count from 1.
        var row = shell.Text.Split('\n').ToList().FindIndex(static text => text.Contains("line 299")) + 1;
        await shell.Type($"\e[<0;20;{row}M\e[<32;5;{row + 1}M\e[<0;5;{row + 1}m");
        await shell.Until(static screen => screen.Clipboard == "line 299\nline 300", "the lines on the clipboard");
        await Assert.That(shell.Ask(static screen => screen.Modes.Contains(mouse))).IsTrue();
        await shell.Type("M");
        await shell.Until(static screen => !screen.Modes.Contains(mouse), "the mouse for the terminal");
        await shell.Type("M");
        await shell.Until(static screen => screen.Modes.Contains(mouse), "the mouse for the screen");
        await shell.Type("q");
        await HasEnded(shell, 0);
    }

    [Test]
    public async Task A_pager_gets_the_terminal_and_the_screen_comes_back(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        box.Write("page.sh", "#!/bin/sh\nhead -n 2 \"$1\"; echo paged; read answer\n");
        await shell.Run("chmod +x page.sh; export PAGER=$PWD/page.sh");
        await Open(shell);
        await shell.Type("\tp");
        await shell.Until(static screen => screen.IsRestored && screen.Text.Contains("paged"), "the pager");
        await shell.Type("\r");
        await shell.Until(static screen => screen.IsOpen && screen.Text.Contains("● web"), "the screen again");
        await shell.Type("q");
        await HasEnded(shell, 0);
    }

    [Test]
    public async Task One_frame_can_be_printed_without_a_terminal(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("monit")).Exits(2).Says("tspm monit --once");
        (await box.Run("monit", "--once")).Exits(4);
        await box.Ok("start", "sh -c 'echo hello; exec sleep 1000'", "--name", "web");
        await box.UntilOut("web", "hello");
        var frame = await box.Ok("monit", "--once");
        await Assert.That(frame.Out).Contains("● web").And.Contains("hello").And.DoesNotContain("\e");
        foreach (var (tab, text) in new[]
        {
            ("why", "web is online"), ("info", "runs       pid"), ("env", "TSPM_HOME=***"),
            ("events", "web  started"), ("graph", "depends on"),
        })
            await Assert.That((await box.Ok("monit", "--once", "--tab", tab)).Out).Contains(text);
        (await box.Run("monit", "--tab", "nonsense")).Exits(2).Says("logs, why, info");
        (await box.Run("top", "--interval", "10ms")).Exits(2).Says("500 ms or more");
    }

    [Test]
    public async Task Read_only_changes_nothing(CancellationToken cancellation)
    {
        var (box, shell) = await Begin(cancellation);
        await using var _ = box;
        await using var __ = shell;
        await Open(shell, "--read-only");
        await shell.Type("x");
        await shell.UntilText("read-only");
        await shell.Type("q");
        await HasEnded(shell, 0);
        await box.UntilState("web", "online");
    }
}
