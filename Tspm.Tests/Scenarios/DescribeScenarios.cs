using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>describe</c> on a real terminal, in a pipe and as JSON.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public sealed class DescribeScenarios
{
    static async Task<TspmBox> Begin(CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "web", "-e", "PORT=8080", "-e", "API_TOKEN=very-secret", "--", "sh", "-c",
            "printf '\\033[32mready\\033[2J\\n'; sh -c 'while :; do :; done' & exec sleep 1000");
        await box.UntilOut("web", "ready");
        return box;
    }

    [Test]
    public async Task One_screen_has_the_state_the_last_lines_the_tree_and_the_config(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation);
        await using var shell = new TerminalShell(box, cancellation, columns: 60);
        await shell.UntilPrompt();
        await shell.Type("tspm describe web\r");
        await shell.UntilText("API_TOKEN=***");
        await Assert.That(shell.Text.Split('\n')[1]).IsEqualTo("● web  online");
        await Assert.That(shell.Ask(static screen => screen[0, 1].Style)).IsEqualTo("32");
        await Assert.That(shell.Text).Contains("\noutput     ready\n").And.Contains("sleep 1000")
            .And.Contains("PORT=8080").And.Contains("API_TOKEN=***").And.DoesNotContain("very-secret");
        await Assert.That(shell.Ask(static screen => (screen.HasWrapped, screen.Unknown))).IsEqualTo((false, null));
    }

    [Test]
    public async Task The_tree_has_readings_and_JSON_masks_as_before(CancellationToken cancellation)
    {
        await using var box = await Begin(cancellation);
        // The loop takes a CPU, or what is left of it; its parent sleeps.
        var tree = await box.Until(async () =>
        {
            var json = (await box.Ok("describe", "web", "--json")).Json;
            var members = json.GetProperty("tree").EnumerateArray().ToList();
            return members.Count == 2 && members[1].GetProperty("cpuPercent") is { ValueKind: JsonValueKind.Number } cpu
                && cpu.GetDouble() > 5 ? members : null;
        }, "the loop is seen");
        await Assert.That(tree[0].GetProperty("cpuPercent").GetDouble())
            .IsLessThan(tree[1].GetProperty("cpuPercent").GetDouble());
        foreach (var member in tree) await Assert.That(member.GetProperty("memoryBytes").GetInt64()).IsGreaterThan(0);
        var plain = await box.Ok("describe", "web");
        await Assert.That(plain.Out).Contains("output\tready\n").And.Contains("env\tPORT=8080\n")
            .And.Contains("env\tAPI_TOKEN=***\n").And.Contains(", cpu ").And.DoesNotContain("\e");
        var masked = (await box.Ok("describe", "web", "--json")).Json.GetProperty("config").GetProperty("env");
        await Assert.That(masked.GetProperty("PORT").GetString()).IsEqualTo("***");
    }
}
