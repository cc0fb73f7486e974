using Tspm.Protocol;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Tspm.Daemon.Control;

/// <summary>
/// Counts connections and requests on the control socket since this daemon started, for <c>metrics</c> and
/// <c>status</c>. Counting a request takes no lock and allocates nothing.
/// </summary>
internal sealed class SocketCounters
{
    /// <summary>Upper bounds of the buckets of the answer times, in microseconds.</summary>
    public static readonly int[] BucketMicroseconds = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000,
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000];

    /// <summary>The result codes of requests: 0 is success, all others are errors.</summary>
    public static readonly int[] Codes =
    [
        0, ErrorCode.ParseError, ErrorCode.InvalidRequest, ErrorCode.MethodNotFound, ErrorCode.InvalidParams,
        ErrorCode.InternalError, ErrorCode.Failed, ErrorCode.NoSuchProcess, ErrorCode.TimedOut,
        ErrorCode.NotPermitted, ErrorCode.LimitExceeded, ErrorCode.ShuttingDown,
    ];

    /// <summary>The names of the methods, and "none" for unknown ones.</summary>
    public static readonly string[] Names = [.. HandlerTable.All.Select(static handler => handler.Method.Name), "none"];

    readonly long[] _requests = new long[Names.Length * Codes.Length];
    readonly long[] _buckets = new long[Names.Length * (BucketMicroseconds.Length + 1)];
    readonly long[] _microseconds = new long[Names.Length];

    /// <summary>
    /// Connections: open now; and since the start: accepted, refused as one too many, refused as another user's, closed
    /// for silence, and closed because the client did not read.
    /// </summary>
    public long Open, Accepted, TooMany, Strangers, SilentClients, SlowReaders;

    /// <summary>Streams: heartbeats sent, and streams whose client was found gone at a send.</summary>
    public long Heartbeats, LostStreams;

    /// <summary>Counts one request.</summary>
    /// <param name="method">The method as the client sent it; null if the request could not be parsed.</param>
    /// <param name="code">The error code; 0 for success.</param>
    /// <param name="begun">The <see cref="Stopwatch"/> timestamp of the request's arrival.</param>
    public void Count(string? method, int code, long begun)
    {
        var name = method is null ? -1 : Array.IndexOf(Names, method, 0, Names.Length - 1);
        if (name < 0) name = Names.Length - 1;
        Interlocked.Increment(ref _requests[name * Codes.Length + Math.Max(0, Array.IndexOf(Codes, code))]);
        // A stream lasts as long as somebody follows it, so its time says nothing.
        if (name < HandlerTable.All.Length && HandlerTable.All[name].Method.Kind == MethodKind.Streams) return;
        var microseconds = (long)Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        var bucket = 0;
        while (bucket < BucketMicroseconds.Length && microseconds > BucketMicroseconds[bucket]) bucket++;
        Interlocked.Increment(ref _buckets[name * (BucketMicroseconds.Length + 1) + bucket]);
        Interlocked.Add(ref _microseconds[name], microseconds);
    }

    public long Requests(int name, int code) => Volatile.Read(ref _requests[name * Codes.Length + code]);

    /// <summary>
    /// The number of answers in one bucket: they took longer than the bound before, but not longer than this one. The
    /// last bucket has no upper bound.
    /// </summary>
    public long InBucket(int name, int bucket) =>
        Volatile.Read(ref _buckets[name * (BucketMicroseconds.Length + 1) + bucket]);

    /// <summary>The sum of all answer times of a method, in seconds.</summary>
    public double Seconds(int name) => Volatile.Read(ref _microseconds[name]) / 1e6;

    /// <summary>Returns the counters that <c>status</c> shows.</summary>
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
