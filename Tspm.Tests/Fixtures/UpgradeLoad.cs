using System.Text;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// Everything that must not notice an upgrade: writers of numbered lines (<c>w0</c> …), a web server, and loops that
/// ask the daemon and the server all the time.
/// </summary>
internal sealed class UpgradeLoad
{
    const int SIGUSR1 = 10;

    readonly TspmBox _box;
    readonly int _writers;
    readonly string _address;
    readonly CancellationToken _cancellation;
    readonly CancellationTokenSource _over;
    readonly List<Task> _asking = [];
    readonly StringBuilder _failures = new();
    int _rawPings, _pings, _requests;

    UpgradeLoad(TspmBox box, int writers, string address, CancellationToken cancellation)
    {
        (_box, _writers, _address, _cancellation) = (box, writers, address, cancellation);
        _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <param name="box">The home.</param>
    /// <param name="writers">How many write; each ends with "the end" at SIGUSR1.</param>
    /// <param name="unthrottled">How many of them write as fast as they can; they stop by themselves before the disk is
    /// full.</param>
    /// <param name="cancellation">The test's.</param>
    public static async Task<UpgradeLoad> Start(TspmBox box, int writers, int unthrottled,
        CancellationToken cancellation)
    {
        var program = await CProgram.Build(box, "writer", """
            #include <signal.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            static volatile sig_atomic_t over;
            static void end(int s) { over = 1; }
            int main(int n, char **a) {
                int pause_us = atoi(a[1]), most = atoi(a[2]);
                signal(SIGUSR1, end);
                setvbuf(stdout, 0, _IOLBF, 0);
                for (int i = 0; i < most && !over; i++) { printf("line %d\n", i); if (pause_us) usleep(pause_us); }
                while (!over) usleep(10000);
                puts("the end");
                for (;;) pause();
            }
            """);
        var server = box.Write("server.py", """
            import http.server, os
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200); self.end_headers(); self.wfile.write(b"pong")
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            print("port %d." % server.server_port, flush=True)
            server.serve_forever()
            """);
        for (var i = 0; i < writers; i++)
            await box.Ok("start", "--name", $"w{i}", "--log-max-size", "0", "--", program,
                i < unthrottled ? "0" : $"{500 * i}", "3000000");
        await box.Ok("start", "--name", "web", "--", Tools.Python, server);
        var port = (await box.UntilOut("web", ".\n"))[5..^2];
        return new UpgradeLoad(box, writers, $"http://127.0.0.1:{port}/", cancellation);
    }

    public void BeginAsking()
    {
        _asking.Add(Loop(async () =>
        {
            using var socket = new RawSocket(_box, _cancellation);
            if (!(await socket.Call("ping")).TryGetProperty("result", out _))
                throw new InvalidOperationException("no pong");
        }, () => Interlocked.Increment(ref _rawPings)));
        _asking.Add(Loop(() => _box.Ok("ping"), () => Interlocked.Increment(ref _pings)));
        var client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });
        _asking.Add(Loop(() => client.GetStringAsync(_address, _cancellation),
            () => Interlocked.Increment(ref _requests)));
    }

    /// <summary>Until each of the loops got so many more answers.</summary>
    public Task UntilAsked(int more)
    {
        int rawPings = _rawPings + more, pings = _pings + more, requests = _requests + more;
        return _box.Until(() =>
            _failures.Length > 0 || (_rawPings >= rawPings && _pings >= pings && _requests >= requests),
                "all loops go on");
    }

    /// <summary>What failed; empty: nothing.</summary>
    public async Task<string> EndAsking()
    {
        _over.Cancel();
        await Task.WhenAll(_asking);
        return _failures.ToString();
    }

    /// <summary>
    /// Ends the writers and looks at every byte: empty when each line is there, once, whole and in order.
    /// </summary>
    public async Task<string> EndWriting()
    {
        for (var i = 0; i < _writers; i++) LiveProcess.Kill(await _box.PidOf($"w{i}"), SIGUSR1);
        var wrong = new StringBuilder();
        for (var i = 0; i < _writers; i++)
        {
            var path = _box.OutLog($"w{i}");
            await _box.Until(() => EndsWell(path), $"w{i} has written its end");
            var number = 0;
            foreach (var line in File.ReadLines(path))
            {
                if (line == "the end") break;
                if (line == $"line {number++}") continue;
                wrong.AppendLine($"w{i}: '{line}' where line {number - 1} belongs");
                break;
            }
            if (number == 0) wrong.AppendLine($"w{i} wrote nothing");
        }
        return wrong.ToString();
    }

    static bool EndsWell(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length < 8) return false;
        stream.Seek(-8, SeekOrigin.End);
        var end = new byte[8];
        stream.ReadExactly(end);
        return end.AsSpan().SequenceEqual("the end\n"u8);
    }

    async Task Loop(Func<Task> ask, Action count)
    {
        await Task.Yield();
        while (!_over.IsCancellationRequested)
        {
            try
            {
                await ask();
                count();
            }
            catch (Exception failure) when (!_cancellation.IsCancellationRequested)
            {
                lock (_failures) _failures.AppendLine(failure.ToString());
                return;
            }
        }
    }
}
