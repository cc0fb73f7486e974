using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tspm.Logs.Index;
using Tspm.Model.Config;

namespace Tspm.Tests.Logs;

/// <summary>A disk without room: what is kept, what is lost, and that every lost byte is told.</summary>
[Timeout(60_000), NotInParallel(nameof(SmallDisk))]
internal sealed partial class FullLogTests
{
    static readonly LogPolicy NoRotation = LogPolicy.Default with { MaxSizeBytes = 0 };

    [Test]
    public async Task Block_holds_the_writer_back_and_loses_nothing(CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        using var bench = new PumpBench { Policy = NoRotation };
        var log = Path.Combine(disk.Folder, "out.log");
        var filler = Fill(disk, 30 << 10);
        var bytes = Numbered(8000);
        var run = bench.OpenRun(log);
        using var stdout = new FifoWriter(run.OutFifo);
        var writing = Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        while (bench.Pump.Trouble is null) await Task.Delay(1, cancellation);
        await Assert.That(bench.Pump.Trouble!).Contains("No space left on device").And
            .Contains("the programs that write there are blocked");
        await Assert.That(writing.IsCompleted).IsFalse();
        // As a person would do who needs room: the bytes written so far are put elsewhere.
        var kept = new List<byte>();
        while (!writing.IsCompleted || kept.Count + new FileInfo(log).Length < bytes.Length)
        {
            if (bench.Pump.Trouble is not null)
            {
                kept.AddRange(File.ReadAllBytes(log));
                File.Delete(log);
                File.Delete(filler);
                await bench.Pump.Reopen([log]);
            }
            await Task.Delay(1, cancellation);
        }
        kept.AddRange(File.ReadAllBytes(log));
        await Assert.That(kept.ToArray().AsSpan().SequenceEqual(bytes)).IsTrue();
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    public async Task Drop_counts_every_byte_and_goes_on_with_whole_lines(int seed, CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        using var bench = new PumpBench { Policy = NoRotation with { Drop = true } };
        var log = Path.Combine(disk.Folder, "out.log");
        var filler = Fill(disk, 40 << 10);
        var (first, second, third) = (Numbered(5000), Numbered(5000, 5000), Numbered(100, 10_000));
        var run = bench.OpenRun(log);
        using var stdout = new FifoWriter(run.OutFifo);
        await Task.Run(() => stdout.WritePieces(first, seed), cancellation);
        while (!bench.Pump.Troubles.Any(trouble => trouble.Contains("were dropped"))) await Task.Delay(1, cancellation);
        File.Delete(filler);
        // Room for some of it: a marker, whole lines, and full again.
        await Task.Run(() => stdout.WritePieces(second, seed), cancellation);
        await bench.Pump.Settled();
        while (Dropped(log).Count == 0)
        {
            stdout.Write("x\n");
            second = [.. second, .. "x\n"u8];
            await Task.Delay(20, cancellation);
        }
        await Task.Run(() => stdout.Write(third), cancellation);
        bench.Pump.Finish(run);
        await bench.Pump.Settled();

        var (kept, text) = (0L, TextOf(log));
        var lines = text.Split('\n')[..^1];
        foreach (var line in lines)
        {
            if (Marker().IsMatch(line)) continue;
            kept += line.Length + 1;
        }
        var dropped = Dropped(log);
        await Assert.That(kept + dropped.Sum()).IsEqualTo(first.Length + second.Length + third.Length);
        // The line before a marker may be cut short; what follows one is whole.
        for (var i = 1; i < lines.Length; i++)
            if (Marker().IsMatch(lines[i - 1]) && !Marker().IsMatch(lines[i]))
                await Assert.That(lines[i]).Matches(WholeLine());
        var entries = IndexReader.Read(log).Where(entry => entry.Kind == LogIndexKind.Dropped)
            .Sum(entry => (long)entry.Value);
        await Assert.That(entries).IsEqualTo(dropped.Sum());
        await Assert.That(bench.Pump.Troubles.Single()).Contains($"{dropped.Sum()} bytes of output were dropped");
    }

    [Test]
    public async Task What_was_dropped_is_told_also_when_the_program_has_ended_before_there_is_room(
        CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        using var bench = new PumpBench { Policy = NoRotation with { Drop = true } };
        var log = Path.Combine(disk.Folder, "out.log");
        var filler = Fill(disk, 40 << 10);
        var bytes = Numbered(5000);
        var run = bench.OpenRun(log);
        using (var stdout = new FifoWriter(run.OutFifo))
            await Task.Run(() => stdout.WritePieces(bytes, 1), cancellation);
        bench.Pump.Finish(run);
        await bench.Pump.Settled();
        File.Delete(filler);
        while (Dropped(log).Count == 0) await Task.Delay(5, cancellation);
        var text = TextOf(log);
        var marker = Marker().Match(text);
        // The file ended within a line: the marker's own line begins with a break that nobody printed.
        var added = marker.Length + 1 + (WholeLine().IsMatch(text[..marker.Index].Split('\n')[^2]) ? 0 : 1);
        await Assert.That(text.Length - added + Dropped(log).Sum()).IsEqualTo(bytes.Length);
    }

    [Test]
    public async Task Flush_clears_the_count(CancellationToken cancellation)
    {
        await using var disk = await SmallDisk.Mount(cancellation);
        using var bench = new PumpBench { Policy = NoRotation with { Drop = true } };
        var log = Path.Combine(disk.Folder, "out.log");
        var run = bench.OpenRun(log);
        using var stdout = new FifoWriter(run.OutFifo);
        await Task.Run(() => stdout.Write(Numbered(8000)), cancellation);
        while (bench.Pump.Troubles.Count == 0) await Task.Delay(1, cancellation);
        while (bench.Pump.Troubles.Count > 0)
        {
            await bench.Pump.Flush([log]);
            await Task.Delay(5, cancellation);
        }
        stdout.Write("after\n");
        while (!TextOf(log).EndsWith("after\n", StringComparison.Ordinal)) await Task.Delay(1, cancellation);
    }

    static string Fill(SmallDisk disk, int bytes)
    {
        var path = Path.Combine(disk.Folder, "filler");
        File.WriteAllBytes(path, new byte[bytes]);
        return path;
    }

    static byte[] Numbered(int count, int from = 0) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(from, count).Select(i => $"line {i:00000} of many\n")));

    static string TextOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new StreamReader(file).ReadToEnd();
    }

    static List<long> Dropped(string log) =>
        [.. Marker().Matches(TextOf(log)).Select(match =>
            long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"\[tspm: (\d+) bytes of output were dropped here, the disk was full\]", RegexOptions.None,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Marker();

    [GeneratedRegex(@"^(line \d{5} of many|x)$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex WholeLine();
}
