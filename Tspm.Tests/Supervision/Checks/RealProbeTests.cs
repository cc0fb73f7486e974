using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Tspm.Logs.Reading;
using Tspm.Model.Config;
using Tspm.Platform.Linux.Events;
using Tspm.Platform.Linux.Sockets;
using Tspm.Supervision.Checks;

namespace Tspm.Tests.Supervision.Checks;

/// <summary>Every kind that asks somebody, against real sockets and files.</summary>
[Timeout(60_000)]
internal sealed class RealProbeTests
{
    [Test]
    [Arguments("127.0.0.1"), Arguments("localhost")]
    public async Task A_port_that_takes_connections_is_fine_and_one_that_does_not_is_refused(string host,
        CancellationToken cancellation)
    {
        using var net = new Net();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        await Assert.That(await Ask(net.Tcp(host, port), cancellation)).IsNull();
        server.Stop();
        await Assert.That(await Ask(net.Tcp(host, port), cancellation)).IsEqualTo("connection refused");
    }

    [Test]
    public async Task IPv6_is_spoken_too(CancellationToken cancellation)
    {
        using var net = new Net();
        using var server = new TcpListener(IPAddress.IPv6Loopback, 0);
        try
        {
            server.Start();
        }
        catch (SocketException)
        {
            return; // a machine without it
        }
        await Assert.That(await Ask(net.Tcp("::1", ((IPEndPoint)server.LocalEndpoint).Port), cancellation)).IsNull();
    }

    [Test]
    public async Task A_host_that_does_not_exist_is_said_without_holding_anybody_up(CancellationToken cancellation)
    {
        using var net = new Net();
        var answered = new TaskCompletionSource<string?>();
        var before = Environment.CurrentManagedThreadId;
        using var run = net.Tcp("no-such-host.invalid", 80)
            .Run(problem =>
                answered.TrySetResult(
                    problem + (Environment.CurrentManagedThreadId == before ? " (on this thread)" : "")));
        await Assert.That(await answered.Task.WaitAsync(cancellation))
            .StartsWith("cannot resolve the name 'no-such-host.invalid': ");
    }

    [Test]
    [Arguments("HTTP/1.1 200 OK\r\n", null)]
    [Arguments("HTTP/1.1 399 Odd\r\n", null)]
    [Arguments("HTTP/1.0 204\r\n", null)]
    [Arguments("HTTP/1.1 400 Bad\r\n", "status 400")]
    [Arguments("HTTP/1.1 500 Internal\r\n", "status 500")]
    [Arguments("HTTP/1.1 100 Continue\r\n", "status 100")]
    [Arguments("SSH-2.0-OpenSSH_9\r\n", "the answer is not HTTP")]
    [Arguments("\r\n", "the answer is not HTTP")]
    [Arguments("HTTP/1.1 2xx\r\n", "the answer is not HTTP")]
    [Arguments("", "the connection was closed without an answer")]
    public async Task The_status_decides(string answer, string? problem, CancellationToken cancellation)
    {
        using var net = new Net();
        using var server = new OneAnswer(answer);
        await Assert.That(await Ask(net.Http($"http://127.0.0.1:{server.Port}/health?x=1"), cancellation))
            .IsEqualTo(problem);
        var request = await server.Request.WaitAsync(cancellation);
        await Assert.That(request).StartsWith("GET /health?x=1 HTTP/1.1\r\n");
        await Assert.That(request).Contains($"\r\nHost: 127.0.0.1:{server.Port}\r\n");
        await Assert.That(request).Contains("\r\nConnection: close\r\n");
        await Assert.That(request).EndsWith("\r\n\r\n");
    }

    [Test]
    public async Task An_answer_in_pieces_is_put_together_and_the_rest_of_it_is_taken(CancellationToken cancellation)
    {
        using var net = new Net();
        using var server = new OneAnswer("HTTP/1.1 2", "00 OK\r\nContent-Length: 100000\r\n\r\n",
            new string('x', 100_000));
        await Assert.That(await Ask(net.Http($"http://localhost:{server.Port}"), cancellation)).IsNull();
        // The server could send all of it: nobody cut it off.
        await Assert.That(await server.Sent.WaitAsync(cancellation)).IsTrue();
    }

    [Test]
    public async Task A_question_that_is_ended_tells_nothing_and_closes_its_connection(CancellationToken cancellation)
    {
        using var net = new Net();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answered = false;
        var run = net.Http($"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/").Run(_ => answered = true);
        using var connection = await server.AcceptSocketAsync(cancellation);
        var buffer = new byte[1000];
        await Assert.That(await connection.ReceiveAsync(buffer, cancellation)).IsGreaterThan(0);
        run.Dispose();
        await Assert.That(await connection.ReceiveAsync(buffer, cancellation)).IsEqualTo(0);
        await Assert.That(answered).IsFalse();
    }

    [Test]
    public async Task A_line_of_this_run_counts_and_none_of_an_earlier_one(CancellationToken cancellation)
    {
        using var folder = new Tspm.Tests.Config.TemporaryFolder();
        var path = Path.Combine(folder.Path, "log");
        await File.WriteAllTextAsync(path, "ready 1\nready 2\n", cancellation);
        var logChanges = new LogChangeNotifier();
        var probe = new LogProbe(logChanges, new Regex(@"^ready \d+$"),
            [GrowingFrom(path, new FileInfo(path).Length), GrowingFrom(path + ".err", 0)]);
        var answer = Ask(probe, cancellation);
        await Write(path, "almost ready 3\nready");
        logChanges.Notify(path);
        await Write(path, " 4");
        logChanges.Notify(path);
        // No whole line yet.
        await Assert.That(answer.IsCompleted).IsFalse();
        await Write(path, "\n");
        logChanges.Notify(path);
        await Assert.That(await answer).IsNull();
        // The next run wants another line, and finds it in the other file.
        var next = Ask(probe, cancellation);
        await Assert.That(next.IsCompleted).IsFalse();
        await Write(path + ".err", "ready 5\n");
        logChanges.Notify(path + ".err");
        await Assert.That(await next).IsNull();
    }

    /// <summary>What an earlier run has printed may come into the file when this one is up already.</summary>
    [Test]
    public async Task Nothing_is_looked_at_before_it_is_known_where_the_run_begins(CancellationToken cancellation)
    {
        using var folder = new Tspm.Tests.Config.TemporaryFolder();
        var path = Path.Combine(folder.Path, "log");
        var begin = -1L;
        var log = new LogTail(path, () => begin);
        await Write(path, "ready\n");
        await Assert.That(log.TryRead()).IsNull();
        begin = 6;
        await Assert.That(log.TryRead()).IsNull();
        await Write(path, "not yet\n");
        await Assert.That(log.TryRead()).IsEqualTo("not yet");
    }

    [Test]
    public async Task A_log_is_followed_over_its_rotation_and_when_it_is_emptied(CancellationToken cancellation)
    {
        using var folder = new Tspm.Tests.Config.TemporaryFolder();
        var path = Path.Combine(folder.Path, "log");
        await File.WriteAllTextAsync(path, "one\n", cancellation);
        await Assert.That(GrowingFrom(path, 4).TryRead()).IsNull();
        var log = GrowingFrom(path, 0);
        await Assert.That(log.TryRead()).IsEqualTo("one");
        await Write(path, "two\n");
        File.Move(path, path + ".1");
        await Write(path, "three\n");
        await Assert.That(log.TryRead()).IsEqualTo("two");
        await Assert.That(log.TryRead()).IsEqualTo("three");
        await Assert.That(log.TryRead()).IsNull();
        await File.WriteAllTextAsync(path, "4\n", cancellation);
        await Assert.That(log.TryRead()).IsEqualTo("4");
        await Write(path, new string('x', 200_000) + "\nend\n");
        var longest = 0;
        string? line;
        while ((line = log.TryRead()) is not (null or "end")) longest = Math.Max(longest, line!.Length);
        await Assert.That(line).IsEqualTo("end");
        await Assert.That(longest).IsLessThan(200_000);
    }

    [Test]
    public async Task An_evil_expression_is_ended(CancellationToken cancellation)
    {
        using var folder = new Tspm.Tests.Config.TemporaryFolder();
        var path = Path.Combine(folder.Path, "log");
        await File.WriteAllTextAsync(path, new string('a', 60) + "!\n", cancellation);
        var probe = new LogProbe(new LogChangeNotifier(),
            new Regex("^(a+)+$", RegexOptions.None, TimeSpan.FromMilliseconds(50)), [GrowingFrom(path, 0)]);
        await Assert.That(await Ask(probe, cancellation))
            .IsEqualTo("the pattern takes too long on a line of the log");
    }

    [Test]
    public async Task What_a_child_says_is_taken_apart(CancellationToken cancellation)
    {
        var all = new NotifyMessage(
            "READY=1\nSTATUS=a=b\nWATCHDOG=1\nSTOPPING=1\nMAINPID=7\nEXTEND_TIMEOUT_USEC=1500000\nnonsense\n");
        await Assert.That((all.IsReady, all.Status, all.IsWatchdogPing, all.IsStopping, all.Extension))
            .IsEqualTo((true, "a=b", true, true, TimeSpan.FromSeconds(1.5)));
        var none = new NotifyMessage("READY=0\nREADY=11\n "
            + "READY=1\nWATCHDOG=\nEXTEND_TIMEOUT_USEC=-1\nEXTEND_TIMEOUT_USEC=x");
        await Assert.That((none.IsReady, none.Status, none.IsWatchdogPing, none.IsStopping, none.Extension))
            .IsEqualTo((false, null, false, false, (TimeSpan?)null));
        await Assert.That(new NotifyMessage($"STATUS={new string('x', 4000)}").Status!.Length).IsLessThanOrEqualTo(300);
        await Assert.That(new NotifyMessage("EXTEND_TIMEOUT_USEC=18446744073709551615").Extension)
            .IsEqualTo(TimeSpan.FromDays(1));
        await Assert.That(new NotifyMessage("").IsReady).IsFalse();
    }

    static Task Write(string path, string text) => File.AppendAllTextAsync(path, text);

    static async Task<string?> Ask(IProbe probe, CancellationToken cancellation)
    {
        var answered = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var run = probe.Run(problem => answered.TrySetResult(problem));
        return await answered.Task.WaitAsync(cancellation);
    }

    sealed class Net : IDisposable
    {
        readonly EventLoop _loop = new("test events");

        public Net() => _loop.Start();

        public TcpProbe Tcp(string host, int port) => new(new Dialer(_loop), new HostPort(host, port));

        public HttpProbe Http(string url) => new(new Dialer(_loop), HttpAddress.Parse(url)!);

        public void Dispose() => _loop.Dispose();
    }

    /// <summary>Takes one connection, reads a request, answers in pieces.</summary>
    sealed class OneAnswer : IDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        readonly TaskCompletionSource<string> _request = new();
        readonly TaskCompletionSource<bool> _sent = new();

        public OneAnswer(params string[] pieces)
        {
            _listener.Start();
            _ = Serve(pieces);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public Task<string> Request => _request.Task;

        public Task<bool> Sent => _sent.Task;

        public void Dispose() => _listener.Stop();

        async Task Serve(string[] pieces)
        {
            using var connection = await _listener.AcceptSocketAsync();
            connection.NoDelay = true;
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                text.Append(Encoding.ASCII.GetString(buffer, 0, await connection.ReceiveAsync(buffer)));
            _request.SetResult(text.ToString());
            foreach (var piece in pieces)
            {
                var bytes = Encoding.ASCII.GetBytes(piece);
                for (var at = 0; at < bytes.Length;) at += await connection.SendAsync(bytes.AsMemory(at));
                await Task.Delay(20);
            }
            connection.Shutdown(SocketShutdown.Send);
            // 0: the other side has closed in order; an exception: it reset the connection.
            _sent.SetResult(await connection.ReceiveAsync(buffer) == 0);
        }
    }

    static LogTail GrowingFrom(string path, long from) => new(path, () => from);
}
