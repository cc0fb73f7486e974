using System.Globalization;
using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// Writer and reader of the logs together: real programs that say when they spoke, rotation and compression as they go.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class LiveLogTests
{
    /// <summary>
    /// Bursts of lines on both streams with a pause between bursts; each line begins with its time, and all of them go
    /// to a truth file too.
    /// </summary>
    const string Writer = """
        import sys, time
        truth = open(sys.argv[1] + '.truth', 'w')
        for burst in range(6):
            for i in range(400):
                for name, stream in (('out', sys.stdout), ('err', sys.stderr)):
                    now = time.time()
                    line = '%.3f %s %s %d %d' % (now, sys.argv[1], name, burst, i)
                    truth.write(line + '\n')
                    print(line, file=stream, flush=True)
                if i % 40 == 0: time.sleep(0.01)
            truth.flush()
            time.sleep(0.8)
        print('end', flush=True)
        time.sleep(1000)
        """;

    static double TimeOf(string line) => double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);

    static string Iso(double seconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    [Test]
    public async Task What_was_said_between_two_times_is_exactly_what_is_shown(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        string[] names = ["a", "b", "c", "d", "e"];
        foreach (var name in names)
            await box.Ok("start", "--name", name, "--log-max-size", "16KB", "--log-keep", "50", "--", "python3", "-c",
                Writer, name);
        foreach (var name in names)
            await box.Until(() => File.ReadAllText(box.OutLog(name)).EndsWith("end\n", StringComparison.Ordinal),
                $"{name} has ended");
        await Assert.That(File.Exists(box.OutLog("a") + ".1")).IsTrue();
        var truth = names.SelectMany(name => File.ReadAllLines(Path.Combine(box.Folder, name + ".truth")))
            .OrderBy(TimeOf).ToList();
        foreach (var offline in new[] { false, true })
        {
            foreach (var name in names)
            {
                var own = truth.Where(line => line.Split(' ')[1] == name).ToList();
                // In the middle of a pause between two bursts nothing was said for a while: a border on which a tenth
                // of a second does not matter.
                var pauses = own.Zip(own.Skip(1)).Where(pair => TimeOf(pair.Second) - TimeOf(pair.First) > 0.5)
                    .Select(pair => (TimeOf(pair.First) + TimeOf(pair.Second)) / 2).ToList();
                await Assert.That(pauses.Count).IsEqualTo(5);
                var (since, until) = (pauses[1], pauses[3]);
                var shown = await box.Ok("logs", name, "--since", Iso(since), "--until", Iso(until));
                var expected = own.Where(line => TimeOf(line) >= since && TimeOf(line) <= until).ToList();
                await Assert.That(
                    shown.Lines.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal)))
                        .IsTrue().Because($"{name}: {shown.Lines.Length} of {expected.Count}");
            }
            var merged = (await box.Ok("logs", "--since", Iso(TimeOf(truth[0]) - 10), "--json")).Lines
                .Select(line => JsonDocument.Parse(line).RootElement).ToList();
            await Assert.That(merged.Select(line => line.GetProperty("text").GetString()!).Where(text =>
                text != "end").Order(StringComparer.Ordinal)
                .SequenceEqual(truth.Order(StringComparer.Ordinal))).IsTrue();
            var times = merged.Select(line => line.GetProperty("time").GetDateTimeOffset()).ToList();
            await Assert.That(times.SequenceEqual(times.Order())).IsTrue();
            foreach (var line in merged.Where(line => line.GetProperty("text").GetString() != "end"))
            {
                var off = line.GetProperty("time").GetDateTimeOffset()
                    .ToUnixTimeMilliseconds() / 1000.0 - TimeOf(line.GetProperty("text").GetString()!);
                await Assert.That(Math.Abs(off)).IsLessThan(0.4).Because($"{line}");
            }
            if (!offline) await box.Ok("daemon", "stop");
        }
    }

    [Test]
    public async Task Following_goes_through_rotation_compression_and_the_death_of_the_daemon(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "n", "--log-max-size", "4KB", "--log-keep", "200", "--", "sh", "-c",
            "i=0; while :; do echo line number $i; i=$((i+1)); [ $((i % 20)) = 0 ] && sleep 0.01; done");
        using var client = box.Begin("logs", "n", "-f", "--lines", "1000000");
        for (var death = 1; death <= 3; death++)
        {
            await client.UntilOut($"\nline number {death * 3000}\n");
            LiveProcess.Kill((await box.DaemonPids()).Daemon);
        }
        await client.UntilOut("\nline number 13000\n");
        client.Signal(LiveProcess.SIGINT);
        await client.End();
        var lines = client.Out.TrimEnd('\n').Split('\n');
        var wrong = lines.Select((line, i) => (line, i)).FirstOrDefault(pair => pair.line != $"line number {pair.i}");
        await Assert.That(wrong.line).IsNull().Because($"{wrong}; {client.Err}");
        await Assert.That(File.Exists(box.OutLog("n") + ".5.gz")).IsTrue();
    }

    [Test]
    public async Task One_run_and_its_times_are_known(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "r", "--", "sh", "-c",
            "echo I am $$; echo wrong $$ >&2; sleep 0.2; echo later $$; exec sleep 1000");
        var first = await box.PidOf("r");
        await box.UntilOut("r", $"later {first}\n");
        await box.Ok("restart", "r");
        var second = await box.PidOf("r");
        await box.UntilOut("r", $"later {second}\n");
        await Assert.That((await box.Ok("logs", "r", "--run",
            "last")).Lines.Order(StringComparer.Ordinal).SequenceEqual([$"I am {second}", $"later {second}",
                $"wrong {second}"])).IsTrue();
        await Assert.That((await box.Ok("logs", "r", "--run", "-1", "--out")).Out)
            .IsEqualTo($"I am {first}\nlater {first}\n");
        await Assert.That((await box.Ok("logs", "r", "--run", $"{first}", "--err")).Out).IsEqualTo($"wrong {first}\n");
    }
}
