using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What users of PM2 and of the older Tspm type by habit.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class HabitTests
{
    [Test]
    [Arguments("save"), Arguments("resurrect")]
    public async Task What_is_not_needed_is_answered_with_what_happens_instead(string verb, CancellationToken cancellation)
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
    public async Task StartAsDaemon_is_refused_with_a_command_that_works_when_pasted(string verb, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var refused = (await box.Run(verb, "sh -c 'echo \"$A\"; exec sleep 1000'", "--name", "it's", "-e", "A=one two")).Exits(2).Says("MIGRATION.md");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
        var instead = refused.Err.Split('\n').Select(line => line.Trim()).Single(line => line.StartsWith("tspm start", StringComparison.Ordinal));
        (await box.Shell(instead)).Exits(0);
        await box.UntilFile((await box.Get("it's")).OutLog, "one two\n");
    }
}
