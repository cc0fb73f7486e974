using System.Globalization;
using System.Text.RegularExpressions;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Logs;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// A log on a file system of 64 KiB: block loses nothing, drop accounts for every byte. The verbs answer all the while.
/// </summary>
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
        await box.Ok("start", "--name", "n", "--no-autorestart", "--out-file", log, "--", "/bin/sh", "-c",
            $"seq 1 {Lines}; sleep 1000");
        await UntilTrouble(box, "the programs that write there are blocked");
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
        var dropped = Dropped(text);
        await Assert.That(Marker().Replace(text, "").Length + dropped).IsEqualTo(Printed.Length + "more\n".Length);
        await UntilTrouble(box, $"{dropped} bytes of output were dropped");
    }

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task What_was_dropped_before_the_daemon_died_or_was_upgraded_is_told_by_the_next_one(bool isUpgrade,
        CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        await using var box = new TspmBox(cancellation);
        var log = Path.Combine(disk.Folder, "out.log");
        var filler = Path.Combine(disk.Folder, "filler");
        File.WriteAllBytes(filler, new byte[30 << 10]);
        box.Write("c.json", $$"""{"processes":[{"name":"n","command":"/bin/sh","args":["-c","for i in 1 2; do seq 1 {{Lines}}; echo done > went-on.$i; while ! [ -e more.$i ]; do sleep 0.05; done; done; sleep 1000"],"outFile":"{{log}}","log":{"onFull":"drop"} } ] }""");
        await box.Ok("start", "c.json");
        await box.UntilFile("went-on.1", "done");
        await UntilTrouble(box, "were dropped");
        if (isUpgrade) await box.Ok("daemon", "upgrade");
        else LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await UntilTrouble(box, "were dropped");
        // The next one drops too.
        box.Write("more.1", "");
        await box.UntilFile("went-on.2", "done");
        File.Delete(filler);
        await box.Until(() =>
            Dropped(TspmBox.Text(log)) + Marker().Replace(TspmBox.Text(log), "").Length >= 2 * Printed.Length,
                "all that was dropped is told");
        await Assert.That(Dropped(TspmBox.Text(log)) + Marker().Replace(TspmBox.Text(log), "").Length)
            .IsEqualTo(2 * Printed.Length);
        // Told once: the daemon after that has nothing to tell.
        var told = Marker().Count(TspmBox.Text(log));
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        box.Write("more.2", "");
        await box.Until(async () => (await box.Run("ping")).ExitCode == 0 ? box : null, "a daemon answers");
        await box.Ok("stop", "n");
        await Assert.That(Marker().Count(TspmBox.Text(log))).IsEqualTo(told);
    }

    static long Dropped(string text) =>
        Marker().Matches(text).Sum(match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>Null: until there is none.</summary>
    static Task UntilTrouble(TspmBox box, string? text) => box.Until<object>(async () =>
    {
        var troubles = (await box.Status()).GetProperty("troubles");
        return text is null
            ? troubles.GetArrayLength() == 0 ? box
            : null : troubles.ToString().Contains(text, StringComparison.Ordinal) ? box : null;
    }, $"the troubles say '{text}'");

    [GeneratedRegex(@"\[tspm: (\d+) bytes of output were dropped here, the disk was full\]\n", RegexOptions.None,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Marker();
}
