using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Many that print without end: everybody gets a share, whoever has got a larger pipe.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class FairLogTests
{
    /// <summary>More than there are larger pipes to be had (16).</summary>
    const int Children = 40;

    const long Least = 2_000_000;

    [Test]
    public async Task Of_many_that_print_without_end_none_gets_several_times_as_much_as_another(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "w", "-i", $"{Children}", "--log-max-size", "0", "--", "yes",
            "a line that is neither short nor long");
        var begun = new long[Children];
        long[] Printed() =>
            [.. Enumerable.Range(0, Children).Select(i => new FileInfo(box.OutLog($"w~{i}")).Length - begun[i])];
        begun = Printed();
        await box.Until(() => Printed().Min() >= Least, "each has printed");
        var printed = Printed();
        await box.Ok("delete", "w", "--logs");
        await Assert.That(printed.Max()).IsLessThan(5 * printed.Min()).Because(string.Join(' ', printed.Order()));
    }
}
