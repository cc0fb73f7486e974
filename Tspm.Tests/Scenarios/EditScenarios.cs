using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>edit</c>: the config in the user's editor. The editors here are scripts, as in a pipeline.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public sealed class EditScenarios
{
    static async Task<TspmBox> Begin(CancellationToken cancellation, string editor)
    {
        var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1001", "--name", "web", "-e", "SECRET_KEY=abc");
        box.Variables["TMPDIR"] = box.Folder;
        box.Variables["EDITOR"] = box.Write("editor", "#!/bin/sh\n" + editor);
        File.SetUnixFileMode(box.Variables["EDITOR"],
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return box;
    }

    static string[] Kept(TspmBox box) => Directory.GetDirectories(box.Folder, "tspm-edit-*");

    [Test]
    public async Task An_edited_config_is_shown_and_applied(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation, "stat -c '%a' $1 $(dirname $1); sed -i s/1001/1011/ $1\n");
        var pid = await box.PidOf("web");
        var edited = await box.Ok("edit", "web");
        await Assert.That(edited.Out).StartsWith("600\n700\n").And.Contains("change web: command; restarts it\n")
            .And.Contains("web: online");
        var web = await box.Get("web");
        await Assert.That(web.Pid).IsNotEqualTo(pid);
        await Assert.That(LiveProcess.CommandOf(web.Pid!.Value)).Contains("1011");
        await Assert.That(web.Json.GetProperty("project").GetString()).IsNull();
        await Assert.That((await box.Ok("env", "web")).Out).Contains("SECRET_KEY=abc");
        await Assert.That(Kept(box)).IsEmpty();
    }

    [Test]
    public async Task Without_a_change_nothing_happens(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation, "grep -q SECRET_KEY $1\n");
        var pid = await box.PidOf("web");
        await Assert.That((await box.Ok("edit", "web")).Out).IsEqualTo("nothing was changed\n");
        await Assert.That(await box.PidOf("web")).IsEqualTo(pid);
        await Assert.That(Kept(box)).IsEmpty();
    }

    [Test]
    [Arguments("sed -i 's/\"command\"/\"comand\"/' $1", "comand")]
    [Arguments("echo '{' > $1", "tspm.json")]
    [Arguments("sed -i 's/\"web\"/\"shop\"/' $1", "'web' is missing in the file; to rename a process: tspm rename")]
    public async Task A_version_that_is_refused_is_kept(
        string change, string reason, CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation, change + "\n");
        var pid = await box.PidOf("web");
        (await box.Run("edit", "web")).Exits(1).Says(reason).Says("your version is kept in ");
        await Assert.That(File.Exists(Path.Combine(Kept(box).Single(), "tspm.json"))).IsTrue();
        await Assert.That(await box.PidOf("web")).IsEqualTo(pid);
    }

    [Test]
    public async Task On_a_terminal_a_refused_version_can_be_edited_again(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation,
            "if grep -q comand $1; then sed -i 's/comand/command/; s/1001/1021/' $1\n"
                + "else sed -i s/command/comand/ $1; fi\n");
        await using var shell = new TerminalShell(box, cancellation);
        await shell.Type("tspm edit web\r");
        await shell.UntilText("edit it again? [y/N]");
        await shell.Type("y\r");
        await shell.UntilText("web: online");
        await Assert.That(LiveProcess.CommandOf(await box.PidOf("web"))).Contains("1021");
    }

    [Test]
    public async Task With_assignments_or_flags_it_is_set(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation, "exit 1\n");
        await Assert.That((await box.Ok("edit", "web", "restart.delayMs=700")).Out).IsEqualTo("web: updated\n");
        await Assert.That((await box.Ok("edit", "web", "--memory", "900MB")).Out).IsEqualTo("web: updated\n");
    }

    [Test]
    public async Task Without_an_editor_the_message_says_what_to_set(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation, "");
        box.Variables["EDITOR"] = "nosucheditor";
        (await box.Run("edit", "web")).Exits(1).Says("nosucheditor").Says("set EDITOR to your editor");
    }

    [Test]
    public async Task Monit_opens_the_editor_and_comes_back(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation, "sed -i s/1001/1031/ $1\n");
        await using var shell = new TerminalShell(box, cancellation, columns: 100);
        await shell.NoteSettings();
        await shell.Type("tspm monit\r");
        await shell.UntilText("q quit");
        await shell.Type("e");
        await shell.UntilText("Enter returns to monit");
        await Assert.That(shell.Text).Contains("change web: command; restarts it");
        await shell.Type("\r");
        await shell.UntilText("$ tspm edit web");
        await shell.Type("q");
        await shell.IsAsBefore();
        await Assert.That(LiveProcess.CommandOf(await box.PidOf("web"))).Contains("1031");
    }
}
