using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>daemon upgrade</c> to what cannot take over: nothing is touched, or all is as before when it went wrong late.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class UpgradeRefusedTests
{
    [Test]
    [Arguments("missing", "No such file")]
    [Arguments("folder", "is a folder")]
    [Arguments("garbage", "not an executable of this system")]
    [Arguments("script", "a script, perhaps?")]
    [Arguments("text", "cannot be executed")]
    [Arguments("fifo", "not a regular file")]
    [Arguments("elf-without-exec-bit", "chmod +x?")]
    [Arguments("half-an-executable", "does not run")]
    public async Task A_file_that_is_no_executable(string kind, string sentence, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await Refused(box, await Make(box, kind), sentence);
    }

    static async Task<string> Make(TspmBox box, string kind)
    {
        const UnixFileMode executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var path = Path.Combine(box.Folder, "candidate");
        switch (kind)
        {
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "fifo":
                (await box.RunProgram("/usr/bin/env", "mkfifo", "-m", "700", path)).Exits(0);
                break;
            case "garbage":
                File.WriteAllText(path, "garbage, and executable");
                File.SetUnixFileMode(path, executable);
                break;
            case "script":
                File.WriteAllText(path, $"#!/bin/sh\nexec {PublishedExecutable.Path} \"$@\"\n");
                File.SetUnixFileMode(path, executable);
                break;
            case "text":
                File.WriteAllText(path, "text");
                break;
            case "elf-without-exec-bit":
                File.Copy(PublishedExecutable.Path, path);
                File.SetUnixFileMode(path, UnixFileMode.UserRead);
                break;
            case "half-an-executable":
                File.WriteAllBytes(path, File.ReadAllBytes(PublishedExecutable.Path)[..40]);
                File.SetUnixFileMode(path, executable);
                break;
        }
        return path;
    }

    [Test]
    [Arguments("for (;;) pause();", "did not answer within 5 s")]
    [Arguments("if (fork() == 0) for (;;) pause(); return 0;", "did not answer within 5 s")]
    [Arguments("return 7;", "exited 7")]
    [Arguments("abort();", "killed by SIGABRT")]
    [Arguments("for (;;) puts(\"yes\");", "more than an answer")]
    [Arguments("puts(\"{\\\"version\\\":\\\"9\\\"}\"); return 0;", "did not answer as a tspm")]
    [Arguments("puts(\"[]\"); return 0;", "did not answer as a tspm")]
    [Arguments("return 0;", "did not answer as a tspm")]
    public async Task A_program_that_is_no_tspm(string body, string sentence, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram
            .Build(box, "other",
                $"#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\nint main(void) {{ {body} }}");
        await Refused(box, program, sentence);
        await box.Until(() =>
            !LiveProcess.All().Select(pid => new FileInfo($"/proc/{pid}/exe")).Any(exe => LinkOf(exe) == program),
                "nothing of it is left");
    }

    [Test]
    [Arguments(0, 2, 2, "processes.json", 1, 0)]
    [Arguments(1, 1, 2, "run/", 2, 1)]
    [Arguments(1, 2, 1, "guardian hands over", 2, 1)]
    public async Task A_version_that_cannot_read_the_present_state(
        int processes, int runRecords, int handover, string what, int present, int readable,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await OtherVersion.ThatAnswers(box, "older", OtherVersion.Proof(processes, runRecords, handover));
        await Refused(box, program, what, $"is tspm {OtherVersion.Number} and cannot read", $"format {present}",
            $"reads formats up to {readable}");
    }

    [Test]
    public async Task While_the_state_cannot_be_saved(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        Directory.CreateDirectory(Path.Combine(box.Home, "processes.json.tmp", "in-the-way"));
        await Refused(box, await OtherVersion.Newer(box, "new/tspm"), "the state cannot be saved", null);
        Directory.Delete(Path.Combine(box.Home, "processes.json.tmp"), recursive: true);
        await box.Ok("daemon", "upgrade", Path.Combine(box.Folder, "new/tspm"));
    }

    [Test]
    public async Task A_daemon_that_cannot_start_brings_the_former_version_back_with_all_children(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var broken = await OtherVersion.WhoseDaemonCannotStart(box, "broken/tspm");
        await BroughtBack(box, broken, "nil/writer.lock");
    }

    [Test]
    public async Task A_daemon_that_dies_again_and_again_brings_the_former_version_back_with_all_children(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await BroughtBack(box, await OtherVersion.WhoseDaemonDies(box, "broken/tspm"),
            "ended 3 times before it answered (exited 1)");
    }

    static async Task BroughtBack(TspmBox box, string broken, string reason)
    {
        await box.Ok("start", "--name", "w", "--", "sh", "-c",
            "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.001; done");
        var (daemon, guardian) = await box.DaemonPids();
        var pid = await box.PidOf("w");
        var before = new FileInfo($"/proc/{guardian}/exe").LinkTarget;
        var failed = await box.Run("daemon", "upgrade", broken);
        failed.Exits(1).Says("not upgraded").Says(reason)
            .Says($"tspm {OtherVersion.Present} (pid ").Says("keep running");
        var status = await box.Status();
        await Assert.That(status.GetProperty("version").GetString()).IsEqualTo(OtherVersion.Present);
        await Assert.That(status.GetProperty("guardianPid").GetInt32()).IsEqualTo(guardian);
        await Assert.That(status.GetProperty("pid").GetInt32()).IsNotEqualTo(daemon);
        await Assert.That(status.GetProperty("troubles").EnumerateArray().Select(trouble =>
            trouble.GetString()!).Single()).Contains(reason);
        await Assert.That(new FileInfo($"/proc/{guardian}/exe").LinkTarget).IsEqualTo(before);
        await Assert.That(await box.PidOf("w")).IsEqualTo(pid);
        // The next upgrade works, and what is no trouble any more is not said.
        await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "good/tspm"));
        await Assert.That((await box.Status()).GetProperty("troubles").GetArrayLength()).IsEqualTo(0);
        await box.Ok("stop", "w");
        var lines = File.ReadAllLines(box.OutLog("w"));
        await Assert.That(lines.SequenceEqual(Enumerable.Range(0, lines.Length).Select(i => $"line {i}"))).IsTrue()
            .Because("no line is lost or doubled");
    }

    [Test]
    public async Task A_guardian_that_ends_at_once_costs_no_child(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        var liar = await OtherVersion.ThatAnswers(box, "liar", OtherVersion.Proof());
        (await box.Run("daemon", "upgrade", liar)).Exits(1).Says("ended as soon as it had taken over");
        var after = await box.Get("s");
        await Assert.That((after.Pid, after.IsOnline, after.Restarts)).IsEqualTo((pid, true, 0));
    }

    /// <summary>Exit 1 with these sentences, and then the same daemon with the same child.</summary>
    static async Task Refused(TspmBox box, string path, params string?[] sentences)
    {
        if (sentences[^1] is not null) await box.Ok("start", "sleep 1000", "--name", "s");
        var pids = await box.DaemonPids();
        var before = await box.List();
        var refused = await box.Run("daemon", "upgrade", path);
        refused.Exits(1).Says("not upgraded, nothing was changed");
        foreach (var sentence in sentences)
            if (sentence is not null) refused.Says(sentence);
        await Assert.That(await box.DaemonPids()).IsEqualTo(pids);
        await Assert.That((await box.List()).Select(entry => (entry.Pid, entry.Restarts)).ToList())
            .IsEquivalentTo(before.Select(entry => (entry.Pid, entry.Restarts)).ToList());
        await Assert.That((await box.Status()).TryGetProperty("upgradeProblem", out _)).IsFalse();
    }

    static string? LinkOf(FileInfo exe)
    {
        try
        {
            return exe.LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
