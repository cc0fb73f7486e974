using System.Net.Sockets;
using System.Text;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// The daemon under a service manager, as far as that can be played by a socket; the real one is in Systemd/.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ServiceManagerTests
{
    [Test]
    public async Task It_is_told_when_the_daemon_is_ready_how_it_is_that_it_lives_and_that_it_ends(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var manager = new Manager(box, "manager");
        box.Variables["WATCHDOG_USEC"] = "600000";
        using var daemon = box.Begin("daemon");
        await Assert.That(await manager.Until("READY=1")).Contains($"MAINPID={daemon.Pid}").And
            .Contains("STATUS=no processes");
        await box.Ok("start", "--name", "s", "--", "sh", "-c",
            "trap 'sleep 0.2; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
        await manager.Until("STATUS=1 online");
        foreach (var name in new[] { "NOTIFY_SOCKET", "WATCHDOG_USEC" })
            await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("s")).ContainsKey(name)).IsFalse()
                .Because(name);
        // Three times within the limit, by the daemon itself: one that hangs gives no sign of life.
        for (var i = 0; i < 3; i++) await manager.Until("WATCHDOG=1");
        var (pid, _) = await box.DaemonPids();
        LiveProcess.Kill(pid, LiveProcess.SIGSTOP);
        await box.Until(() => LiveProcess.StatusOf(pid, "State").StartsWith('T'), "the daemon is frozen");
        manager.Drain();
        await Assert.That(manager.IsSilentFor(TimeSpan.FromSeconds(1))).IsTrue();
        LiveProcess.Kill(pid, LiveProcess.SIGCONT);
        await manager.Until("WATCHDOG=1");
        daemon.Signal(LiveProcess.SIGTERM);
        await manager.Until("STOPPING=1");
        await manager.Until("EXTEND_TIMEOUT_USEC=");
        await Assert.That(await daemon.End()).IsEqualTo(0);
    }

    [Test]
    public async Task The_next_daemon_says_that_it_is_ready_too(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var manager = new Manager(box, "@tspm-test-" + Environment.ProcessId);
        using var daemon = box.Begin("daemon");
        await manager.Until("READY=1");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await Assert.That(await manager.Until("READY=1")).Contains($"MAINPID={daemon.Pid}");
        daemon.Signal(LiveProcess.SIGTERM);
        await Assert.That(await daemon.End()).IsEqualTo(0);
    }

    [Test]
    public async Task A_running_daemon_hands_over_and_nothing_is_lost_or_restarted(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "count", "--", "sh", "-c",
            "n=0; while :; do n=$((n+1)); echo $n; sleep 0.005; done");
        await box.Ok("start", "sleep 1000", "--name", "listens", "--listen",
            "unix:" + Path.Combine(box.Folder, "l.sock"));
        await box.Ok("start", "--name", "brief", "--restart", "never", "--", "sh", "-c",
            "while [ ! -e end ]; do sleep 0.02; done; exit 42");
        await box.UntilOut("count", "20\n");
        var before = await box.List();
        var (_, guardian) = await box.DaemonPids();
        using (var successor = box.Begin("daemon", "--take-over"))
        {
            await box.UntilGone(guardian);
            await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null,
                "the next daemon answers");
            await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(successor.Pid);
            await Assert.That((await box.List()).Select(entry => (entry.Name, entry.Pid, entry.Restarts)))
                .IsEquivalentTo(before.Select(entry => (entry.Name, entry.Pid, entry.Restarts)));
            // The listener's queue still is the same one: nobody else could bind it again without having removed it.
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(Path.Combine(box.Folder, "l.sock")));
            // Started by another process than the one that now looks after it: PID 1 reaps it, sooner or later. Before
            // Linux 6.15 the daemon may come too late to see how it ended.
            box.Write("end", "");
            var ended = await box.UntilState("brief", "stopped");
            if (Tspm.Libc.SysPidfd.ReportsExitOfOthers) await Assert.That(ended.ExitCode).IsEqualTo(42);
            else if (ended.ExitCode is null) await Assert.That(ended.Reason).Contains("exit status unknown");
            var printed = TspmBox.Text(box.OutLog("count")).Split('\n')[..^1];
            await Assert.That(printed)
                .IsEquivalentTo(Enumerable.Range(1, printed.Length).Select(number => $"{number}"));
            successor.Signal(LiveProcess.SIGTERM);
            await Assert.That(await successor.End()).IsEqualTo(0);
        }
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    public async Task A_successor_that_goes_away_leaves_everything_as_it_was(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var (before, (daemon, guardian)) = (await box.PidOf("s"), await box.DaemonPids());
        using (var requester = new RawSocket(box, cancellation)) await requester.Send("""{"jsonrpc":"2.0","id":1,"method":"upgrade","params":{"handOver":true}}""" + "\n");
        await box.UntilGone(daemon);
        await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null, "a daemon answers");
        await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(guardian);
        await Assert.That(await box.PidOf("s")).IsEqualTo(before);
        await Assert.That((await box.Status()).GetProperty("troubles").ToString())
            .Contains("handing over to another daemon failed");
    }

    [Test]
    public async Task The_control_socket_of_a_service_manager_is_used_and_never_removed(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(box.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var daemon = BeginWithSocket(box, cancellation, box.SocketPath);
        await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null, "the daemon answers");
        await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(daemon.Pid);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var pid = await box.PidOf("s");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await Assert.That(await box.PidOf("s")).IsEqualTo(pid);
        await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "newer/tspm"));
        await box.Ok("daemon", "stop");
        await Assert.That(await daemon.End()).IsEqualTo(0);
        await Assert.That(File.Exists(box.SocketPath)).IsTrue();
        await Assert.That(LiveProcess.IsAlive(pid)).IsFalse();
    }

    [Test]
    public async Task A_socket_at_another_place_is_refused_with_the_reason(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var daemon = BeginWithSocket(box, cancellation, Path.Combine(box.Folder, "other.sock"));
        await Assert.That(await daemon.End()).IsEqualTo(1);
        await box.Until(() => daemon.Err.Contains("ListenStream=", StringComparison.Ordinal), "it says why");
        await Assert.That(daemon.Err).Contains("other.sock").And.Contains(box.SocketPath);
    }

    /// <summary>As systemd starts it: the socket is descriptor 3, and LISTEN_PID its own number.</summary>
    static RunningCommand BeginWithSocket(TspmBox box, CancellationToken cancellation, string path) =>
        new(Programs.Start(Tools.Python,
    [
        "-c", """
            import os, socket, sys
            s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
            os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2], ["tspm", "daemon"])
            """,
        path, PublishedExecutable.Path,
    ], box.Variables, box.Folder), cancellation);

    /// <summary>Listens where NOTIFY_SOCKET points to.</summary>
    sealed class Manager : IDisposable
    {
        readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        readonly TspmBox _box;

        public Manager(TspmBox box, string name)
        {
            _box = box;
            var isAbstract = name[0] == '@';
            _socket.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name[1..] : Path.Combine(box.Folder, name)));
            _socket.Blocking = false;
            box.Variables["NOTIFY_SOCKET"] = isAbstract ? name : Path.Combine(box.Folder, name);
        }

        /// <summary>The next message that holds this.</summary>
        public async Task<string> Until(string text)
        {
            string? found = null;
            await _box.Until(() =>
            {
                while (Next() is { } message)
                    if (message.Contains(text, StringComparison.Ordinal))
                    {
                        found = message;
                        return true;
                    }
                return false;
            }, $"the service manager is told {text}");
            return found!;
        }

        public void Drain()
        {
            while (Next() is not null) { }
        }

        public bool IsSilentFor(TimeSpan time) => !_socket.Poll(time, SelectMode.SelectRead);

        public void Dispose() => _socket.Dispose();

        string? Next()
        {
            var buffer = new byte[4096];
            return _socket.Poll(TimeSpan.Zero, SelectMode.SelectRead)
                ? Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer))
                : null;
        }
    }
}
