using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What people type by mistake, or before there is anything, is answered with what to type.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class SmallMistakeTests
{
    [Test]
    public async Task Words_in_the_order_of_another_tool_are_recognised(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--", "sleep", "1000");
        (await box.Run("signal", "web", "HUP")).Exits(2)
            .Says("'web' is not a signal; the signal comes first: tspm signal HUP web");
        (await box.Run("signal", "FOO", "web")).Exits(2).Says("'FOO' is not a signal; expected a name such as HUP");
        (await box.Run("list", "web,db")).Exits(3).Says("separate several selectors with spaces: web db");
    }

    [Test]
    public async Task Validate_warns_of_what_is_not_there(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", """
            {"processes": [
              {"name": "a", "command": "sleep 1", "projectDir": "/nowhere/at/all"},
              {"name": "b", "command": "nosuchprogram"},
              {"name": "c", "command": "./gone"},
              {"name": "d", "command": "sleep 1", "envFile": ".env.gone"},
              {"name": "e", "command": "sleep 1 && true"} ] }
            """);
        var ran = await box.Ok("validate", "c.json");
        ran.Says("warning: 'a': the folder /nowhere/at/all does not exist")
            .Says("warning: 'b': the program 'nosuchprogram' was not found")
            .Says("warning: 'c': the program './gone' was not found")
            .Says($"warning: 'd': the file {box.Folder}/.env.gone does not exist (envFile)");
        await Assert.That(ran.Err.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length).IsEqualTo(4);
        await Assert.That(ran.Out).IsEqualTo("c.json is valid (5 processes)\n");
    }

    [Test]
    public async Task Describe_shows_the_newest_exits_and_nothing_twice(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok(
            "start", "--name", "web", "--restart-delay", "0", "--max-restarts", "7", "--", "sh", "-c", "exit 1");
        await box.UntilState("web", "errored");
        var lines = (await box.Ok("describe", "web")).Out.Split('\n');
        await Assert.That(lines.Count(static line => line.StartsWith("exit\t", StringComparison.Ordinal))).IsEqualTo(6);
        await Assert.That(lines).Contains("exit\tand 2 more: tspm why web -n 7");
        await Assert.That(lines).Contains($"user\t{Environment.UserName} (the daemon's user)");
        await Assert.That(lines.Where(static line => line.StartsWith("config\t", StringComparison.Ordinal))
            .Select(static line => line.Split(['\t', ' '])[1])).IsEquivalentTo(["restart"]);
    }

    [Test]
    [Arguments("n", "nothing was deleted", 1), Arguments("y", "web: deleted", 0)]
    public async Task Somebody_at_a_terminal_is_asked_before_everything_is_deleted(
        string answer, string says, int exitCode, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--", "sleep", "1000");
        var ran = await box.Shell(
            $"echo {answer} | script -qec 'stty cols 80; {PublishedExecutable.Path} delete all' /dev/null");
        await Assert.That(ran.Exits(exitCode).Out).Contains("delete the only process? [y/N] ").And.Contains(says);
        await Assert.That((await box.List()).Count).IsEqualTo(exitCode);
    }

    [Test]
    public async Task A_script_is_not_asked(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "--", "sleep", "1000");
        await box.Ok("delete", "all");
        await Assert.That(await box.List()).IsEmpty();
    }
}
