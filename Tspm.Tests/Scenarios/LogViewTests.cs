using System.Globalization;
using System.Text;
using System.Text.Json;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Logs;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>logs</c> with conditions, over a history that lies there: by the daemon and without one the answers are the same.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class LogViewTests
{
    const ulong FirstRun = 639_000_000_000_000_001, LastRun = 639_000_000_000_000_777;

    /// <summary>
    /// Two processes that spoke for ten minutes on 23 November 2026, from 03:05 to 03:15 UTC; each line says when.
    /// </summary>
    static async Task<List<string>> Write(TspmBox box, bool stopDaemon)
    {
        box.Variables["TZ"] = "UTC";
        Directory.CreateDirectory(Path.Combine(box.Home, "logs"));
        await box.Ok("add", "--name", "web", "--", "true");
        await box.Ok("add", "--name", "worker", "--", "true");
        var truth = new List<string>();
        WrittenLog[] logs = [new(box.OutLog("web")), new(box.ErrLog("web")), new(box.OutLog("worker"))];
        var time = new DateTimeOffset(2026, 11, 23, 3, 5, 0, TimeSpan.Zero);
        foreach (var log in logs) log.Started(FirstRun, 4001, time.ToUnixTimeMilliseconds());
        for (var i = 0; i < 6000; i++, time += TimeSpan.FromMilliseconds(100))
        {
            var run = i < 3000 ? FirstRun : LastRun;
            if (i == 3000)
                foreach (var log in logs) log.Started(LastRun, 4002, time.ToUnixTimeMilliseconds());
            var line = $"{time:HH:mm:ss.f} {(i % 500 == 0 ? "ERROR" : "ok")} {i}";
            logs[i % 3].Line(line, time.ToUnixTimeMilliseconds(), run);
            truth.Add($"{(i % 3 == 2 ? "worker" : "web")} | {line}");
            if (i % 1000 == 999) logs[i / 1000 % 3].Rotate(gzip: true);
        }
        if (stopDaemon) await box.Ok("daemon", "stop");
        return truth;
    }

    static string TimeIn(string line) => line.Split(" | ")[1].Split(' ')[0];

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Conditions_choose_exactly_the_lines_that_fit(bool offline, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var truth = await Write(box, offline);
        var between = truth
            .Where(line =>
                string.CompareOrdinal(TimeIn(line), "03:10:00.0") >= 0
                    && string.CompareOrdinal(TimeIn(line), "03:14:00.0") <= 0).ToArray();
        await Assert.That(between.Length).IsEqualTo(2401);
        var shown = await box
            .Ok("logs", "web", "worker", "--since", "2026-11-23 03:10", "--until", "2026-11-23T03:14:00Z");
        await Assert.That(shown.Lines.SequenceEqual(between)).IsTrue().Because($"{shown.Lines.Length} lines");
        box.Variables["TZ"] = "Europe/Berlin";
        shown = await box.Ok("logs", "--since", "2026-11-23 04:10", "--until", "2026-11-23 04:14", "-n", "1");
        await Assert.That(shown.Lines.SequenceEqual(between[^3..])).IsTrue();
        box.Variables["TZ"] = "UTC";

        await Assert.That((await box.Ok("logs", "--grep",
            "ERROR")).Lines.SequenceEqual(truth.Where(line => line.Contains("ERROR")))).IsTrue();
        var context = await box.Ok("logs", "web", "--out", "--grep", "ERROR 3000$", "-C", "1");
        await Assert.That(context.Lines.Select(line => line.Split(' ')[^1]).SequenceEqual(["2997", "3000", "3003"]))
            .IsTrue();
        await Assert.That((await box.Ok("logs", "web", "--out", "--grep", "(?i)error", "-C", "1")).Lines.Count(line =>
            line == "--")).IsEqualTo(3);
        await Assert.That((await box.Ok("logs", "--run", "last")).Lines.SequenceEqual(truth.Skip(3000))).IsTrue();
        await Assert.That((await box.Ok("logs", "--run", "-1")).Lines.SequenceEqual(truth.Take(3000))).IsTrue();
        await Assert.That((await box.Ok("logs", "--run=4002", "-n", "2", "--err", "web")).Lines.Select(line =>
            line.Split(' ')[^1]).SequenceEqual(["5995", "5998"])).IsTrue();
        await Assert.That((await box.Ok("logs", "--grep", "nothing of the kind")).Out).IsEqualTo("");
        await Assert.That((await box.Ok("logs", "worker")).Lines.Length).IsEqualTo(15);
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Times_and_JSON_say_what_is_known_of_a_line(bool offline, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await Write(box, offline);
        box.Variables["TZ"] = "Asia/Kolkata";
        await Assert.That((await box.Ok("logs", "worker", "-n", "1", "--timestamps")).Out)
            .IsEqualTo("2026-11-23T08:44:59.900+05:30 03:14:59.9 ok 5999\n");
        var line = (await box.Ok("logs", "web", "--err", "-n", "1", "--json")).Json;
        await Assert.That(line.GetRawText()).IsEqualTo(
            $$"""{"time":"2026-11-23T08:44:59.800+05:30","id":0,"name":"web","instance":0,"stream":"err","run":"{{LastRun}}","seq":{{line.GetProperty("seq").GetInt64()}},"text":"03:14:59.8 ok 5998","partial":false}"""
                .Replace("\"id\":0", $"\"id\":{line.GetProperty("id").GetInt32()}"));
        File.Delete(box.ErrLog("web") + ".index");
        await Assert.That((await box.Ok("logs", "web", "--err", "-n", "1", "--timestamps")).Out)
            .IsEqualTo("- 03:14:59.8 ok 5998\n");
        await Assert.That((await box.Ok("logs", "web", "--err", "-n", "1",
            "--json")).Json.GetProperty("time").ValueKind).IsEqualTo(JsonValueKind.Null);
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Raw_is_every_byte_and_nothing_else(bool offline, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Home, "logs"));
        await box.Ok("add", "--name", "bytes", "--", "true");
        var bytes = new byte[3_000_000];
        new Random(4).NextBytes(bytes);
        // A line far longer than any buffer, and neither a break at the end.
        bytes.AsSpan(1_000_000, 1_200_000).Replace((byte)'\n', (byte)0);
        bytes[^1] = (byte)'x';
        var log = new WrittenLog(box.OutLog("bytes"));
        for (var i = 0; i < bytes.Length; i += 100_000)
        {
            log.Bytes(bytes[i..(i + 100_000)], 1_700_000_000_000 + i);
            // As a pump that had to cut a line that is longer than a file may be.
            if (i % 500_000 == 400_000) log.Rotate(gzip: true);
        }
        if (offline) await box.Ok("daemon", "stop");
        var raw = await box.Ok("logs", "bytes", "--out", "--raw", "-n", "2000000000");
        await Assert.That(raw.RawOut.AsSpan().SequenceEqual(bytes)).IsTrue()
            .Because($"{raw.RawOut.Length} bytes of {bytes.Length}");
        var rebuilt = new List<byte>();
        foreach (var line in (await box.Ok("logs", "bytes", "--out", "--json", "-n", "2000000000")).Lines)
        {
            using var json = JsonDocument.Parse(line);
            rebuilt.AddRange(json.RootElement.TryGetProperty("base64", out var encoded)
                ? encoded.GetBytesFromBase64()
                : Encoding.UTF8.GetBytes(json.RootElement.GetProperty("text").GetString()!));
            if (!json.RootElement.GetProperty("partial").GetBoolean()) rebuilt.Add((byte)'\n');
        }
        await Assert.That(rebuilt.ToArray().AsSpan().SequenceEqual(bytes)).IsTrue();
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task Questions_that_cannot_be_understood_say_where(bool offline, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await Write(box, offline);
        (await box.Run("logs", "--grep", "a(b")).Exits(2).Says("position 3");
        (await box.Run("logs", "--since", "yesterday-ish")).Exits(2).Says("--since: 'yesterday-ish'");
        (await box.Run("logs", "--since", "03:10", "--until", "2020-01-01")).Exits(2).Says("--until");
        (await box.Run("logs", "--run", "first")).Exits(2).Says("'first' is not a run");
        (await box.Run("logs", "--run", "-7")).Exits(1).Says("these logs have no run '-7'");
        (await box.Run("logs", "-C", "3")).Exits(2).Says("--grep");
        (await box.Run("logs", "-f", "--until", "03:10")).Exits(2).Says("--until");
        (await box.Run("logs", "--raw", "--json")).Exits(2).Says("--raw");
        (await box.Run("logs", "--grep", "(((o+)+)+)+z")).Exits(0);
    }

    [Test]
    public async Task Head_ends_a_view_that_follows_also_when_nothing_more_is_said(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await Write(box, stopDaemon: false);
        var ran = await box.Shell("{ tspm logs web -f -n 5; echo $? >code; } | head -n 3; cat code");
        await Assert.That(ran.Lines.Length).IsEqualTo(4);
        await Assert.That(ran.Lines[^1]).IsEqualTo("0");
        await Assert.That(ran.Err).IsEqualTo("");
    }

    [Test]
    public async Task Following_goes_through_rotation_renaming_and_new_processes(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "cat", "--stdin", "pipe", "--", "cat");
        await box.Ok("send", "cat", "one");
        await box.UntilOut("cat", "one\n");
        using var client = box.Begin("logs", "-f", "--json");
        await client.UntilOut("\"one\"");
        await box.Ok("rename", "cat", "dog");
        await box.Ok("send", "dog", "two");
        await client.UntilOut("\"two\"");
        await Assert.That(client.Out).Contains("\"name\":\"dog\"");
        await box.Ok("start", "--name", "bird", "--", "sh", "-c", "echo three; exec sleep 1000");
        await client.UntilOut("\"three\"");
        await box.Ok("flush", "dog");
        await box.Ok("send", "dog", "four");
        await client.UntilOut("\"four\"");
        client.Signal(LiveProcess.SIGINT);
        await client.End();
        string[] texts = [.. client.Out.TrimEnd('\n').Split('\n').Select(line =>
            JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!)];
        await Assert.That(texts.SequenceEqual(["one", "two", "three", "four"])).IsTrue()
            .Because(string.Join(' ', texts));
    }

    /// <summary>They come while the daemon is about to leave.</summary>
    [Test]
    public async Task The_last_words_of_a_child_reach_who_follows_when_the_daemon_is_stopped(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "s", "--", "sh", "-c",
            "trap 'seq 5000; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
        using var client = box.Begin("logs", "s", "-f", "--out");
        await client.UntilOut("ready\n");
        await box.Ok("daemon", "stop");
        await client.End();
        await Assert.That(client.Out)
            .IsEqualTo("ready\n" + string.Concat(Enumerable.Range(1, 5000).Select(number => $"{number}\n")));
    }

    [Test]
    public async Task A_reader_that_stops_reading_holds_nobody_up_and_goes_on_later(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "fast", "--stdin", "pipe", "--", "sh", "-c",
            "echo begin; read go; seq 1 2000000; echo done; exec sleep 1000");
        await box.UntilOut("fast", "begin\n");
        await box.Ok("start", "--name", "other", "--", "sh", "-c", "echo hello; exec sleep 1000");
        var slow = box
            .Shell("tspm logs fast -f --raw | { read first; echo >started; while [ ! -e go-on ]; do sleep 0.05; done; "
                + "sed /done/q | sha256sum; }");
        await box.Until(() => File.Exists(Path.Combine(box.Folder, "started")), "the reader is there");
        await box.Ok("send", "fast", "go");
        await box.UntilOut("fast", "\ndone\n");
        await Assert.That((await box.Ok("logs", "other")).Out).IsEqualTo("hello\n");
        var memory = (await box.Ok("status", "--json")).Json.GetProperty("memoryBytes").GetInt64();
        await Assert.That(memory).IsLessThan(40 << 20);
        File.WriteAllText(Path.Combine(box.Folder, "go-on"), "");
        var expected = await box.Shell("{ seq 1 2000000; echo done; } | sha256sum");
        await Assert.That((await slow).Out).IsEqualTo(expected.Out);
    }

    [Test]
    public async Task A_search_through_much_starves_nobody(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(Path.Combine(box.Home, "logs"));
        await box.Ok("add", "--name", "big", "--", "true");
        using (var file = new StreamWriter(box.OutLog("big")))
            for (var i = 0; i < 1_500_000; i++)
                file.Write($"line {i.ToString(CultureInfo.InvariantCulture)} of a log that is long enough to keep "
                    + $"somebody busy\n");
        var searches = Enumerable.Range(0, 6).Select(_ => box.Run("logs", "big", "--grep", "^line.*no such thing$"))
            .ToArray();
        var answers = 0;
        while (!searches.All(search => search.IsCompleted))
        {
            await box.Ok("ping");
            answers++;
        }
        foreach (var search in searches) await Assert.That((await search).Exits(0).Out).IsEqualTo("");
        await Assert.That(answers).IsGreaterThan(3);
    }
}
