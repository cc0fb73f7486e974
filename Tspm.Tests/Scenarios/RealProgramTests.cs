using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// The main job with the programs people run: a Node server, a Python worker, a shell loop, a C program.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class RealProgramTests
{
    const string Server = """
        const http = require('http');
        http.createServer((q, r) => r.end('pid ' + process.pid)).listen(+process.env.PORT, '127.0.0.1', () => console.log('ready'));
        """;

    const string Worker = """
        import os, sys, time
        print("working as", os.environ["TSPM_NAME"], flush=True)
        print("to stderr", file=sys.stderr, flush=True)
        while True: time.sleep(0.05)
        """;

    [Test]
    public async Task A_node_server_answers_and_answers_again_after_kill_9(CancellationToken cancellation)
    {
        _ = Tools.Node;
        await using var box = new TspmBox(cancellation);
        box.Write("server.js", Server);
        var port = FreePort.Take();
        box.Variables["PORT"] = $"{port}";
        await box.Ok("start", "node server.js", "--name", "web");
        var first = await box.PidOf("web");
        await Assert.That(await Answer(box, port, null)).IsEqualTo($"pid {first}");
        // A reading is up to two seconds old: it may be of the moment in which the program had only just begun.
        var online = await box
            .Until("web",
                entry =>
                    entry.Json.GetProperty("memoryBytes") is { ValueKind: System.Text.Json.JsonValueKind.Number } bytes
                        && bytes.GetInt64() > 1024 * 1024, "its memory was read");
        await Assert.That(online.IsOnline).IsTrue();
        await Assert.That(online.Json.GetProperty("uptimeMs").GetInt64()).IsGreaterThan(0);

        LiveProcess.Kill(first);
        var back = await box.Until("web", entry => entry.IsOnline && entry.Pid != first, "web is back");
        await Assert.That(await Answer(box, port, first)).IsEqualTo($"pid {back.Pid}");
        await Assert.That(back.Restarts).IsEqualTo(1);
        await Assert.That(back.Signal).IsEqualTo("SIGKILL");
        await Assert.That(LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Count(pid =>
            LiveProcess.CommandOf(pid).StartsWith("tspm", StringComparison.Ordinal))).IsEqualTo(2);
    }

    /// <summary>Each request leaves 10 MB behind, touched so that they are really there.</summary>
    const string Leaky = """
        const http = require('http'), kept = [];
        process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
        http.createServer((q, r) => { if (q.url === '/leak') kept.push(Buffer.alloc(10 << 20, 1)); r.end('pid ' + process.pid); }).listen(+process.env.PORT, '127.0.0.1', () => console.log('ready'));
        """;

    [Test]
    public async Task A_node_server_that_leaks_is_restarted_gracefully_with_the_reason_and_serves_on(
        CancellationToken cancellation)
    {
        _ = Tools.Node;
        await using var box = new TspmBox(cancellation);
        box.Write("leaky.js", Leaky);
        var port = FreePort.Take();
        box.Write("leaky.json", $$"""
            { "processes": [{ "name": "web", "command": "node leaky.js", "env": { "PORT": {{port}} }, "memoryLimitBytes": 209715200, "monitorIntervalMs": 100, "ready": { "tcp": "127.0.0.1:{{port}}" } }] }
            """);
        await box.Ok("start", "leaky.json");
        var first = await box.PidOf("web");
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        // As many as it takes; while it goes down and comes back nobody answers.
        var restarted = await box.Until<Entry>(async () =>
        {
            try
            {
                await http.GetStringAsync($"http://127.0.0.1:{port}/leak");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Asked again.
            }
            return await box.Get("web") is { Restarts: 0, State: "online" } ? null : await box.Get("web");
        }, "it was found out");
        await Assert.That(restarted.Reason).Contains("exceeded the limit of 200 MB").And.StartsWith("memory ");
        var back = await box.Until("web", entry => entry.IsOnline && entry.Pid != first, "web is back");
        await Assert.That(await Answer(box, port, first)).IsEqualTo($"pid {back.Pid}");
        await Assert.That(back.Restarts).IsEqualTo(1);
        await Assert.That(back.ExitCode).IsEqualTo(0);
        await box.UntilOut("web", "ready\nbye\nready\n");
    }

    [Test]
    public async Task A_python_worker_gets_its_interpreter_by_its_ending(CancellationToken cancellation)
    {
        _ = Tools.Python;
        await using var box = new TspmBox(cancellation);
        box.Write("worker.py", Worker);
        await box.Ok("start", "worker.py");
        await box.UntilOut("worker", "working as worker");
        await box.UntilFile(box.ErrLog("worker"), "to stderr");
        await Assert.That(File.ReadAllText(box.OutLog("worker"))).DoesNotContain("to stderr");
        await Assert.That((await box.Get("worker")).Name).IsEqualTo("worker");
    }

    [Test]
    public async Task The_stop_signal_reaches_the_program_inside_a_shell(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("inner.sh", "trap 'echo stopped by TERM; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
        await box.Ok("start", "FOO=1 sh inner.sh && true", "--name", "shell");
        await box.UntilOut("shell", "ready");
        await box.Ok("stop", "shell");
        await Assert.That(File.ReadAllText(box.OutLog("shell"))).IsEqualTo("ready\nstopped by TERM\n");
    }

    [Test]
    public async Task A_c_program_is_supervised_and_its_exit_code_known(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var program = await CProgram.Build(box, "seven", """
            #include <stdio.h>
            int main(int n, char **a) { printf("%d arguments, last %s\n", n, a[n - 1]); return 7; }
            """);
        await box.Ok("start", "--name", "seven", "--restart", "never", "--no-wait", "--", program, "a b", "$HOME *");
        var ended = await box.UntilState("seven", "stopped");
        await Assert.That(ended.ExitCode).IsEqualTo(7);
        await Assert.That(ended.Desired).IsEqualTo("down");
        await Assert.That(await box.UntilOut("seven", "\n")).IsEqualTo("3 arguments, last $HOME *\n");
    }

    static async Task<string> Answer(TspmBox box, int port, int? not)
    {
        using var http = new HttpClient();
        return await box.Until(async () =>
        {
            try
            {
                var text = await http.GetStringAsync($"http://127.0.0.1:{port}/");
                return text == $"pid {not}" ? null : text;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }, "the server answers");
    }
}
