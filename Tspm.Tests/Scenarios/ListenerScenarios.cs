using System.Net;
using System.Net.Sockets;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>listen</c>: the daemon opens the sockets, the programs accept on them, and who connects is never refused while
/// they are to run.
/// </summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class ListenerScenarios
{
    /// <summary>docs/reload.md shows it.</summary>
    public const string NodeServer = """
        const http = require('http');
        const server = http.createServer((request, response) => response.end(`pid ${process.pid}\n`));
        server.listen(process.env.LISTEN_FDS ? { fd: 3 } : 8080, () => console.log('ready'));
        process.on('SIGTERM', () => server.close());
        """;

    const string PythonServer = """
        import http.server, os, socket, sys
        assert int(os.environ["LISTEN_PID"]) == os.getpid()
        class Handler(http.server.BaseHTTPRequestHandler):
            def address_string(self): return "?"
            def do_GET(self):
                self.send_response(200); self.end_headers(); self.wfile.write(b"%d of %s" % (os.getpid(), os.environ["LISTEN_FDS"].encode()))
        class Server(http.server.HTTPServer):
            def __init__(self, fd):
                super().__init__(("", 0), Handler, bind_and_activate=False)
                self.socket.close()
                self.socket = socket.socket(fileno=fd)
        if os.fork() == 0: Server(4).serve_forever()
        print("ready", flush=True)
        Server(3).serve_forever()
        """;

    [Test]
    public async Task A_node_cluster_refuses_nobody_over_a_daemons_death_and_an_upgrade(CancellationToken cancellation)
    {
        _ = Tools.Node;
        await using var box = new TspmBox(cancellation);
        box.Write("server.js", NodeServer);
        var address = SteadyRequests.FreeAddress();
        await box.Ok("start", "node server.js", "--name", "web", "-i", "4", "--listen", $"{address}", "--ready",
            "log:ready");
        var before = await box.List("web");
        await Assert.That(before.All(entry => entry.IsOnline)).IsTrue();
        await Assert.That((await box.Ok("describe", "web:0",
            "--json")).Json.GetProperty("listen").EnumerateArray().Single().GetString()).IsEqualTo($"{address}");
        await Assert.That((await box.Ok("describe", "web:0")).Out).Contains($"{address}");
        var requests = SteadyRequests.Begin(address, cancellation);
        await requests.More(box, 100);
        for (var i = 0; i < 3; i++)
        {
            var (daemon, _) = await box.DaemonPids();
            LiveProcess.Kill(daemon);
            await box.Until(async () =>
                await box.Run("status", "--json") is { ExitCode: 0 } ran
                    && ran.Json.GetProperty("pid").GetInt32() != daemon ? ran : null, "another daemon answers");
            await requests.More(box, 100);
        }
        await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "new/tspm"));
        await requests.More(box, 100);
        // A crashed one is replaced, and gets the same socket.
        LiveProcess.Kill(before[2].Pid!.Value, 15);
        await box.Until("web:2", entry => entry.IsOnline && entry.Pid != before[2].Pid, "instance 2 is back");
        // Which of them takes a connection is the kernel's choice.
        var replaced = $"pid {await box.PidOf("web:2")}\n";
        await box.Until(() => requests.Answers.ContainsKey(replaced), "the new one answers too");
        await Assert.That(await requests.End()).IsEqualTo("");
        var after = await box.List("web");
        await Assert.That(after.Where((_, i) => i != 2).Select(entry => entry.Pid).ToList())
            .IsEquivalentTo(before.Where((_, i) => i != 2).Select(entry => entry.Pid).ToList());

        await box.Ok("stop", "web");
        await Assert.That(SteadyRequests.IsRefused(address)).IsTrue();
        await box.Ok("start", "web");
        await Assert.That(await SteadyRequests.Ask(address)).StartsWith("pid ");
        await box.Ok("delete", "web");
        await Assert.That(SteadyRequests.IsRefused(address)).IsTrue();
    }

    [Test]
    public async Task A_python_server_accepts_on_both_sockets_and_who_comes_while_it_is_down_waits(
        CancellationToken cancellation)
    {
        _ = Tools.Python;
        await using var box = new TspmBox(cancellation);
        var path = Path.Combine(box.Folder, "web.sock");
        var (tcp, unix) = (SteadyRequests.FreeAddress(), new UnixDomainSocketEndPoint(path));
        box.Write("server.py", PythonServer);
        box.Write("apps.json", $$"""
            { "processes": [ { "name": "web", "command": "{{Tools.Python}} server.py", "listen": ["{{tcp}}", "unix:{{path}}"], "ready": {"log": "ready"}, "restart": {"delayMs": 1500} } ] }
            """);
        await box.Ok("start", "apps.json");
        var first = await box.PidOf("web");
        await Assert.That(await SteadyRequests.Ask(tcp)).IsEqualTo($"{first} of 2");
        await Assert.That(await SteadyRequests.Ask(unix)).EndsWith(" of 2");
        await Assert.That(File.GetUnixFileMode(path)).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        LiveProcess.Kill(first);
        await box.UntilState("web", "waiting");
        // With nobody there, not even a daemon.
        var (daemon, _) = await box.DaemonPids();
        LiveProcess.Kill(daemon);
        var waits = SteadyRequests.Ask(tcp);
        var second = await box.Until("web", entry => entry.IsOnline && entry.Pid != first, "web is back");
        await Assert.That(await waits).IsEqualTo($"{second.Pid} of 2");
        await box.Ok("stop", "web");
        await Assert.That(SteadyRequests.IsRefused(tcp)).IsTrue();
        await Assert.That(File.Exists(path)).IsFalse();
    }

    [Test]
    public async Task An_address_in_use_fails_the_start_and_says_so(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var refused = await box.Run("start", "sleep 1000", "--name", "web", "--listen", $"{other.LocalEndpoint}");
        refused.Exits(1);
        await Assert.That(refused.Err)
            .Contains($"web: cannot listen on {other.LocalEndpoint}: address already in use\n");
        var bad = await box.Run("start", "sleep 1000", "--name", "web", "--listen", "web.local:80");
        await Assert.That(bad.ExitCode).IsNotEqualTo(0);
        await Assert.That(bad.Err).Contains("expected HOST:PORT").And.Contains("--listen: 'web.local:80'");
        await Assert.That(await box.List()).IsEmpty();
    }

    [Test]
    public async Task Other_addresses_count_from_the_next_start(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var (first, second) = (SteadyRequests.FreeAddress(), SteadyRequests.FreeAddress());
        await box.Ok("start", "sleep 1000", "--name", "web", "--listen", $"{first}", "--listen",
            $"unix:{box.Folder}/a.sock");
        var set = await box.Ok("set", "web", "--listen", $"{second}");
        await Assert.That(set.Err).Contains("web: listen takes effect at the next start: tspm restart web");
        await Assert.That((SteadyRequests.IsRefused(first), SteadyRequests.IsRefused(second))).IsEqualTo((false, true));
        await box.Ok("restart", "web");
        await Assert.That((SteadyRequests.IsRefused(first), SteadyRequests.IsRefused(second))).IsEqualTo((true, false));
        await Assert.That(File.Exists($"{box.Folder}/a.sock")).IsFalse();
        await box.Ok("set", "web", "listen=");
        await box.Ok("restart", "web");
        await Assert.That(SteadyRequests.IsRefused(second)).IsTrue();
        await box.Ok("set", "web", "listen=127.0.0.1:1 '[::1]:1'");
        await Assert.That((await box.Ok("describe", "web",
            "--json")).Json.GetProperty("config").GetProperty("listen").GetArrayLength()).IsEqualTo(2);
    }
}
