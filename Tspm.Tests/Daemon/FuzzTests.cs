using System.Text;
using System.Text.Json;
using CsCheck;
using Tspm.Model.Config;
using Tspm.Protocol;

namespace Tspm.Tests.Daemon;

/// <summary>
/// Many thousand requests that nobody should send, to the daemon's real socket, validation and supervisor (see
/// <see cref="SocketWorld"/>): every one is answered or was a notification, none ends the connection, none is a bug,
/// and what is refused has changed nothing. TSPM_FUZZ=4, as in .ci/run, makes a
/// hundred thousand.
/// </summary>
[Timeout(600_000), NotInParallel(nameof(FuzzTests))]
internal sealed class FuzzTests
{
    static readonly int s_times = int.TryParse(Environment.GetEnvironmentVariable("TSPM_FUZZ"), out var times)
        ? times
        : 1;

    static SocketLimits NoRate => SocketLimits.From(new Dictionary<string, int> { ["requestsPerSecond"] = 0 });

    [Test]
    public async Task Generated_requests(CancellationToken cancellation) =>
        await Sequentially(HostileRequests.Generated, 11_000, cancellation);

    [Test]
    public async Task Recorded_sessions_with_changed_bytes(CancellationToken cancellation) =>
        await Sequentially(HostileRequests.Mutated, 9_000, cancellation);

    [Test]
    public async Task A_request_may_come_in_any_two_pieces(CancellationToken cancellation)
    {
        using var world = new SocketWorld(NoRate);
        using var client = world.Connect();
        using var other = world.Connect();
        var cases = 0;
        foreach (var line in HostileRequests.Recorded)
        {
            var bytes = Encoding.UTF8.GetBytes(line + "\n");
            var expected = default(string);
            if (line.Contains("follow", StringComparison.Ordinal)
                || line.Contains("shutdown", StringComparison.Ordinal)) continue;
            for (var split = 1; split < bytes.Length; split++, cases++)
            {
                cancellation.ThrowIfCancellationRequested();
                client.Send(bytes.AsSpan(0, split));
                // Another's question in between: the first piece has arrived by then.
                other.Call("ping");
                client.Send(bytes.AsSpan(split));
                var answer = Answers(client, cases)[^1];
                var shape = answer.TryGetProperty("error", out var error)
                    ? error.GetProperty("code").ToString()
                    : "result";
                // What it is answered may change with what was done before, but not whether it was understood.
                if (shape is "-32700" or "-32600" or "-32602" or "-32603")
                    throw new InvalidOperationException($"split at {split}: {answer} for {line}; expected {expected}");
            }
        }
        await Assert.That(cases).IsGreaterThan(1500);
        await Assert.That(world.Faults).IsEmpty();
    }

    [Test]
    public async Task Many_clients_at_once(CancellationToken cancellation)
    {
        using var world = new SocketWorld(NoRate);
        const int Clients = 8;
        var perClient = 600 * s_times;
        var descriptors = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        var failures = new List<Exception>();
        var threads = Enumerable.Range(0, Clients).Select(number => new Thread(() =>
        {
            try
            {
                using var client = new Reconnecting(world);
                var gen = number % 2 == 0 ? HostileRequests.Generated : HostileRequests.Mutated;
                gen.Array[10].Sample(cases =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    foreach (var bytes in cases) client.Take(bytes);
                }, iter: perClient / 10, threads: 1);
            }
            catch (Exception e)
            {
                lock (failures) failures.Add(e);
            }
        })).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) await Task.Run(thread.Join, cancellation);
        await Assert.That(failures).IsEmpty();
        await Assert.That(world.Faults).IsEmpty();
        while (world.Context.Counters.Open > 0) await Task.Delay(5, cancellation);
        await Assert.That(Directory.GetFileSystemEntries("/proc/self/fd").Length).IsLessThan(descriptors + 200)
            .Because("thousands of connections came and went");
    }

    static async Task Sequentially(Gen<byte[]> gen, int count, CancellationToken cancellation)
    {
        using var world = new SocketWorld(NoRate);
        using var client = new Reconnecting(world);
        const int Chunk = 50;
        gen.Array[Chunk].Sample(cases =>
        {
            cancellation.ThrowIfCancellationRequested();
            // What most of them speak of.
            client.Take("""{"id":1,"method":"add","params":{"define":[{"name":"web","command":"web"}],"client":{"environment":{},"workingDirectory":"/"}}}"""u8.ToArray());
            foreach (var bytes in cases)
            {
                var before = world.State();
                var answers = client.Take(bytes);
                // A timeout says that it goes on; everything else that is an error has done nothing.
                if (answers.Exists(answer =>
                    !answer.TryGetProperty("error", out var error)
                        || error.GetProperty("code").GetInt32() is ErrorCode.TimedOut) || answers.Count == 0) continue;
                var after = world.State();
                if (after != before)
                    throw new InvalidOperationException("refused, and yet something changed: "
                        + $"{Encoding.UTF8.GetString(bytes)}\n{string.Join('\n', answers)}\n"
                        + $"before:\n{before}after:\n{after}");
            }
            client.Take("""{"id":1,"method":"delete","params":{"selectors":["all"]}}"""u8.ToArray());
        }, iter: count / Chunk * s_times, threads: 1);
        await Assert.That(world.Faults).IsEmpty();
    }

    /// <summary>All that comes until the answer to a question that is put behind, notifications left out.</summary>
    static List<JsonElement> Answers(SocketWorld.Client client, int number)
    {
        var sentinel = $"sentinel {number}";
        client.Send($$"""{"id":"{{sentinel}}","method":"ping"}""" + "\n");
        var answers = new List<JsonElement>();
        while (true)
        {
            var line = client.Read() ?? throw new InvalidOperationException("the connection was closed");
            if (line.TryGetProperty("method", out _)) continue;
            if (line.GetProperty("id") is { ValueKind: JsonValueKind.String } id && id.GetString() == sentinel)
                return answers;
            answers.Add(line);
        }
    }

    /// <summary>One client's connections, one after the other, so that coming and going is tried as well.</summary>
    sealed class Reconnecting(SocketWorld world) : IDisposable
    {
        const int CasesPerConnection = 200;

        SocketWorld.Client _client = world.Connect();
        int _cases;

        public List<JsonElement> Take(byte[] bytes)
        {
            if (++_cases % CasesPerConnection == 0)
            {
                _client.Dispose();
                _client = world.Connect();
            }
            _client.Send([.. bytes, (byte)'\n']);
            List<JsonElement> answers;
            try
            {
                answers = Answers(_client, _cases);
            }
            catch (Exception e) when (e is System.Net.Sockets.SocketException or InvalidOperationException
                or JsonException)
            {
                throw new InvalidOperationException($"{e.Message} after: {Encoding.UTF8.GetString(bytes)}", e);
            }
            foreach (var answer in answers)
                if (answer.TryGetProperty("error", out var error)
                    && error.GetProperty("code").GetInt32() == ErrorCode.InternalError)
                    throw new InvalidOperationException($"an internal error after: {Encoding.UTF8.GetString(bytes)}: "
                        + $"{string.Join('\n', world.Faults)}");
            return answers;
        }

        public void Dispose() => _client.Dispose();
    }
}
