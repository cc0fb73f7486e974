using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What users of PM2 and of the older Tspm type by habit.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class HabitTests
{
    [Test]
    [Arguments("save"), Arguments("resurrect")]
    public async Task What_is_not_needed_is_answered_with_what_happens_instead(string verb,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var ran = await box.Ok(verb);
        await Assert.That(ran.Err).Contains("nothing to do");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    public async Task Kill_is_daemon_stop_and_jlist_is_list_json(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        await Assert.That((await box.Ok("jlist")).Json.GetArrayLength()).IsEqualTo(1);
        foreach (var alias in new[] { "ls", "ps" }) await box.Ok(alias);
        foreach (var alias in new[] { "show", "info" }) await box.Ok(alias, "s");
        (await box.Ok("kill")).Says("daemon stop");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    [Arguments("startAsDaemon"), Arguments("start-as-daemon")]
    public async Task StartAsDaemon_is_refused_with_a_command_that_works_when_pasted(string verb,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var refused = (await box.Run(verb, "sh -c 'echo \"$A\"; exec sleep 1000'", "--name", "it's", "-e", "A=one two"))
            .Exits(2).Says("MIGRATION.md");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        var instead = refused.Err.Split('\n').Select(line => line.Trim())
            .Single(line => line.StartsWith("tspm start", StringComparison.Ordinal));
        (await box.Shell(instead)).Exits(0);
        await box.UntilFile((await box.Get("it's")).OutLog, "one two\n");
    }

    [Test]
    public async Task Flags_of_PM2_do_what_they_do_there(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("a.sh", "echo one; echo two >&2; exit 43\n");
        var silent =
            await box.Ok("start", "a.sh", "--name", "codes", "--stop-exit-codes", "42", "43", "-l", "all.log", "-s");
        await Assert.That(silent.Out).IsEqualTo("");
        await box.UntilState("codes", "stopped");
        await Assert.That(File.ReadAllText(Path.Combine(box.Folder, "all.log"))).Contains("one").And.Contains("two");
        box.Write("b.sh", "case $- in *e*u*) echo both;; esac; exec sleep 1000\n");
        await box.Ok(
            "start", "b.sh", "--name", "options", "--interpreter-args=-e -u", "-k", "3000", "--listen-timeout", "2s");
        await box.UntilOut("options", "both");
        (await box.Run("start", "a.sh", "-e", "err.log")).Exits(2).Says("type: tspm start a.sh --err-file err.log");
        await box.Ok("save", "--force");
        await box.Ok("kill", "-s");
    }
}
