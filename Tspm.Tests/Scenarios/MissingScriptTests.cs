using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>A script for which Tspm chose the interpreter must be there, whoever starts it.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class MissingScriptTests
{
    const string Script = "trap 'exit 0' TERM; echo up; while :; do sleep 0.02; done";

    [Test]
    [Arguments("./nix.js"), Arguments("./nix.py"), Arguments("nix.sh")]
    public async Task An_imported_one_is_an_error_before_anything_starts(string script, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("ok.sh", Script);
        box.Write("pm2.json", $$"""
            { "apps": [ { "name": "ok", "script": "ok.sh" }, { "name": "pc", "script": "{{script}}" } ] }
            """);
        (await box.Run("start", "pm2.json")).Exits(1)
            .Says($"'pc': there is no script {script} in {box.Folder}; nothing was started");
        await Assert.That(await box.List()).IsEmpty();
        await box.Ok("import", "pm2", "pm2.json", "-o", "tspm.json");
        (await box.Ok("validate", "tspm.json")).Says($"warning: 'pc': there is no script {script}");
        (await box.Ok("plan", "tspm.json")).Says($"warning: 'pc': there is no script {script}");
        var applied = (await box.Run("apply", "tspm.json")).Exits(1)
            .Says($"warning: 'pc': there is no script {script}").Says($"pc: there is no script {script}");
        await Assert.That(applied.Out).Contains("ok: online").And.DoesNotContain("pc: online");
        await Assert.That((await box.Get("pc")).State).IsEqualTo("errored");
    }

    [Test]
    public async Task A_restart_for_which_it_is_missing_leaves_the_child_alone(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("gone.sh", Script);
        await box.Ok("start", "gone.sh");
        await box.UntilOut("gone", "up\n");
        var pid = await box.PidOf("gone");
        File.Delete(Path.Combine(box.Folder, "gone.sh"));
        var missing = $"there is no script gone.sh in {box.Folder}";
        (await box.Run("restart", "gone")).Exits(1)
            .Says($"not restarted: {missing}; the old one keeps running (pid {pid})");
        (await box.Run("start", "gone", "--force")).Exits(1).Says(missing);
        (await box.Run("reload", "gone")).Exits(1).Says(missing);
        await Assert.That(await box.PidOf("gone")).IsEqualTo(pid);
        await Assert.That((await box.Ok("events", "gone")).Out).Contains($"not restarted: {missing}");
        box.Write("other.sh", Script);
        await box.Ok("set", "gone", "command=./nix.sh");
        (await box.Run("restart", "gone")).Exits(1).Says("there is no script ./nix.sh");
        await Assert.That(await box.PidOf("gone")).IsEqualTo(pid);
        await box.Ok("set", "gone", "command=other.sh");
        await box.Ok("restart", "gone");
        await Assert.That(await box.PidOf("gone")).IsNotEqualTo(pid);
    }

    [Test]
    public async Task One_that_is_missing_after_a_crash_is_tried_again(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("web.sh", Script);
        await box.Ok("start", "web.sh", "--restart-delay", "20ms", "--max-restarts", "1000");
        await box.UntilOut("web", "up\n");
        File.Delete(Path.Combine(box.Folder, "web.sh"));
        LiveProcess.Kill(await box.PidOf("web"));
        await box.Until(
            "web", entry => entry.Json.GetProperty("reason").GetString()!.StartsWith("there is no script web.sh"),
            "the script is missed");
        box.Write("web.sh", Script);
        await box.UntilState("web", "online");
    }

    [Test]
    public async Task A_file_that_names_another_interpreter_runs_itself(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        // awk reads the file named on its command line as a program; a shell would fail in the first line.
        const string Awk = "#!/usr/bin/env -S awk -f\nBEGIN { print \"from awk\"; system(\"sleep 1000\") }\n";
        Directory.CreateDirectory(Path.Combine(box.Folder, "bin"));
        foreach (var name in (string[])["p.sh", "bin/q.js", "r.py"])
            File.SetUnixFileMode(
                box.Write(name, Awk), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await box.Ok("start", "./p.sh");
        await box.Ok("start", "p.sh", "--name", "bare");
        await box.Ok("start", "bin/q.js a b", "--name", "line");
        await box.Ok("start", "./r.py", "x", "--name", "words");
        await box.Ok("add", "r.py", "--name", "added");
        await box.Ok("start", "added");
        foreach (var name in (string[])["p", "bare", "line", "words", "added"]) await box.UntilOut(name, "from awk\n");
    }
}
