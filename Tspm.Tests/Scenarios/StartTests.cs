using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>start</c>: commands, arguments, interpreters, what is known already, what cannot run.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class StartTests
{
    [Test]
    public async Task After_the_dashes_alone_comes_the_program_as_it_is(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "p", "--restart", "never", "--", "printf", "[%s]", "a b", "$HOME", "--name",
            "*", "");
        await Assert.That(await box.UntilOut("p", "[]")).IsEqualTo("[a b][$HOME][--name][*][]");
    }

    [Test]
    public async Task After_a_command_and_the_dashes_come_more_arguments(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "printf '[%s]' 'one 1'", "--name", "p", "--restart", "never", "--", "two 2", "-x");
        await Assert.That(await box.UntilOut("p", "[-x]")).IsEqualTo("[one 1][two 2][-x]");
    }

    [Test]
    public async Task Shell_language_is_for_the_shell_and_all_else_is_not(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "echo $TSPM_NAME | tr a-z A-Z", "--name", "shell", "--restart", "never");
        await box.UntilOut("shell", "SHELL\n");
        await box.Ok("start", "sleep 1000", "--name", "direct");
        await Assert.That(LiveProcess.CommandOf(await box.PidOf("direct"))).IsEqualTo("sleep 1000");
    }

    [Test]
    [Arguments("x.sh", "echo from sh; exec sleep 1000"),
        Arguments("x.py", "print('from py', flush=True)\nimport time; time.sleep(1000)"),
            Arguments("x.js", "console.log('from js'); setInterval(() => {}, 1000)")]
    public async Task An_interpreter_goes_by_the_ending(string file, string text, CancellationToken cancellation)
    {
        var ending = file.Split('.')[1];
        _ = ending == "py" ? Tools.Python : ending == "js" ? Tools.Node : "";
        await using var box = new TspmBox(cancellation);
        box.Write(file, text);
        await box.Ok("start", file, "--name", "x");
        await box.UntilOut("x", $"from {ending}");
    }

    [Test]
    public async Task Flags_may_come_anywhere_and_in_any_spelling(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name=a", "--restart-delay=2s", "sleep 1000", "--namespace", "web", "--max-restarts=3",
            "-e", "A=1", "-e", "B=2");
        var config = (await box.Ok("describe", "a", "--json", "--show-env")).Json.GetProperty("config");
        await Assert.That(config.GetProperty("restart").GetProperty("delayMs").GetInt32()).IsEqualTo(2000);
        await Assert.That(config.GetProperty("restart").GetProperty("maxConsecutive").GetInt32()).IsEqualTo(3);
        await Assert.That(config.GetProperty("namespace").GetString()).IsEqualTo("web");
        await Assert.That(config.GetProperty("env").GetProperty("A").GetString()
            + config.GetProperty("env").GetProperty("B").GetString()).IsEqualTo("12");
    }

    [Test]
    public async Task What_is_online_is_not_started_twice_unless_forced(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        (await box.Run("start", "s")).Exits(1).Says("already online").Says($"{pid}");
        (await box.Run("start", "sleep 2000", "--name", "s")).Exits(1).Says("already online");
        await Assert.That(await box.PidOf("s")).IsEqualTo(pid);
        await box.Ok("start", "s", "--force");
        await Assert.That(await box.PidOf("s")).IsNotEqualTo(pid);
        await Assert.That((await box.List()).Count).IsEqualTo(1);
    }

    /// <summary>Nobody gave it that name, so that it is taken is a coincidence.</summary>
    [Test]
    [Arguments("a/run.sh", "b/run.sh", "run"), Arguments("./***", "./****", "process")]
    public async Task Another_command_with_the_same_name_by_default_replaces_nothing(
        string first, string second, string name, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        foreach (var program in (string[])[first, second])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(box.Folder, program))!);
            File.SetUnixFileMode(
                box.Write(program, "#!/bin/sh\nexec sleep 1000\n"), UnixFileMode.UserExecute | UnixFileMode.UserRead);
        }
        await box.Ok("start", "--", first);
        var pid = await box.PidOf(name);
        var says = $"'{name}' is already defined with another command: ";
        (await box.Run("start", "--", second)).Exits(1).Says(says).Says($", in {box.Folder}; ")
            .Says("--name NAME").Says($"tspm start {name}");
        await Assert.That(await box.PidOf(name)).IsEqualTo(pid);
        await box.Ok("stop", name);
        (await box.Run("start", "--", second)).Exits(1).Says(says);
        await Assert.That((await box.List()).Select(static entry => (entry.Name, entry.State)))
            .IsEquivalentTo([(name, "stopped")]);
        await Assert.That((await box.Get(name)).Json.GetProperty("command").GetString()).IsEqualTo(first);
        await box.Ok("start", "--", first);
        (await box.Run("start", "--", first)).Exits(1).Says("already online");
        await box.Ok("start", "--name", "other", "--", second);
        (await box.Ok("start", "--force", "--", second)).Says($"'{name}' was defined before, with another command: ");
        await Assert.That((await box.Get(name)).Json.GetProperty("command").GetString()).IsEqualTo(second);
    }

    [Test]
    public async Task Two_scripts_with_the_same_name_by_default_are_refused(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "b"));
        foreach (var script in (string[])["run.sh", "b/run.sh"]) box.Write(script, "exec sleep 1000\n");
        (await box.Run("start", "run.sh", "b/run.sh")).Exits(2).Says("two definitions have the name 'run'");
        await Assert.That((await box.List()).Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_program_that_cannot_run_is_named_with_the_reason_and_not_kept(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("plain", "not a program");
        (await box.Run("start", "no-such-program --x", "--name", "a")).Exits(1).Says("no-such-program");
        (await box.Run("start", "sleep 1000", "--name", "b", "--cwd", "/no/such/place")).Exits(1)
            .Says("cannot change directory to /no/such/place: No such file or directory");
        (await box.Run("start", "--name", "c", "--", "./plain")).Exits(1).Says("plain").Says("ermission denied");
        (await box.Run("start", "--name", "d", "--", "/")).Exits(1);
        await Assert.That((await box.List()).Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_known_process_that_is_not_to_be_restarted_and_can_no_longer_run_is_errored(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var place = Path.Combine(box.Folder, "place");
        Directory.CreateDirectory(place);
        await box.Ok("start", "sleep 1000", "--name", "s", "--cwd", place, "--restart", "never");
        await box.Ok("stop", "s");
        Directory.Delete(place);
        (await box.Run("start", "s")).Exits(1).Says($"cannot change directory to {place}");
        var errored = await box.Get("s");
        await Assert.That(errored.State).IsEqualTo("errored");
        await Assert.That(errored.Reason).Contains("cannot change directory");
        Directory.CreateDirectory(place);
        await box.Ok("start", "s");
    }

    [Test]
    public async Task A_refused_start_leaves_no_log_files_and_no_folders_and_uses_no_number(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "no-such-program", "--name", "a")).Exits(1);
        (await box.Run("start", "sleep 1000", "--name", "b", "--cwd", "/no/such/place")).Exits(1);
        (await box.Run("start", "--name", "c", "-o", "new/dir/c.log", "--err-file", "other/c.log", "--", "/")).Exits(1);
        box.Write("run.sh", "");
        (await box.Run("start", "run.sh", "nope.sh")).Exits(3);
        await box.Until(() =>
            !Directory.Exists(Path.Combine(box.Folder, "new")) && !Directory.Exists(Path.Combine(box.Folder, "other"))
            && Directory.GetFiles(Path.Combine(box.Home, "logs")).Length == 0, "nothing is left of them");
        await box.Ok("start", "sleep 1000", "--name", "f");
        await Assert.That((await box.Get("f")).Id).IsEqualTo(0);
    }

    [Test]
    public async Task Add_defines_without_starting(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var added = await box.Ok("add", "sleep 1000", "--name", "s", "--json");
        await Assert.That(added.Json.GetProperty("success").GetBoolean()).IsTrue();
        await Assert.That((await box.Get("s")).State).IsEqualTo("stopped");
        (await box.Run("add", "sleep 2000", "--name", "s")).Exits(1).Says("'s'");
        await Assert.That((await box.Get("s")).Json.GetProperty("command").GetString()).IsEqualTo("sleep 1000");
        await box.Ok("start", "s");
        await box.UntilState("s", "online");
    }

    [Test]
    public async Task A_program_that_ends_at_once_was_started_all_the_same(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        for (var i = 0; i < 20; i++) await box.Ok("start", "--name", $"p{i}", "--restart", "never", "--", "false");
        foreach (var entry in await box.List())
            await box.Until(entry.Name, ended => ended is { State: "stopped", ExitCode: 1 }, "it ended");
    }

    [Test]
    public async Task Attach_follows_the_logs_until_it_is_ended_and_the_process_goes_on(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var client = box
            .Begin("start", "--name", "s", "--attach", "--", "sh", "-c",
                "echo first; sleep 0.2; echo second; exec sleep 1000");
        await client.UntilOut("second");
        client.Signal(LiveProcess.SIGINT);
        await Assert.That(await client.End()).IsEqualTo(130);
        await Assert.That((await box.Get("s")).IsOnline).IsTrue();
    }

    [Test]
    public async Task What_does_not_happen_within_the_wait_timeout_exits_5(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "deaf", "--kill-timeout", "2s", "--", "sh", "-c",
            "trap '' TERM; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("deaf", "ready");
        (await box.Run("stop", "deaf", "--wait-timeout", "100ms")).Exits(5);
        await box.UntilState("deaf", "stopped");
    }
}
