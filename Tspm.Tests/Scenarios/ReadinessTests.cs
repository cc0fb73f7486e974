using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Real programs that become ready late, never, or stop being well.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ReadinessTests
{
    /// <summary>
    /// A web server whose start takes a moment, and which answers with the status that the file <c>status</c> holds.
    /// </summary>
    const string LateServer = """
        import http.server, os, sys, time
        while not os.path.exists("go"): time.sleep(0.01)
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(int(open("status").read())); self.end_headers()
            def log_message(self, *words): pass
        http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
        """;

    /// <summary>Says what the files that appear tell it to: <c>say.1</c>, <c>say.2</c> …</summary>
    const string Speaker = """
        import os, socket, time
        name = os.environ["NOTIFY_SOCKET"]
        out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        out.connect("\0" + name[1:] if name[0] == "@" else name)
        print("up", os.environ.get("WATCHDOG_USEC"), os.environ.get("WATCHDOG_PID") == str(os.getpid()), flush=True)
        number = 1
        while True:
            try: words = open("say.%d" % number).read()
            except FileNotFoundError: time.sleep(0.01); continue
            if words.endswith("\n"): out.send(words.strip().encode()); open("said.%d" % number, "w").close(); number += 1
        """;

    [Test]
    public async Task Start_waits_until_a_server_takes_connections(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        box.Write("late.py", LateServer);
        box.Write("status", "500");
        var start = box.Run("start", "--name", "web", "--ready", $"tcp:{port}", "--", "python3", "late.py", $"{port}");
        var starting = await box.UntilState("web", "starting");
        await Assert.That(Ready(starting)).IsFalse();
        await box.Until(async () =>
            (await box.Ok("describe", "web")).Out is var text && text.Contains("connection refused") ? text : null,
                "describe says why");
        await Assert.That(start.IsCompleted).IsFalse();
        box.Write("go", "");
        (await start).Exits(0);
        var online = await box.Get("web");
        await Assert.That(online.State).IsEqualTo("online");
        await Assert.That(Ready(online)).IsTrue();
        await Assert.That(online.Pid).IsEqualTo(starting.Pid);
    }

    [Test]
    public async Task A_page_that_answers_well_makes_it_ready_and_one_that_goes_bad_restarts_it(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        var url = $"http://127.0.0.1:{port}/health";
        box.Write("late.py", LateServer);
        box.Write("status", "503");
        box.Write("go", "");
        await box.Ok("add", "--name", "web", "--ready", url, "--health", url, "--restart-delay", "1", "--", "python3",
            "late.py", $"{port}");
        await box.Ok("set", "web", "health.intervalMs=100", "health.failures=2");
        var start = box.Run("start", "web");
        await box.Until(async () =>
            (await box.Ok("describe", "web")).Out is var text && text.Contains("status 503") ? text : null,
                "it was asked");
        box.Write("status", "200");
        (await start).Exits(0);
        var first = await box.Until("web", entry => Health(entry) == true, "it is healthy");
        box.Write("status", "500");
        await box.Until("web",
            entry =>
                entry.State is "starting" or "stopping" or "waiting"
                    && entry.Reason.Contains($"health: {url}: status 500, 2 times in a row"),
                        "it is restarted, and the reason says why");
        box.Write("status", "200");
        var second = await box
            .Until("web", entry => entry.State == "online" && entry.Pid != first.Pid && Health(entry) == true,
                "another one is online");
        await Assert.That(second.Restarts).IsGreaterThanOrEqualTo(1);
    }

    [Test]
    public async Task A_line_of_the_log_makes_it_ready_and_each_start_needs_its_own(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "l", "--no-wait", "--ready", @"log:^listening on \d+$", "--", "sh", "-c",
            "echo warm; while [ ! -e go ]; do sleep 0.02; done; echo listening on 80 >&2; exec sleep 1000");
        await box.UntilOut("l", "warm");
        await Assert.That((await box.Get("l")).State).IsEqualTo("starting");
        box.Write("go", "");
        await box.UntilState("l", "online");
        File.Delete(Path.Combine(box.Folder, "go"));
        // The line of the first run is in the file.
        var restart = box.Run("restart", "l");
        await box.Until("l", entry => entry.State == "starting" && entry.Restarts == 1, "the second run is starting");
        await box.UntilFile(box.OutLog("l"), "warm\nwarm");
        await Assert.That((await box.Get("l")).State).IsEqualTo("starting");
        box.Write("go", "");
        (await restart).Exits(0);
        await Assert.That((await box.Get("l")).State).IsEqualTo("online");
    }

    [Test]
    public async Task A_command_decides_in_the_same_place_with_the_same_environment(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var start = box
            .Run("start", "--name", "e", "-e", "MARK=here", "--ready",
                "exec:echo $MARK $TSPM_NAME $NOTIFY_SOCKET >> asked; pwd >> asked; test -e go", "--", "sleep", "1000");
        await box.UntilFile("asked", $"here e\n{box.Folder}\n");
        await Assert.That((await box.Get("e")).State).IsEqualTo("starting");
        box.Write("go", "");
        (await start).Exits(0);
        await Assert.That(BoxText(box, "e")).IsEqualTo("");
    }

    [Test]
    public async Task A_command_that_hangs_is_killed_with_all_that_it_started_and_asked_again(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "--name", "e", "--health", "exec:sh -c 'sleep 1000 & echo $! >> asked; wait'",
            "--restart-delay", "1", "--", "sleep", "1000");
        await box.Ok("set", "e", "health.intervalMs=100", "health.timeoutMs=300", "health.failures=2");
        await box.Ok("start", "e");
        var first = await box.PidOf("e");
        await box.Until("e", entry => entry.Restarts > 0 && entry.Pid is { } pid && pid != first, "it was restarted");
        await box.Ok("stop", "e");
        foreach (var line in File.ReadAllLines(Path.Combine(box.Folder, "asked"))) await box.UntilGone(int.Parse(line));
    }

    [Test]
    public async Task It_says_itself_when_it_is_ready_and_how_it_is(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("speaker.py", Speaker);
        var start = box.Run("start", "--name", "n", "--ready", "notify", "--", "python3", "speaker.py");
        await box.UntilOut("n", "up None False");
        Say(box, 1, "STATUS=loading 40 %");
        await box.Until(async () =>
            (await box.Ok("describe", "n", "--json")).Json is var json
                && json.GetRawText().Contains("loading 40 %") ? "" : null, "describe shows what it says");
        await Assert.That((await box.Get("n")).State).IsEqualTo("starting");
        // Not of its tree: whoever finds the socket cannot speak for it.
        var name = (await box.RunProgram("sh", "-c",
            $"tr '\\0' '\\n' < /proc/{await box.PidOf("n")}/environ | sed -n 's/^NOTIFY_SOCKET=//p'")).Out.Trim();
        using (var stranger = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
            stranger.SendTo("READY=1"u8.ToArray(), new UnixDomainSocketEndPoint("\0" + name[1..]));
        await box.UntilFile(Path.Combine(box.Home, "daemon.log"), "ignored a notify message");
        await Assert.That((await box.Get("n")).State).IsEqualTo("starting");
        Say(box, 2, "READY=1\nSTATUS=serving");
        (await start).Exits(0);
        await Assert.That((await box.Ok("describe", "n")).Out).Contains("serving");
    }

    [Test]
    public async Task What_it_says_while_the_daemon_is_dead_counts(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("speaker.py", Speaker);
        await box.Ok("start", "--name", "n", "--ready", "notify", "--no-wait", "--", "python3", "speaker.py");
        await box.UntilOut("n", "up");
        var pid = await box.PidOf("n");
        // The guardian waits, so nobody brings the next daemon up before it was said.
        var (daemon, guardian) = await box.DaemonPids();
        LiveProcess.Kill(guardian, LiveProcess.SIGSTOP);
        LiveProcess.Kill(daemon);
        await box.UntilGone(daemon);
        Say(box, 1, "READY=1\nSTATUS=said to nobody");
        await box.Until(() => File.Exists(Path.Combine(box.Folder, "said.1")), "it was said");
        LiveProcess.Kill(guardian, LiveProcess.SIGCONT);
        var online = await box.UntilState("n", "online");
        await Assert.That(online.Pid).IsEqualTo(pid);
        await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(guardian);
        await Assert.That((await box.Ok("describe", "n")).Out).Contains("said to nobody");
    }

    [Test]
    public async Task A_daemon_killed_while_it_is_starting_goes_on_waiting(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var port = FreePort.Take();
        box.Write("late.py", LateServer);
        box.Write("status", "200");
        await box.Ok("start", "--name", "web", "--ready", $"tcp:{port}", "--no-wait", "--", "python3", "late.py",
            $"{port}");
        var pid = await box.PidOf("web");
        for (var round = 0; round < 3; round++)
        {
            var (daemon, _) = await box.DaemonPids();
            LiveProcess.Kill(daemon);
            await box.Until(async () =>
                (await box.Run("status", "--json")) is { ExitCode: 0 } status
                    && status.Json.GetProperty("running").GetBoolean()
                        && status.Json.GetProperty("pid").GetInt32() != daemon ? "" : null, "another daemon");
        }
        var starting = await box.Get("web");
        await Assert.That(starting.State).IsEqualTo("starting");
        await Assert.That(starting.Pid).IsEqualTo(pid);
        box.Write("go", "");
        await Assert.That((await box.UntilState("web", "online")).Pid).IsEqualTo(pid);
    }

    [Test]
    public async Task Signs_of_life_keep_it_running_and_silence_restarts_it(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "--name", "w", "--health", "notify", "--restart-delay", "1", "--", "python3", "-c", Alive);
        await box.Ok("set", "w", "health.intervalMs=3000");
        await box.Ok("start", "w");
        await box.UntilOut("w", "3000000 True\n");
        await box.UntilOut("w", "alive 20\n");
        var first = await box.Get("w");
        await Assert.That(first.Restarts).IsEqualTo(0);
        box.Write("hang", "");
        await box.Until("w", entry => entry.Reason == "no sign of life for 3 s" || entry.Restarts > 0,
            "the silence is noticed");
        File.Delete(Path.Combine(box.Folder, "hang"));
        await box.Until("w", entry => entry.State == "online" && entry.Pid != first.Pid, "another one is online");
        await Assert.That(TspmBox.Text(Path.Combine(box.Home, "daemon.log"))).Contains("no sign of life for 3 s");
    }

    const string Alive = """
        import os, socket, time
        out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        out.connect("\0" + os.environ["NOTIFY_SOCKET"][1:])
        print(os.environ["WATCHDOG_USEC"], os.environ["WATCHDOG_PID"] == str(os.getpid()), flush=True)
        number = 0
        while True:
            if not os.path.exists("hang"): out.send(b"WATCHDOG=1"); number += 1; print("alive", number, flush=True)
            time.sleep(0.05)
        """;

    [Test]
    public async Task Who_never_gets_ready_fails_with_its_last_lines(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("add", "--name", "never", "--ready", $"tcp:{FreePort.Take()}", "--restart", "never", "--", "sh",
            "-c", "echo cannot find the database; exec sleep 1000");
        await box.Ok("set", "never", "startTimeoutMs=700");
        (await box.Run("start", "never")).Exits(1).Says("not ready within 700 ms: connection refused")
            .Says("cannot find the database");
        await box.UntilState("never", "stopped");
        await box.Ok("add", "--name", "checked", "--ready", "exec:sh -c 'exit 3'", "--start-timeout", "500ms",
            "--restart", "never", "--", "sleep", "1000");
        (await box.Run("start", "checked")).Exits(1)
            .Says("not ready within 500 ms: the probe's command exited with code 3");
        (await box.Run("start", "never", "--no-wait")).Exits(0);
    }

    [Test]
    public async Task Who_dies_while_starting_fails_at_once_with_its_last_lines(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var watch = Stopwatch.StartNew();
        (await box.Run("start", "--name", "dead", "--ready", "notify", "--restart-delay", "1h", "--", "sh", "-c",
            "echo no such module >&2; exit 3")).Exits(1).Says("exited 3").Says("no such module");
        await Assert.That(watch.Elapsed).IsLessThan(TimeSpan.FromSeconds(60));
        await box.UntilState("dead", "waiting");
    }

    [Test]
    public async Task A_host_that_does_not_exist_is_said_and_holds_nobody_up(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        for (var i = 0; i < 5; i++)
            await box.Ok("start", "--name", $"x{i}", "--ready", "tcp:no-such-host.invalid:80", "--no-wait", "--",
                "sleep", "1000");
        await box.Ok("start", "--name", "other", "--ready", "delay:10ms", "--", "sleep", "1000");
        await box.Until(async () =>
            (await box.Ok("describe", "x0")).Out is var text
                && text.Contains("cannot resolve the name 'no-such-host.invalid'") ? text : null, "describe says why");
        await box.Ok("stop", "all");
    }

    [Test]
    [Arguments("--ready=tcp:0", "65535")]
    [Arguments("--ready=http://127.0.0.1:99999/", "65535")]
    [Arguments("--ready=https://127.0.0.1/", "http://")]
    [Arguments("--ready=log:(", "a '(' is not closed")]
    [Arguments("--health=delay:1s", "cannot check health")]
    [Arguments("--health=something", "expected tcp:PORT")]
    public async Task A_probe_that_makes_no_sense_is_refused(string flag, string says, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "--name", "x", flag, "--", "sleep", "1000")).Exits(2).Says(says);
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    static void Say(TspmBox box, int number, string words)
    {
        box.Write("say.tmp", words + "\n");
        File.Move(Path.Combine(box.Folder, "say.tmp"), Path.Combine(box.Folder, $"say.{number}"));
    }

    static string BoxText(TspmBox box, string name) =>
        File.Exists(box.OutLog(name)) ? TspmBox.Text(box.OutLog(name)) : "";

    static bool? Ready(Entry entry) => Bool(entry.Json.GetProperty("ready"));

    static bool? Health(Entry entry) => Bool(entry.Json.GetProperty("health"));

    static bool? Bool(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetBoolean();
}
