using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// A program that prints more than a pipe holds and is gone at once: what reached the pipe is kept, all of it and
/// unchanged.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class HastyProgramTests
{
    const int Lines = 20_000, LineBytes = 66;

    /// <summary>
    /// Node does not wait for a full pipe: what does not fit at the moment of process.exit is lost in Node itself,
    /// before anybody else could see it.
    /// </summary>
    const string Program = """
        let all = '';
        for (let i = 0; i < 20000; i++) all += String(i).padStart(65, '0') + '\n';
        process.stdout.write(all);
        process.exit(0);
        """;

    [Test]
    [Arguments(null, 64 << 10), Arguments("large", 1 << 20)]
    public async Task What_reached_the_pipe_is_kept(string? pipe, int capacity, CancellationToken cancellation)
    {
        _ = Tools.Node;
        await using var box = new TspmBox(cancellation);
        box.Write("hasty.js", Program);
        await box.Ok("add", "node hasty.js", "--name", "hasty", "--restart", "never");
        if (pipe is not null) await box.Ok("set", "hasty", $"log.pipe={pipe}");
        await box.Ok("start", "hasty", "--no-wait");
        await box.UntilState("hasty", "stopped");
        var expected = string.Concat(Enumerable.Range(0, Lines).Select(i => $"{i:D65}\n"));
        var kept = File.ReadAllText(box.OutLog("hasty"));
        await Assert.That(expected.StartsWith(kept, StringComparison.Ordinal)).IsTrue();
        // A pipe's worth at least: pages are not always filled to the end.
        await Assert.That(kept.Length).IsGreaterThanOrEqualTo(Math.Min(capacity - (capacity >> 4), Lines * LineBytes));
    }
}
