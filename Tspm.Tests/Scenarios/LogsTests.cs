using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary><c>logs</c>: last lines, streams apart, following, through the death of the daemon too.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class LogsTests
{
    const string Both = "i=1; while [ $i -le 5 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; echo ready; exec "
        + "sleep 1000";

    [Test]
    public async Task Last_lines_of_one_stream_or_both(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "s", "--", "sh", "-c", Both);
        await box.UntilOut("s", "ready");
        await box.UntilFile(box.ErrLog("s"), "err 5");
        await Assert.That((await box.Ok("logs", "s", "--out", "--lines", "2")).Lines)
            .IsEquivalentTo(new[] { "out 5", "ready" });
        await Assert.That((await box.Ok("logs", "s", "--err", "--lines", "1")).Lines).IsEquivalentTo(new[] { "err 5" });
        await Assert.That((await box.Ok("logs", "s", "--lines", "100")).Lines.Length).IsEqualTo(11);
        await Assert.That((await box.Ok("logs", "s", "--lines", "0")).Out).IsEqualTo("");
        var json = (await box.Ok("logs", "s", "--err", "--lines", "2", "--json")).Lines
            .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToArray();
        await Assert.That(json.Select(line => line.GetProperty("text").GetString()!))
            .IsEquivalentTo(new[] { "err 4", "err 5" });
        await Assert.That(json[0].GetProperty("stream").GetString()).IsEqualTo("err");
        await Assert.That(json[1].GetProperty("seq").GetInt64()).IsGreaterThan(json[0].GetProperty("seq").GetInt64());
        (await box.Run("logs", "s", "--out", "--err")).Exits(2);
        (await box.Run("logs", "nobody")).Exits(3);
    }

    [Test]
    public async Task Without_a_daemon_the_files_are_read(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "s", "--", "sh", "-c", Both);
        await box.UntilOut("s", "ready");
        await box.Ok("daemon", "stop");
        await Assert.That((await box.Ok("logs", "s", "--out", "--lines", "1")).Out).IsEqualTo("ready\n");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    public async Task Following_shows_what_comes_and_ctrl_c_exits_130(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "cat", "--stdin", "pipe", "--", "cat");
        await box.Ok("send", "cat", "one");
        using var client = box.Begin("logs", "cat", "-f");
        await client.UntilOut("one\n");
        await box.Ok("send", "cat", "two");
        await client.UntilOut("two\n");
        await box.Ok("restart", "cat");
        await box.Ok("send", "cat", "three");
        await client.UntilOut("three\n");
        client.Signal(LiveProcess.SIGINT);
        await Assert.That(await client.End()).IsEqualTo(130);
        await Assert.That(client.Out).IsEqualTo("one\ntwo\nthree\n");
    }

    [Test]
    public async Task Following_goes_on_when_the_daemon_was_killed_without_gap_or_double(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "n", "--", "sh", "-c",
            "i=0; while :; do echo $i; i=$((i+1)); sleep 0.005; done");
        using var client = box.Begin("logs", "n", "-f", "--lines", "1000000");
        await client.UntilOut("\n20\n");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        var at = int.Parse(client.Out.TrimEnd('\n').Split('\n')[^1]);
        await client.UntilOut($"\n{at + 200}\n");
        client.Signal(LiveProcess.SIGINT);
        await client.End();
        var lines = client.Out.TrimEnd('\n').Split('\n');
        await Assert.That(lines.SequenceEqual(Enumerable.Range(0, lines.Length).Select(i => $"{i}"))).IsTrue();
    }

    [Test]
    public async Task Several_processes_have_their_names_in_front(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        foreach (var name in new[] { "a", "b" })
        {
            await box.Ok("start", "--name", name, "--", "sh", "-c", $"echo I am {name}; exec sleep 1000");
            await box.UntilOut(name, "\n");
        }
        await Assert.That((await box.Ok("logs")).Lines).IsEquivalentTo(new[] { "a | I am a", "b | I am b" });
        await Assert.That((await box.Ok("logs", "a")).Lines).IsEquivalentTo(new[] { "I am a" });
    }

    [Test]
    public async Task Flush_empties_and_the_output_goes_on(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "cat", "--stdin", "pipe", "--", "cat");
        await box.Ok("send", "cat", "before");
        await box.UntilOut("cat", "before\n");
        await box.Ok("flush", "cat");
        await Assert.That(File.ReadAllText(box.OutLog("cat"))).IsEqualTo("");
        await box.Ok("send", "cat", "after");
        await Assert.That(await box.UntilOut("cat", "after\n")).IsEqualTo("after\n");
    }

    [Test]
    public async Task Files_of_ones_own_and_merged_streams(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "own", "-o", "my.out", "--err-file", "my.err", "--", "sh", "-c",
            "echo o; echo e >&2; exec sleep 1000");
        await box.UntilFile("my.out", "o\n");
        await box.UntilFile("my.err", "e\n");
        await box.Ok("start", "--name", "merged", "--merge-logs", "--", "sh", "-c",
            "echo o; echo e >&2; exec sleep 1000");
        await Assert.That(await box.UntilOut("merged", "e\n")).IsEqualTo("o\ne\n");
    }

    [Test]
    public async Task A_log_larger_than_any_buffer_arrives_whole(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "big", "--restart", "never", "--log-max-size", "0", "--", "sh", "-c",
            "head -c 50000000 /dev/zero | tr '\\0' 'x'; echo; echo end");
        await box.UntilState("big", "stopped");
        await box.Until(() => new FileInfo(box.OutLog("big")).Length == 50_000_005, "every byte is there");
        var ran = await box.Ok("logs", "big", "--lines", "1");
        await Assert.That(ran.Out).IsEqualTo("end\n");
    }
}
