using System.Diagnostics;
using System.Globalization;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Platform;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// Nothing that Tspm reads, from a file or a client, stops the supervision of others or keeps the daemon from
/// answering.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class HostileInputTests
{
    /// <summary>For an answer that needs no work, on a busy machine.</summary>
    static readonly TimeSpan Quick = TimeSpan.FromSeconds(3);

    [Test]
    [Arguments("fifo", "is a FIFO, not a regular file"), Arguments("zero", "is a device, not a regular file"),
        Arguments("expanding", "with its variables expanded, the file is larger than 1 MB"),
            Arguments("loop", "is a link that leads back to itself")]
    public async Task A_bad_env_file_fails_its_own_process_and_nobody_elses(string kind, string said,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 100000", "--name", "neighbour", "--restart-delay", "0");
        var file = box.Write("s.env", "A=1\n");
        await box.Ok("start", "sleep 1000", "--name", "bad", "--env-file", file);
        await box.Ok("stop", "bad");
        File.Delete(file);
        if (kind == "expanding")
            box.Write("s.env",
                "A0=0123456789\n"
                    + string.Concat(Enumerable.Range(1,
                        8).Select(n => $"A{n}={string.Concat(Enumerable.Repeat($"${{A{n - 1}}}", 10))}\n")));
        else await RegularFileTests.Put(file, kind, cancellation);
        (await box.Run("start", "bad")).Exits(1).Says(said).Says(file);
        (await box.Run("start", "sleep 1000", "--name", "worse", "--env-file", file)).Exits(1).Says(said).Says(file);
        (await box.Run("env", "bad")).Exits(1).Says(said);
        var pid = await box.PidOf("neighbour");
        LiveProcess.Kill(pid);
        await box.Until("neighbour", entry => entry.State == "online" && entry.Pid != pid,
            "the neighbour is restarted");
        await box.Ok("stop", "neighbour");
        // Nor does it keep the next daemon from starting.
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await box.UntilState("neighbour", "stopped");
        await box.Ok("start", "neighbour");
    }

    [Test]
    [Arguments("validate a.json"), Arguments("validate a.toml"), Arguments("start a.json"), Arguments("apply a.toml"),
        Arguments("import pm2 a.json"), Arguments("import procfile a"), Arguments("import supervisord a"),
     Arguments("import pm2 a.js"), Arguments("import pm2 a.yml")]
    public async Task A_fifo_or_device_where_a_file_belongs_is_refused_at_once_by_the_client(string line,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var words = line.Split(' ');
        foreach (var kind in new[] { "fifo", "zero" })
        {
            var file = Path.Combine(box.Folder, words[^1]);
            await RegularFileTests.Put(file, kind, cancellation);
            var begun = Stopwatch.GetTimestamp();
            var ran = await box.Run(words);
            await Assert.That(ran.ExitCode).IsNotEqualTo(0).Because(ran.ToString());
            await Assert.That(ran.Err)
                .Contains(kind == "fifo" ? "is a FIFO, not a regular file" : "is a device, not a regular file");
            await Assert.That(Stopwatch.GetElapsedTime(begun)).IsLessThan(Quick * 2);
            File.Delete(file);
        }
    }

    [Test]
    [Arguments("zero"), Arguments("loop"), Arguments("folder"), Arguments("fifo"), Arguments("socket")]
    public async Task A_daemon_starts_whatever_lies_in_the_place_of_its_files_and_says_so(string kind,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        await box.Ok("add", "sleep 1000", "--name", "t");
        var pid = await box.PidOf("s");
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian);
        await box.UntilGone(daemon);
        string[] records = [.. Directory.GetFiles(Path.Combine(box.Home, "run"), "*.json")];
        await Assert.That(records.Length).IsGreaterThan(0);
        string[] files = [.. new[] { "processes.json", "settings.json", "daemon.state",
            "events.jsonl" }.Select(name => Path.Combine(box.Home, name)), records[0]];
        // So that what comes back is what was there.
        File.Copy(files[0], files[0] + ".1", overwrite: true);
        foreach (var file in files)
        {
            File.Delete(file);
            await RegularFileTests.Put(file, kind, cancellation);
        }
        await box.Ok("daemon", "start");
        await Assert.That((await box.List()).Select(entry => entry.Name)).IsEquivalentTo(new[] { "s", "t" });
        var troubles = string
            .Join('\n',
                (await box.Status()).GetProperty("troubles").EnumerateArray().Select(sentence => sentence.GetString()));
        foreach (var word in new[] { "processes.json could not be read (it is a", "settings.json is ignored: it is a",
            "events.jsonl could not be used (it is a",
                $"the run record {Path.GetFileName(records[0])} could not be read (it is a" })
            await Assert.That(troubles).Contains(word);
        if (records.Length > 1) await Assert.That(await box.PidOf("s")).IsEqualTo(pid);
        await box.Ok("restart", "s");
        await box.Ok("rename", "t", "u");
        await box.Ok("daemon", "restart");
        await Assert.That((await box.List()).Select(entry => entry.Name)).IsEquivalentTo(new[] { "s", "u" });
    }

    [Test]
    [Arguments("[a-", "]", 128_000), Arguments("(a|", ")", 8_000), Arguments("(a|", ")", 1_020),
        Arguments("[a-", "]", 1_020), Arguments("(?:", "){2}", 500), Arguments("(?:", "){4}", 40),
            Arguments("(a*|", ")*", 600)]
    public async Task Patterns_that_are_hard_to_build_leave_the_daemon_alive_and_quick(string open, string close,
        int levels, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "a", "--", "sh", "-c", "seq 1 100000; sleep 1000");
        var (daemon, _) = await box.DaemonPids();
        var pattern = string.Concat(Enumerable.Repeat(open, levels)) + "[b]"
            + string.Concat(Enumerable.Repeat(close, levels));
        var sockets = new List<RawSocket>();
        string[] requests =
        [
            $$$"""{"jsonrpc":"2.0","id":1,"method":"logs","params":{"selectors":["a"],"grep":"{{{pattern}}}"}}""", $$$"""{"jsonrpc":"2.0","id":1,"method":"stop","params":{"selectors":["/{{{pattern}}}/"]}}""",
            $$$"""{"jsonrpc":"2.0","id":1,"method":"list","params":{"selectors":["/{{{pattern}}}/"]}}""", $$$"""{"jsonrpc":"2.0","id":1,"method":"set","params":{"selectors":["a"],"assignments":["ready.log={{{pattern}}}"]}}""",
        ];
        foreach (var request in requests.Concat(requests))
        {
            sockets.Add(new RawSocket(box, cancellation));
            await sockets[^1].Send(request + "\n");
        }
        var begun = Stopwatch.GetTimestamp();
        await box.Ok("ping");
        await Assert.That(Stopwatch.GetElapsedTime(begun)).IsLessThan(Quick);
        foreach (var socket in sockets) socket.Dispose();
        await box.Ok("stop", "a");
        await Assert.That((await box.DaemonPids()).Daemon).IsEqualTo(daemon).Because("it has not died");
    }

    [Test]
    public async Task A_limit_on_patterns_and_selectors_is_named_with_its_field(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "sleep 1000", "--name", "a");
        using var socket = new RawSocket(box, cancellation);
        var many = string.Join(',', Enumerable.Repeat("\"a\"", 200_000));
        foreach (var method in new[] { "list", "stop", "describe", "events", "logs", "restart", "reopen" })
        {
            var error = (await socket.Ask($$$"""{"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{"selectors":[{{{many}}}]}}""")).GetProperty("error");
            await Assert.That(error.GetProperty("code").GetInt32()).IsEqualTo(-32602);
            await Assert.That(error.GetProperty("message").GetString())
                .IsEqualTo("the request has 200000 selectors; at most 1000 are allowed");
        }
        var longest = new string('x', 5000);
        foreach (var (parameters, path) in new[]
        {
            ($$$"""logs","params":{"grep":"{{{longest}}}"}""", "grep"), ($$$"""list","params":{"selectors":["a","{{{longest}}}*"]}""", "selectors[1]"), ($$$"""stop","params":{"selectors":["/{{{longest}}}/"]}""", "selectors[0]"),
            ($$$"""scale","params":{"selector":"{{{longest}}}","instances":2}""", "selector"), ($$$"""add","params":{"define":[{"name":"b","command":"x","ready":{"log":"{{{longest}}}"}}],"client":{"environment":{},"workingDirectory":"/"}}""", "ready.log"),
        })
        {
            var error = (await socket.Ask($$$"""{"jsonrpc":"2.0","id":1,"method":"{{{parameters}}}}""")).GetProperty("error");
            await Assert.That(error.GetProperty("message").GetString()).Contains(path).And
                .Contains("bytes long; at most 4 KB (4096 bytes) are allowed");
        }
        var thousand = string.Join(',', Enumerable.Repeat("\"a\"", 1000));
        var answer = await socket.Ask(
            $$$"""{"jsonrpc":"2.0","id":1,"method":"list","params":{"selectors":[{{{thousand}}}]}}""");
        await Assert.That(answer.GetProperty("result").GetProperty("processes").GetArrayLength()).IsEqualTo(1);
        var file = box.Write("deep.json", $$$"""{"processes":[{"name":"b","command":"x","ready":{"log":"{{{string.Concat(Enumerable.Repeat("[a-", 1_000_000))}}}"}}]}""");
        (await box.Run("validate", file)).Exits(1).Says("ready.log").Says("at most 4 KB");
    }

    [Test]
    public async Task A_search_ends_when_its_client_has_gone_and_not_when_it_only_sends_nothing_more(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "a", "--log-max-size", "0", "--", "sh", "-c",
            "yes aaaaaaaaaaaaaaaaaaaaaaaaaaaa | head -n 2000000; echo end; sleep 1000");
        await box.Until(() => new FileInfo(box.OutLog("a")).Length >= 2_000_000L * 29, "all is printed");
        // Some microseconds for each of two million lines.
        const string search = """{"jsonrpc":"2.0","id":1,"method":"logs","params":{"selectors":["a"],"grep":"^(a|a){10}b|end"}}""";
        var (daemon, _) = await box.DaemonPids();
        var sockets = Enumerable.Range(0, 6).Select(_ => new RawSocket(box, cancellation)).ToList();
        foreach (var socket in sockets) await socket.Send(search + "\n");
        await box.Ok("ping");
        foreach (var socket in sockets) socket.Dispose();
        await box.Ok("ping");
        // With nobody to answer, it rests.
        await box.Until(async () =>
        {
            var before = CpuTicks(daemon);
            await Task.Delay(200, cancellation);
            return CpuTicks(daemon) - before <= 2 ? "" : null;
        }, "the daemon has stopped searching");
        await Assert.That(File.ReadAllText(Path.Combine(box.Home, "daemon.log"))).DoesNotContain("internal error");
        using var waiting = new RawSocket(box, cancellation);
        await waiting.Send(search + "\n");
        waiting.FinishSending();
        while (await waiting.Read() is { } line)
            if (line.TryGetProperty("result", out var result))
            {
                await Assert.That(result.GetProperty("lines").GetInt32()).IsGreaterThan(0);
                return;
            }
        throw new InvalidOperationException("closed without an answer");
    }

    static long CpuTicks(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture)
            + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }
}
