using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Bench;

/// <summary>
/// The control socket of the published executable: round trips, requests per second, what a flood does to others; a
/// hundred clients against a model; an hour of everything. On demand only:
/// <code>dotnet build Tspm.Tests &amp;&amp; Tspm.Tests/bin/Debug/net10.0/Tspm.Tests --treenode-filter
/// "/*/*/SocketBench/*" --output Detailed</code> Of time nothing is asserted: the table is to be read.
/// TSPM_SOAK_MINUTES (60) says how long the last one takes.
/// </summary>
[Timeout(5_400_000), NotInParallel]
public class SocketBench
{
    static readonly byte[] s_ping =
        "{\"id\":1,\"method\":\"ping\"}\n"u8.ToArray(), s_list = "{\"id\":1,\"method\":\"list\"}\n"u8.ToArray();

    [Test, Explicit]
    public async Task Prints_the_table(CancellationToken cancellation)
    {
        var table = new BenchTable();
        await using (var box = await Box("""{"limits":{"requestsPerSecond":0}}""", cancellation))
        {
            RoundTrips(table, box, "ping, limits off", s_ping, 20_000, 60, "us");
            await box.Ok("start", "--name", "w", "-i", "10", "--", "sleep", "1000");
            RoundTrips(table, box, "list of 10", s_list, 5000, null);
            foreach (var connections in new[] { 1, 16 }) Throughput(table, box, connections);
            Flood(table, box, 1);
            Flood(table, box, 16);
            await box.Ok("scale", "w", "1000");
            RoundTrips(table, box, "list of 1000", s_list, 500, 5);
        }
        await using (var box = await Box("{}", cancellation)) RoundTrips(table, box, "ping, limits on, below them",
            s_ping, 3000, null, "us");
        TestContext.Current!.Output.WriteLine(table.ToString());
    }

    [Test, Explicit]
    public async Task A_hundred_clients_with_a_thousand_mixed_requests_each_leave_what_they_must(
        CancellationToken cancellation)
    {
        await using var box = await Box("""{"limits":{"requestsPerSecond":0,"connections":200}}""", cancellation);
        await Stress.Run(box, clients: 100, requests: 1000, cancellation);
    }

    [Test, Explicit]
    public async Task An_hour_of_everything_leaves_memory_flat(CancellationToken cancellation)
    {
        var minutes = double
            .TryParse(Environment.GetEnvironmentVariable("TSPM_SOAK_MINUTES"), CultureInfo.InvariantCulture,
                out var given) ? given : 60;
        await using var box = await Box("""{"limits":{"requestsPerSecond":0}}""", cancellation);
        await Stress.Run(box, clients: 16, requests: 200, cancellation);
        var (daemon, _) = await box.DaemonPids();
        var (first, begun, round) = (Pss(daemon), Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(begun).TotalMinutes < minutes)
        {
            await Stress.Run(box, clients: 16, requests: 200, cancellation);
            if (++round % 10 == 0)
                TestContext.Current!.Output
                    .WriteLine($"after {round} rounds: {Pss(daemon):0.0} MiB, "
                        + $"{Directory.GetFileSystemEntries($"/proc/{daemon}/fd").Length} descriptors");
        }
        await Task.Delay(TimeSpan.FromSeconds(4), cancellation); // it gives memory back when it is quiet
        await Assert.That((await box.DaemonPids()).Daemon).IsEqualTo(daemon);
        await Assert.That(Pss(daemon)).IsLessThan(first + 3).Because($"MiB; it was {first:0.0} after the first round");
    }

    static async Task<TspmBox> Box(string settings, CancellationToken cancellation)
    {
        var box = new TspmBox(cancellation);
        Directory.CreateDirectory(box.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(box.Home, "settings.json"), settings);
        await box.Ok("daemon", "start");
        return box;
    }

    static Socket Connect(TspmBox box)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(box.SocketPath));
        return socket;
    }

    /// <summary>Asks once and reads to the line's end.</summary>
    static void Ask(Socket socket, byte[] request, byte[] buffer)
    {
        socket.Send(request);
        while (buffer[socket.Receive(buffer) - 1] != '\n') { }
    }

    static void RoundTrips(BenchTable table, TspmBox box, string what, byte[] request, int count, double? limit,
        string unit = "ms")
    {
        using var socket = Connect(box);
        var buffer = new byte[1 << 20];
        for (var i = 0; i < count / 10; i++) Ask(socket, request, buffer);
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var before = Stopwatch.GetTimestamp();
            Ask(socket, request, buffer);
            times.Add(unit == "us"
                ? Stopwatch.GetElapsedTime(before).TotalMicroseconds
                : Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }
        times.Sort();
        table.Add($"{what}, p50", times[count / 2], unit, limit);
        table.Add($"{what}, p99", times[count * 99 / 100], unit, null);
    }

    static void Throughput(BenchTable table, TspmBox box, int connections)
    {
        const int Each = 40_000;
        var begun = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, connections).Select(_ => new Thread(() =>
        {
            using var socket = Connect(box);
            Pipelined(socket, Each / connections, static () => false);
        })).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        table.Add($"ping pipelined, {connections} connection(s)",
            Each / Stopwatch.GetElapsedTime(begun).TotalSeconds / 1000, "k/s", null);
    }

    /// <summary>Sends and reads at the same time, a hundred requests at once.</summary>
    static void Pipelined(Socket socket, int count, Func<bool> isEnough)
    {
        var batch = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Encoding.UTF8.GetString(s_ping), 100)));
        var buffer = new byte[64 << 10];
        for (var sent = 0; sent < count && !isEnough(); sent += 100)
        {
            socket.Send(batch);
            for (var lines = 0; lines < 100;)
                foreach (var letter in buffer.AsSpan(0, socket.Receive(buffer)))
                    if (letter == '\n') lines++;
        }
    }

    static void Flood(BenchTable table, TspmBox box, int floods)
    {
        var enough = false;
        var threads = Enumerable.Range(0, floods).Select(_ => new Thread(() =>
        {
            using var socket = Connect(box);
            Pipelined(socket, int.MaxValue, () => Volatile.Read(ref enough));
        })).ToList();
        foreach (var thread in threads) thread.Start();
        using var another = Connect(box);
        var (buffer, times) = (new byte[64 << 10], new List<double>());
        for (var i = 0; i < 500; i++)
        {
            var before = Stopwatch.GetTimestamp();
            Ask(another, s_list, buffer);
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }
        Volatile.Write(ref enough, true);
        foreach (var thread in threads) thread.Join();
        times.Sort();
        foreach (var (name, at) in new[] { ("p50", 250), ("p99", 495), ("longest", 499) })
            table.Add($"list beside {floods} flood(s), {name}", times[at], "ms", name == "longest" ? 50 : null);
    }

    static double Pss(int pid) =>
        double.Parse(File.ReadLines($"/proc/{pid}/smaps_rollup").First(line =>
            line.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                CultureInfo.InvariantCulture) / 1024;
}
