using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Surroundings that are unusual and allowed.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class OddSurroundingsTests
{
    [Test]
    public async Task Without_TSPM_HOME_the_home_is_in_the_users_folder(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation) { Home = "" };
        box.Home = Path.Combine(box.Folder, ".tspm");
        box.Variables["TSPM_HOME"] = "";
        await box.Ok("start", "sleep 1000", "--name", "s");
        await Assert.That(File.Exists(box.SocketPath)).IsTrue();
        await box.Ok("daemon", "stop");
    }

    [Test]
    public async Task A_home_may_have_blanks_and_letters_of_all_kinds(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Home = Path.Combine(box.Folder, "mein Zuhause ü'\"$x");
        box.Variables["TSPM_HOME"] = box.Home;
        await box.Ok("start", "--name", "a b/c~%ü", "--", "sh", "-c", "echo hello; exec sleep 1000");
        var entry = await box.Get("a b/c~%ü");
        await box.UntilFile(entry.OutLog, "hello\n");
        await Assert.That(Path.GetDirectoryName(entry.OutLog)).IsEqualTo(Path.Combine(box.Home, "logs"));
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await box.Until("a b/c~%ü", after => after.Pid == entry.Pid, "the next daemon has it");
    }

    [Test]
    public async Task A_wide_open_umask_opens_nothing(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Shell("umask 0; tspm start 'umask; exec sleep 1000' --name s")).Exits(0);
        await box.UntilOut("s", "\n");
        foreach (var path in Directory.EnumerateFiles(box.Home, "*", SearchOption.AllDirectories))
            await Assert.That((int)File.GetUnixFileMode(path)).IsEqualTo(Convert.ToInt32("600", 8)).Because(path);
        foreach (var path in Directory.EnumerateDirectories(box.Home).Append(box.Home))
            await Assert.That((int)File.GetUnixFileMode(path)).IsEqualTo(Convert.ToInt32("700", 8)).Because(path);
    }

    [Test]
    public async Task From_a_folder_that_is_gone_reading_works_and_starting_says_so(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("daemon", "start");
        const string Gone = "mkdir gone && cd gone && rmdir ../gone && ";
        (await box.Shell(Gone + "tspm list")).CheckWords().Exits(0);
        var ran = (await box.Shell(Gone + "tspm start 'sleep 1000' --name s")).CheckWords();
        await Assert.That(ran.ExitCode).IsEqualTo(1).Because(ran.ToString());
        (await box.Shell(Gone + "tspm start 'sleep 1000' --name s --cwd /")).CheckWords().Exits(0);
    }

    [Test]
    public async Task An_empty_environment_is_enough(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables.Remove("PATH");
        box.Variables.Remove("HOME");
        box.Variables.Remove("LANG");
        await box.Ok("start", "sleep 1000", "--name", "s");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("s")).Keys.Order())
            .IsEquivalentTo(new[] { "TSPM_HOME", "TSPM_ID", "TSPM_INSTANCE", "TSPM_NAME" });
    }

    [Test]
    [Arguments("tspm list >/dev/full", 1), Arguments("tspm list --json >/dev/full", 1),
        Arguments("tspm list <&- >/dev/null", 0),
            Arguments("tspm start 'sleep 1000' --name n <&- >&- 2>&-; tspm pid n", 0)]
    public async Task Standard_streams_may_be_full_or_closed(string script, int exitCode,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        (await box.Shell(script)).CheckWords().Exits(exitCode);
    }

    [Test]
    public async Task A_cold_start_with_closed_streams_works(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Shell("tspm start 'sleep 1000' --name n <&- >&- 2>&-; tspm pid n")).CheckWords().Exits(0);
        await Assert.That(string.Join(' ',
            Directory.EnumerateFileSystemEntries($"/proc/{await box.PidOf("n")}/fd").Select(Path.GetFileName).Order()))
                .IsEqualTo("0 1 2");
    }

    [Test]
    public async Task A_newer_format_is_neither_read_nor_written_over(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 1", "--name", "s");
        await box.Ok("daemon", "stop");
        var file = Path.Combine(box.Home, "processes.json");
        var newer = System.Text.RegularExpressions.Regex
            .Replace(File.ReadAllText(file), "\"format\": *1", "\"format\": 99");
        File.WriteAllText(file, newer);
        (await box.Run("start", "sleep 1000")).Exits(1).Says("processes.json");
        await Assert.That(File.ReadAllText(file)).IsEqualTo(newer);
    }
}
