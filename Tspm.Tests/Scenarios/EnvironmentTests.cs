using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What a child gets: exactly what the contract says, nothing of the daemon's.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class EnvironmentTests
{
    [Test]
    public async Task The_environment_is_the_clients_without_the_service_managers_and_three_names_of_ours(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["ONLY_OF_THE_DAEMON"] = "1";
        await box.Ok("daemon", "start");
        box.Variables.Remove("ONLY_OF_THE_DAEMON");
        box.Variables["MINE"] = "a b\"c\nd";
        foreach (var name in new[] { "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_USEC",
            "WATCHDOG_PID", "INVOCATION_ID" }) box.Variables[name] = "1";
        await box.Ok("start", "sleep 1000", "--name", "e");
        var actual = LiveProcess.EnvironmentOf(await box.PidOf("e"));
        var expected = new Dictionary<string, string>
        {
            ["PATH"] = box.Variables["PATH"],
            ["HOME"] = box.Folder,
            ["TSPM_HOME"] = box.Home,
            ["LANG"] = "C.UTF-8",
            ["MINE"] = "a b\"c\nd",
            ["TSPM_ID"] = "0",
            ["TSPM_NAME"] = "e",
            ["TSPM_INSTANCE"] = "0",
        };
        await Assert.That(actual).IsEquivalentTo(expected);
        var said = (await box.Ok("env", "e", "--json")).Json.GetProperty("env");
        foreach (var (key, value) in expected) await Assert.That(said.GetProperty(key).GetString()).IsEqualTo(value);
    }

    [Test]
    public async Task The_kept_environment_changes_only_with_update_env(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["V"] = "first";
        await box.Ok("start", "sleep 1000", "--name", "e");
        box.Variables["V"] = "second";
        await box.Ok("restart", "e");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("e"))["V"]).IsEqualTo("first");
        await box.Ok("stop", "e");
        await box.Ok("start", "e");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("e"))["V"]).IsEqualTo("first");
        await box.Ok("restart", "e", "--update-env");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("e"))["V"]).IsEqualTo("second");
    }

    [Test]
    public async Task Env_file_then_env_are_laid_over_it_and_a_removed_key_is_gone(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (box.Variables["A"], box.Variables["B"], box.Variables["C"]) = ("shell", "shell", "shell");
        box.Write("app.env", "# comment\nB=file\nexport C=\"file c\"\nD='file $D'\n");
        await box.Ok("start", "sleep 1000", "--name", "e", "--env-file", "app.env", "-e", "C=flag", "--env", "E=1,2",
            "-e=F=x=y");
        var first = LiveProcess.EnvironmentOf(await box.PidOf("e"));
        await Assert.That(string.Join('|', new[] { "A", "B", "C", "D", "E", "F" }.Select(key => first[key])))
            .IsEqualTo("shell|file|flag|file $D|1,2|x=y");
        box.Write("app.env", "B=changed\n");
        await box.Ok("set", "e", "env.E=");
        await box.Ok("restart", "e");
        var second = LiveProcess.EnvironmentOf(await box.PidOf("e"));
        await Assert.That(second["B"]).IsEqualTo("changed");
        await Assert.That(second.ContainsKey("D") || second.ContainsKey("E")).IsFalse();
    }

    [Test]
    public async Task A_missing_env_file_is_said_and_nothing_is_kept(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "sleep 1000", "--name", "e", "--env-file", "no.env")).Exits(1).Says("no.env");
        await Assert.That((await box.List()).Count).IsEqualTo(0);
    }

    [Test]
    public async Task A_child_has_its_own_session_no_terminal_null_as_stdin_and_no_foreign_descriptor(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        await Assert.That(LiveProcess.SessionOf(pid)).IsEqualTo(pid);
        var descriptors = Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(Path.GetFileName).Order();
        await Assert.That(string.Join(' ', descriptors)).IsEqualTo("0 1 2");
        await Assert.That(new FileInfo($"/proc/{pid}/fd/0").LinkTarget).IsEqualTo("/dev/null");
        foreach (var set in new[] { "SigBlk", "SigIgn" })
            await Assert.That(LiveProcess.StatusOf(pid, set)).IsEqualTo("0000000000000000");
    }

    [Test]
    public async Task A_child_has_the_descriptor_limit_of_the_client(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Shell("ulimit -S -n 777; tspm start 'sleep 1000' --name low")).Exits(0);
        (await box.Shell("ulimit -S -n 900; tspm start 'sleep 1000' --name high")).Exits(0);
        await Assert.That(SoftFiles(await box.PidOf("low"))).IsEqualTo("777");
        await Assert.That(SoftFiles(await box.PidOf("high"))).IsEqualTo("900");
    }

    [Test]
    public async Task A_program_is_looked_up_in_the_childs_own_path(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Folder, "bin"));
        box.Write("text", "#!/bin/sh\necho found; exec sleep 1000\n");
        // Written by another process: one that a parallel test forks holds for a moment what this one has open, and the
        // program would be busy (ETXTBSY).
        (await box.RunProgram("/bin/sh", "-c", "cp text bin/only-here && chmod 755 bin/only-here")).Exits(0);
        (await box.Run("start", "only-here", "--name", "no")).Exits(1).Says("only-here");
        await box.Ok("start", "only-here", "--name", "yes", "-e", $"PATH={box.Folder}/bin:{box.Variables["PATH"]}");
        await box.UntilOut("yes", "found");
    }

    static string SoftFiles(int pid) =>
        File.ReadLines($"/proc/{pid}/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];

    [Test]
    public async Task Dollars_of_an_env_file_reach_the_program_and_an_unset_name_is_said_with_its_line(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("app.env", "PASSWORD=\"abc$def\"\nSECOND=pa$$word\nURL=${PASSWORD}@${HOST_OF_IT}\n");
        (await box.Run("start", "sleep 1000", "--name", "f", "--env-file", "app.env")).Exits(1)
            .Says("app.env, line 3: HOST_OF_IT is set neither above nor in the environment");
        box.Write("app.env", "PASSWORD=\"abc$def\"\nSECOND=pa$$word\nURL=${PASSWORD}@h\n");
        await box.Ok(
            "start", "sh -c 'echo \"$PASSWORD $SECOND $URL\"; exec sleep 1000'", "--name", "g", "--env-file",
            "app.env");
        await box.UntilOut("g", "abc$def pa$$word abc$def@h");
    }
}
