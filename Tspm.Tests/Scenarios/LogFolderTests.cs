using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Folders of log files are made when they are missing, and what cannot be opened is said.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class LogFolderTests
{
    const string Counting = "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.05; done";

    static async Task<string> Troubles(TspmBox box) => (await box.Status()).GetProperty("troubles").ToString();

    [Test]
    public async Task The_homes_own_folder_is_made_again_while_a_program_prints(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var logs = Path.Combine(box.Home, "logs");
        await box.Ok("start", Counting, "--name", "t");
        await box.UntilOut("t", "line 1\n");
        // As rm -r does it; a line in between keeps the folder for a moment.
        await box.Shell($"until rm -r {logs} 2>/dev/null; do :; done");
        await box.UntilOut("t", "line");
        await Assert.That(File.GetUnixFileMode(logs))
            .IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await box.Ok("start", "echo hello; sleep 1000", "--name", "new");
        await box.UntilOut("new", "hello");
        await box.Ok("restart", "t");
        await Assert.That((await box.Ok("reopen")).Out).Contains("t: log files reopened\n");
    }

    [Test]
    public async Task A_chosen_folder_is_made_and_made_again_and_no_line_after_that_is_lost(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", Counting, "--name", "t", "-o", "new/dir/t.log", "--err-file", "other/t.log");
        await box.UntilFile("new/dir/t.log", "line 1\n");
        await Assert.That(File.Exists(Path.Combine(box.Folder, "other/t.log"))).IsTrue();
        var mode = File.GetUnixFileMode(Path.Combine(box.Folder, "new/dir"));
        await Assert.That(mode & UnixFileMode.OtherWrite).IsEqualTo(UnixFileMode.None);
        await Assert.That(mode)
            .IsEqualTo(File.GetUnixFileMode(box.Folder) & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        await box.Shell("until rm -r new 2>/dev/null; do :; done");
        await box.UntilFile("new/dir/t.log", "line");
        var text = await box.UntilFile("new/dir/t.log", "\nline");
        var first = int.Parse(text.Split('\n')[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        await box.UntilFile("new/dir/t.log", $"line {first}\nline {first + 1}\nline {first + 2}\nline {first + 3}\n");
    }

    [Test]
    public async Task What_cannot_be_opened_is_a_trouble_and_reopen_and_restart_say_so_and_keep_the_child(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var logs = Path.Combine(box.Folder, "out");
        await box.Ok("start", Counting, "--name", "t", "-o", "out/t.log");
        await box.Ok("add", "sleep 1000", "--name", "idle");
        await box.UntilFile("out/t.log", "line 1\n");
        var pid = await box.PidOf("t");
        await box.Shell("until rm -r out 2>/dev/null && : 2>/dev/null > out; do :; done");
        var refused = (await box.Run("reopen")).Exits(1)
            .Says($"t: the log {logs}/t.log was removed or moved away and cannot be recreated: Not a directory");
        await Assert.That(refused.Out).IsEqualTo("idle: its log files are not open\n");
        await Assert.That(await Troubles(box)).Contains("cannot be recreated");
        (await box.Run("restart", "t")).Exits(1)
            .Says($"not restarted: cannot open the log file {logs}/t.log: Not a directory")
            .Says($"the old one keeps running (pid {pid})");
        await Assert.That((await box.Get("t")).Pid).IsEqualTo(pid);
        await Assert.That((await box.Get("t")).State).IsEqualTo("online");
        File.Delete(logs);
        await box.UntilFile("out/t.log", "line");
        await box.Until(async () => await Troubles(box) == "[]" ? "none" : null, "no trouble is left");
        await Assert.That((await box.Ok("reopen", "t")).Out).IsEqualTo("t: log files reopened\n");
        await box.Ok("restart", "t");
        await Assert.That(await box.PidOf("t")).IsNotEqualTo(pid);
    }

    [Test]
    public async Task A_working_directory_that_is_gone_is_not_made_for_a_log(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "releases/1"));
        Directory.CreateDirectory(Path.Combine(box.Folder, "releases/2"));
        var current = Path.Combine(box.Folder, "current");
        File.CreateSymbolicLink(current, "releases/1");
        await box.Ok("start", Counting, "--name", "t", "--cwd", "current", "-o", "log/t.log");
        await box.UntilFile("releases/1/log/t.log", "line 1\n");
        File.Delete(current);
        await box.Until(async () => (await Troubles(box)).Contains("No such file") ? "said" : null, "it is said");
        await Assert.That(Directory.Exists(current)).IsFalse();
        File.CreateSymbolicLink(current, "releases/2");
        await box.UntilFile("releases/2/log/t.log", "line");
    }
}
