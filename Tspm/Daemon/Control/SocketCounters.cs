using Tspm.Protocol;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon.Control;

/// <summary>
/// What has passed over the control socket since this daemon started, for <c>metrics</c> and <c>status</c>. Counting a
/// request takes no lock and no memory.
/// </summary>
internal sealed class SocketCounters
{
    /// <summary>Upper bounds of the histogram of how long answers took, in microseconds.</summary>
    public static readonly int[] BucketMicroseconds = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000,
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000];

    /// <summary>What a request came to: 0 is an answer, everything else an error.</summary>
    public static readonly int[] Codes =
    [
        0, ErrorCode.ParseError, ErrorCode.InvalidRequest, ErrorCode.MethodNotFound, ErrorCode.InvalidParams,
        ErrorCode.InternalError, ErrorCode.Failed, ErrorCode.NoSuchProcess, ErrorCode.TimedOut,
        ErrorCode.NotPermitted, ErrorCode.LimitExceeded, ErrorCode.ShuttingDown,
    ];

    /// <summary>The methods, and one for what is none.</summary>
    public static readonly string[] Names = [.. HandlerTable.All.Select(static handler => handler.Method.Name), "none"];

    readonly long[] _requests = new long[Names.Length * Codes.Length];
    readonly long[] _buckets = new long[Names.Length * (BucketMicroseconds.Length + 1)];
    readonly long[] _microseconds = new long[Names.Length];

    /// <summary>
    /// Connections: now, and since the start those that were let in, those that were too many, those of other users,
    /// those that were silent for too long, those that did not read.
    /// </summary>
    public long Open, Accepted, TooMany, Strangers, SilentClients, SlowReaders;

    /// <summary>Of streams: signs of life, and clients that were found gone when something was sent to them.</summary>
    public long Heartbeats, LostStreams;

    /// <param name="method">As it was asked for; null: that could not be read.</param>
    /// <param name="code">Of the error; 0: none.</param>
    /// <param name="begun">Timestamp of when the request was there.</param>
    public void Count(string? method, int code, long begun)
    {
        var name = method is null ? -1 : Array.IndexOf(Names, method, 0, Names.Length - 1);
        if (name < 0) name = Names.Length - 1;
        Interlocked.Increment(ref _requests[name * Codes.Length + Math.Max(0, Array.IndexOf(Codes, code))]);
        // A stream that follows takes as long as somebody looks.
        if (name < HandlerTable.All.Length && HandlerTable.All[name].Method.Kind == MethodKind.Streams) return;
        var microseconds = (long)Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        var bucket = 0;
        while (bucket < BucketMicroseconds.Length && microseconds > BucketMicroseconds[bucket]) bucket++;
        Interlocked.Increment(ref _buckets[name * (BucketMicroseconds.Length + 1) + bucket]);
        Interlocked.Add(ref _microseconds[name], microseconds);
    }

    public long Requests(int name, int code) => Volatile.Read(ref _requests[name * Codes.Length + code]);

    /// <summary>
    /// Answers that took no longer than this bound and longer than the one before; the last bucket has no bound.
    /// </summary>
    public long InBucket(int name, int bucket) =>
        Volatile.Read(ref _buckets[name * (BucketMicroseconds.Length + 1) + bucket]);

    /// <summary>Sum of all times.</summary>
    public double Seconds(int name) => Volatile.Read(ref _microseconds[name]) / 1e6;

    /// <summary>Those that somebody should know of without asking for metrics.</summary>
    public Dictionary<string, long> ForStatus()
    {
        long requests = 0, errors = 0, tooFast = 0;
        for (var name = 0; name < Names.Length; name++)
            for (var code = 0; code < Codes.Length; code++)
            {
                requests += Requests(name, code);
                if (code > 0) errors += Requests(name, code);
                if (Codes[code] == ErrorCode.LimitExceeded) tooFast += Requests(name, code);
            }
        return new Dictionary<string, long>
        {
            ["connections"] = Open,
            ["connectionsAccepted"] = Accepted,
            ["connectionsRefused"] = TooMany,
            ["strangersRefused"] = Strangers,
            ["silentClosed"] = SilentClients,
            ["slowReadersClosed"] = SlowReaders,
            ["requests"] = requests,
            ["requestErrors"] = errors,
            ["requestsTooFast"] = tooFast,
        };
    }
}
