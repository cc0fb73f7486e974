using System.Globalization;
using System.Text.RegularExpressions;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Logs;

namespace Tspm.Tests.Scenarios;

/// <summary>A log on a file system of 64 KiB: block loses nothing, drop accounts for every byte. The verbs answer all the while.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public partial class FullDiskTests
{
    const int Lines = 20_000;

    static readonly string Printed = string.Concat(Enumerable.Range(1, Lines).Select(i => $"{i}\n"));

    [Test]
    public async Task Block_keeps_the_program_waiting_and_loses_nothing(CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        await using var box = new TspmBox(cancellation);
        var log = Path.Combine(disk.Folder, "out.log");
        await box.Ok("start", "--name", "n", "--no-autorestart", "--out-file", log, "--", "/bin/sh", "-c", $"seq 1 {Lines}; sleep 1000");
        await UntilTrouble(box, "the writers wait");
        await Assert.That((await box.Get("n")).IsOnline).IsTrue();
        await box.Ok("logs", "n", "-n", "1");
        // Room is made: what is there is put elsewhere.
        var kept = TspmBox.Text(log);
        File.Delete(log);
        await box.Ok("reopen", "n");
        await box.Until(() => (kept + TspmBox.Text(log)).Length >= Printed.Length, "all lines are there");
        await Assert.That(kept + TspmBox.Text(log)).IsEqualTo(Printed);
        await UntilTrouble(box, null);
        await box.Ok("stop", "n", "--wait-timeout", "20s");
    }

    [Test]
    public async Task Drop_lets_the_program_go_on_and_tells_every_lost_byte(CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        await using var box = new TspmBox(cancellation);
        var log = Path.Combine(disk.Folder, "out.log");
        var filler = Path.Combine(disk.Folder, "filler");
        File.WriteAllBytes(filler, new byte[30 << 10]);
        box.Write("c.json", $$"""{"processes":[{"name":"n","command":"/bin/sh","args":["-c","seq 1 {{Lines}}; echo done > went-on; while ! [ -e more ]; do sleep 0.05; done; echo more; sleep 1000"],"outFile":"{{log}}","log":{"onFull":"drop"} } ] }""");
        await box.Ok("start", "c.json");
        await box.UntilFile("went-on", "done");
        await UntilTrouble(box, "were dropped");
        File.Delete(filler);
        await box.Until(() => Marker().IsMatch(TspmBox.Text(log)), "the marker is in the log");
        box.Write("more", "");
        await box.UntilFile(log, "more");
        var text = TspmBox.Text(log);
        var dropped = Marker().Matches(text).Sum(match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        await Assert.That(Marker().Replace(text, "").Length + dropped).IsEqualTo(Printed.Length + "more\n".Length);
        await UntilTrouble(box, $"{dropped} bytes of output were dropped");
    }

    /// <summary>Null: until there is none.</summary>
    static Task UntilTrouble(TspmBox box, string? text) => box.Until<object>(async () =>
    {
        var troubles = (await box.Status()).GetProperty("troubles");
        return text is null ? troubles.GetArrayLength() == 0 ? box : null : troubles.ToString().Contains(text, StringComparison.Ordinal) ? box : null;
    }, $"the troubles say '{text}'");

    [GeneratedRegex(@"\[tspm: (\d+) bytes of output were dropped here, the disk was full\]\n", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Marker();
}
