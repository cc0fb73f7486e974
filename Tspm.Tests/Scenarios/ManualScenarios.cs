using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>The manual page: man(1) shows it, and those who check manual pages accept it.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public sealed class ManualScenarios
{
    [Test]
    public async Task On_a_terminal_man_opens_the_page(CancellationToken cancellation)
    {
        _ = Tools.Require("man");
        await using var box = new TspmBox(cancellation);
        await using var terminal = new TerminalShell(box, cancellation);
        await terminal.Run("export MANPAGER='head -n 12' MANWIDTH=80");
        await terminal.Type("tspm man\r");
        await terminal.UntilText("TSPM(1)");
        await terminal.UntilText("collect their logs");
    }

    [Test]
    public async Task In_a_pipe_the_page_is_one_that_checkers_accept(CancellationToken cancellation)
    {
        var checker = Tools.Require("mandoc");
        await using var box = new TspmBox(cancellation);
        var page = box.Write("tspm.1", (await box.Ok("man")).Out);
        var check = await box.RunProgram(checker, "-Tlint", page);
        await Assert.That(check.Out + check.Err).IsEmpty();
        await Assert.That(check.ExitCode).IsEqualTo(0);
    }

    [Test]
    public async Task Without_man_the_message_names_the_help(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await using var terminal = new TerminalShell(box, cancellation);
        await terminal.Type("PATH=/nowhere $(command -v tspm) man\r");
        await terminal.UntilText("the same is printed by: tspm he");
    }
}
