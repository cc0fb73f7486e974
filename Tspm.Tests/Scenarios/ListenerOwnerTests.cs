using System.Net;
using System.Net.Sockets;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Whose listener answers a readiness probe: another program's does not make a process ready.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ListenerOwnerTests
{
    /// <summary>Listens on the port of its first argument, if it gets it; goes on in any case.</summary>
    const string Server = """
        import socket, sys, time, os
        kind, port = sys.argv[1], int(sys.argv[2])
        if kind == "later":
            if os.fork() == 0:
                os.setsid()
                if os.fork() != 0: os._exit(0)
                kind = "plain"
            else:
                time.sleep(1000)
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if kind == "share": s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            s.bind(("0.0.0.0" if kind == "wide" else "127.0.0.1", port)); s.listen()
        except OSError as e: print(e, flush=True)
        while True:
            try: s.accept()[0].close()
            except OSError: time.sleep(1000)
        """;

    static Socket Listen(int port, IPAddress? address = null, bool shares = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (shares) socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1)); // SOL_SOCKET, SO_REUSEPORT
        socket.Bind(new IPEndPoint(address ?? IPAddress.Loopback, port));
        socket.Listen();
        return socket;
    }

    static string[] Start(string kind, int port, params string[] flags) =>
        ["start", "--name", "web", "--ready", $"tcp:{port}", .. flags, "--", Tools.Python, "server.py", kind,
            $"{port}"];

    [Test]
    [Arguments(false), Arguments(true)]
    public async Task A_port_that_somebody_else_has_makes_nobody_ready(bool isWildcard, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        box.Write("server.py", Server);
        var stranger = Listen(port, isWildcard ? IPAddress.Any : null);
        var start = box.Run(Start("plain", port));
        var answers = $"is answered by pid {Environment.ProcessId} (";
        await box.Until(
            async () => (await box.Run("describe", "web")).Out is var text && text.Contains(answers) ? text : null,
            "describe says who answers");
        await Assert.That((await box.Get("web")).State).IsEqualTo("starting");
        (await box.Run("stop", "web")).Exits(0);
        (await start).Exits(1);
        stranger.Dispose();
        await box.Ok(Start("plain", port, "--force"));
        var described = (await box.Ok("describe", "web")).Out;
        await Assert.That(described).Contains("ready\tyes");
        await Assert.That(described).DoesNotContain("\nprobe\t").And.DoesNotContain("ready by");
    }

    [Test]
    public async Task The_start_fails_in_time_and_names_the_other_program(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        box.Write("server.py", Server);
        using var stranger = Listen(port);
        box.Write("c.json", $$"""
            {"processes": [{"name": "web", "command": "{{Tools.Python}} server.py plain {{port}}",
              "ready": {"tcp": "127.0.0.1:{{port}}"}, "startTimeoutMs": 700, "restart": {"policy": "never"} } ] }
            """);
        (await box.Run("start", "c.json")).Exits(1)
            .Says($"not ready within 700 ms: 127.0.0.1:{port} is answered by pid {Environment.ProcessId} (")
            .Says("which was already listening there before the start");
    }

    [Test]
    public async Task One_that_shares_the_port_is_ready_and_so_is_one_on_a_narrower_address(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("server.py", Server);
        var shared = FreePort.Take();
        using var stranger = Listen(shared, shares: true);
        await box.Ok(Start("share", shared));
        await Assert.That((await box.Ok("describe", "web", "--json")).Json.TryGetProperty("readyNote", out _))
            .IsFalse();
        await box.Ok("delete", "web");
        var wide = FreePort.Take();
        await box.Ok(Start("wide", wide));
        await box.Ok("restart", "web");
    }

    [Test]
    public async Task A_listener_that_came_later_and_elsewhere_counts_with_a_note(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        box.Write("server.py", Server);
        await box.Ok(Start("later", port));
        const string note = "was answered by a listener that appeared after the start and is not in its process tree";
        await Assert.That((await box.Ok("describe", "web")).Out).Contains($"ready by\t127.0.0.1:{port} {note}");
        await Assert.That((await box.Ok("describe", "web", "--json")).Json.GetProperty("readyNote").GetString()!)
            .Contains(note);
        await box.Ok("delete", "web");
    }

    [Test]
    public async Task A_child_that_gets_its_socket_from_Tspm_is_ready_and_reloads(CancellationToken cancellation)
    {
        _ = Tools.Node;
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        box.Write("server.js", ListenerScenarios.NodeServer);
        await box.Ok(
            "start", "server.js", "--name", "web", "-i", "2", "--listen", $"127.0.0.1:{port}", "--ready",
            $"http://127.0.0.1:{port}/");
        await box.Ok("reload", "web");
        await Assert.That((await box.Ok("describe", "web:0", "--json")).Json.TryGetProperty("readyNote", out _))
            .IsFalse();
        (await box.Run("start", "sleep 1000", "--name", "x", "--listen", "127.0.0.1:9", "--ready", "tcp:9")).Exits(2)
            .Says("always accepts connections").Says("use http, or notify");
    }
}
